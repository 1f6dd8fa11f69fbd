import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { type PartyRef, partyOf } from '../party-ref.ts';

/**
 * The party that a request names, before the rules were asked. To a person, one that nobody knows looks like one that
 * is not his: else numbers could be tried out. Systems know the numbers that they work with.
 * @throws AppError `invalid_request` | `act_refused`
 */
export async function namedParty(acting: Acting, ref: PartyRef, at: string): Promise<PartyId> {
  try {
    return await partyOf(acting, ref, at);
  } catch (thrown) {
    if (acting.session.system || !(thrown instanceof AppError) || thrown.code !== 'invalid_request') throw thrown;
    throw new AppError('act_refused', 'the rules do not allow this', { reasons: ['not_representative'] });
  }
}
