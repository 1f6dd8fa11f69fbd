import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { unlessHidden } from './hidden.ts';

/**
 * The party whose mandates or notices somebody asks for, once he may see them: the one named, else the one he logged
 * in for, else himself. A party that nobody knows looks like one that is not his to see.
 * @throws AppError `not_found` | `act_refused` (about himself) | `invalid_request` (a system names none)
 */
export async function askedParty(acting: Acting, ref: PartyRef | undefined): Promise<PartyId> {
  const { session } = acting;
  if (ref === undefined && session.system) {
    throw new AppError('invalid_request', 'a party is missing', {
      faults: [{ at: '/party', message: 'is required of a system' }],
    });
  }
  if (ref === undefined) return ownParty(acting);
  const party = 'identifier' in ref ? await acting.find(ref.identifier) : await knownParty(acting, ref.partyId);
  return unlessHidden('no such party, or it is not yours to see', async () => {
    if (party === undefined) return undefined;
    await acting.authorise({ name: 'mandate.view', party });
    return party;
  });
}

async function ownParty(acting: Acting): Promise<PartyId> {
  const bound = acting.session.person?.party;
  const own = bound ? await acting.find(bound) : acting.actor;
  if (own === undefined) {
    throw new AppError('act_refused', 'the register does not know who logged in', { reasons: ['actor_unknown'] });
  }
  await acting.authorise({ name: 'mandate.view', party: own });
  return own;
}

async function knownParty(acting: Acting, party: PartyId): Promise<PartyId | undefined> {
  const { rowCount } = await acting.client.query('select from parties where party_id = $1', [party]);
  return rowCount === 1 ? party : undefined;
}
