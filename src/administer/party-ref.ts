import { AppError } from '../domain/errors.ts';
import type { PartyId } from '../domain/facts.ts';
import type { Identifier } from '../domain/identifier.ts';
import type { Acting } from './acting.ts';

/** A party as a request names it. */
export type PartyRef = { partyId: PartyId } | { identifier: Identifier };

/**
 * The party that a request names; `at` is the place in the body, for the fault.
 * @throws AppError `invalid_request` when the register does not know it; the message never repeats the identifier
 */
export async function partyOf(acting: Acting, ref: PartyRef, at: string): Promise<PartyId> {
  if ('identifier' in ref) {
    const found = await acting.find(ref.identifier);
    if (found !== undefined) return found;
  } else {
    const { rowCount } = await acting.client.query('select from parties where party_id = $1', [ref.partyId]);
    if (rowCount === 1) return ref.partyId;
  }
  throw new AppError('invalid_request', 'a party is unknown', {
    faults: [{ at, message: 'no party is known by this' }],
  });
}
