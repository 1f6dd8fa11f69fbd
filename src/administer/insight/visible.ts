import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import type { Sight } from './asked-party.ts';
import { seeMandate } from './mandate.ts';

/** Of these mandates those that the caller may see, in the same order; each judged by itself where he sees but a part. */
export async function visibleOnly(
  acting: Acting,
  { isPartial }: Pick<Sight, 'isPartial'>,
  ids: readonly string[],
): Promise<string[]> {
  if (!isPartial) return [...ids];
  const seen: string[] = [];
  // One after another: they share one connection.
  for (const id of ids) if (await isVisible(acting, id)) seen.push(id);
  return seen;
}

async function isVisible(acting: Acting, id: string): Promise<boolean> {
  try {
    await seeMandate(acting, id);
    return true;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found') return false;
    throw thrown;
  }
}
