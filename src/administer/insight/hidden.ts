import { AppError } from '../../domain/errors.ts';

/**
 * What somebody may not see looks to him like what does not exist: the same answer, whichever it was.
 * @throws AppError `not_found`
 */
export async function unlessHidden<T>(message: string, look: () => Promise<T | undefined>): Promise<T> {
  const found = await look().catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'act_refused') return undefined;
    throw thrown;
  });
  if (found === undefined) throw new AppError('not_found', message);
  return found;
}
