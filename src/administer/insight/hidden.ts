import { AppError } from '../../domain/errors.ts';

/** Whose login alone is too weak may see it otherwise, and is told so; codes of docs/reasons.md. */
const ABOUT_LOGIN: readonly string[] = ['loa_insufficient', 'loa_missing', 'loa_unknown'];

/**
 * What somebody may not see looks to him like what does not exist: the same answer, whichever it was.
 * @throws AppError `not_found` | `act_refused` when nothing but the level of his login stands in the way
 */
export async function unlessHidden<T>(message: string, look: () => Promise<T | undefined>): Promise<T> {
  const found = await look().catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'act_refused' && !isAboutLogin(thrown)) return undefined;
    throw thrown;
  });
  if (found === undefined) throw new AppError('not_found', message);
  return found;
}

function isAboutLogin({ reasons }: AppError): boolean {
  return reasons.length > 0 && reasons.every((reason) => ABOUT_LOGIN.includes(reason));
}
