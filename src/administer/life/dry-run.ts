import { AppError } from '../../domain/errors.ts';
import type { Acting, Administer, Session } from '../acting.ts';

/** What an act would do, and whether the rules allow it. */
export type DryRun<T> = { allow: true; reasons: []; value: T } | { allow: false; reasons: readonly string[] };

/** Undoes everything, and carries out what would have been answered. */
class Undone<T> extends Error {
  readonly value: T;

  constructor(value: T) {
    super('a dry run is undone');
    this.value = value;
  }
}

/**
 * Does an act and undoes it: the answer is that of the act itself, its conflicts and faults included. Who may not see
 * the mandate is told that there is none.
 * @throws AppError whatever the act throws, but for `act_refused`
 */
export async function dryRun<T>(
  administer: Administer,
  session: Session,
  act: (acting: Acting) => Promise<T>,
): Promise<DryRun<T>> {
  try {
    await administer.write(session, {}, async (acting): Promise<T> => {
      throw new Undone(await act(acting));
    });
  } catch (thrown) {
    // Made a few lines above, by the same act.
    if (thrown instanceof Undone) return { allow: true, reasons: [], value: thrown.value as T };
    if (thrown instanceof AppError && thrown.code === 'act_refused') return { allow: false, reasons: thrown.reasons };
    throw thrown;
  }
  throw new AppError('internal', 'a dry run was not undone');
}
