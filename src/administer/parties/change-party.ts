import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { refuseChanged } from '../if-match.ts';
import { lockParty } from './lock-party.ts';
import { detailsAfter, type PartyDetails } from './party-details.ts';
import { personalNumberFaults } from './personal-number.ts';

export interface PartyChange {
  name?: string;
  /** `YYYY-MM-DD`; null: not known any more. */
  birthDate?: string | null;
}

/**
 * What the registrar says of a person is confirmed by that, also where it is what he had said himself.
 * @throws AppError `not_found` | `act_refused` | `precondition_failed` | `invalid_request`
 */
export async function changeParty(
  acting: Acting,
  partyId: PartyId,
  { name, birthDate }: PartyChange,
  ifMatch?: string,
): Promise<PartyDetails> {
  const party = await lockParty(acting.client, partyId);
  await acting.authorise({ name: 'party.change', party: partyId });
  await refuseChanged(acting.client, { entity: 'party', id: partyId, ifMatch });
  const faults = personalNumberFaults([{ at: '/name', text: name }]);
  if (birthDate !== undefined && party.kind !== 'person') {
    faults.push({ at: '/birth_date', message: 'only persons have one' });
  }
  if (faults.length > 0) throw new AppError('invalid_request', 'the party cannot be changed so', { faults });
  await acting.client.query(
    'update parties set name = $2, birth_date = $3, unverified_since = null where party_id = $1',
    [partyId, name ?? party.name, birthDate === undefined ? party.birth_date : birthDate],
  );
  return detailsAfter(acting.client, partyId);
}
