import { AppError } from '../../domain/errors.ts';
import type { PartyId, PartyState } from '../../domain/facts.ts';
import type { Act, Acting } from '../acting.ts';
import { kindOfState } from '../interventions/effects.ts';
import { lockAllLives } from '../life/lock.ts';
import { lockParty, refuseEarly } from './lock-party.ts';
import { detailsAfter, type PartyDetails } from './party-details.ts';
import { personalNumberFaults } from './personal-number.ts';
import { sourceOf } from './source.ts';

export interface StateWish {
  state: PartyState;
  since: Date;
  /** Exclusive; absent: until further notice. Given later, it ends the state. */
  until?: Date;
  reference: string;
  /** Channels over which a court's word was verified (R104). */
  verifiedBy?: readonly string[];
}

/**
 * Says that a party is in a state, or that it no longer is, without ending any mandate: the rules stop them for as long
 * as the state lasts. Each source speaks for itself; what it said before of the same state and moment is replaced.
 * @throws AppError `not_found` | `act_refused` | `invalid_request`
 */
export async function recordState(acting: Acting, partyId: PartyId, wish: StateWish): Promise<PartyDetails> {
  const verified = wish.verifiedBy && { verified_by: [...wish.verifiedBy] };
  // The answer shows the party: who may not look at it, says what became of it by an intervention.
  const acts: Act[] = [
    { name: 'party.intervene', party: partyId, intervention: kindOfState(wish.state), ...verified },
    { name: 'party.view', party: partyId, ...verified },
  ];
  await refuseEarly(acting, partyId, ...acts);
  // A manager who comes under curatele manages nothing: nobody counts managers meanwhile.
  await lockAllLives(acting.client);
  const { kind } = await lockParty(acting.client, partyId);
  await acting.authorise(...acts);
  const faults = personalNumberFaults([{ at: '/reference', text: wish.reference }]);
  if (wish.until !== undefined && wish.until <= wish.since) {
    faults.push({ at: '/until', message: 'must be after since' });
  }
  if (faults.length > 0) throw new AppError('invalid_request', 'the state cannot be recorded so', { faults });
  await acting.client.query(
    `insert into party_states (party_id, party_kind, state, since, until, cause, source)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (party_id, state, since, source) do update set until = excluded.until, cause = excluded.cause`,
    [partyId, kind, wish.state, wish.since, wish.until ?? null, wish.reference, sourceOf(acting)],
  );
  return detailsAfter(acting.client, partyId);
}
