import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { unlessHidden } from './hidden.ts';
import { type OwnerReach, readOwnerReach } from './owner-reach.ts';

/** How much of a party's mandates the caller may see. */
export interface Sight {
  party: PartyId;
  /** He manages for some branches or services only: each mandate is judged by itself. */
  isPartial: boolean;
  /** A service owner sees what reaches its own services. */
  owner?: OwnerReach;
}

/** Reasons that say no more than that not everything is his to see. */
const PARTIAL: readonly string[] = ['beyond_own_branches', 'beyond_own_services'];

/**
 * The party whose mandates somebody asks for, once he may see them: the one named, else the one he logged in for, else
 * himself. A party that nobody knows looks like one that is not his to see.
 * @throws AppError `not_found` | `act_refused` (about himself) | `invalid_request` (a system names none)
 */
export async function askedParty(acting: Acting, ref: PartyRef | undefined): Promise<Sight> {
  if (ref === undefined) return look(acting, await ownParty(acting));
  const party = 'identifier' in ref ? await acting.find(ref.identifier) : await knownParty(acting, ref.partyId);
  return unlessHidden('no such party, or it is not yours to see', async () =>
    party === undefined ? undefined : look(acting, party),
  );
}

/**
 * How much of this party's mandates the caller may see.
 * @throws AppError `act_refused`
 */
export async function look(acting: Acting, party: PartyId): Promise<Sight> {
  if (acting.session.system?.role === 'service_owner') {
    const owner = await readOwnerReach(acting);
    await acting.authorise({ name: 'mandate.view', party, owners: [owner.ownerId] });
    return { party, isPartial: false, owner };
  }
  try {
    await acting.authorise({ name: 'mandate.view', party });
    return { party, isPartial: false };
  } catch (thrown) {
    const isPartial =
      thrown instanceof AppError &&
      thrown.code === 'act_refused' &&
      thrown.reasons.length > 0 &&
      thrown.reasons.every((reason) => PARTIAL.includes(reason));
    if (!isPartial) throw thrown;
    await acting.authorise({ name: 'party.view', party });
    return { party, isPartial };
  }
}

async function ownParty({ session, actor, find }: Acting): Promise<PartyId> {
  if (session.system) {
    throw new AppError('invalid_request', 'a party is missing', {
      faults: [{ at: '/party', message: 'is required of a system' }],
    });
  }
  const bound = session.person?.party;
  const own = bound ? await find(bound) : actor;
  if (own !== undefined) return own;
  throw new AppError('act_refused', 'the register does not know who logged in', { reasons: ['actor_unknown'] });
}

async function knownParty({ client }: Acting, party: PartyId): Promise<PartyId | undefined> {
  const { rowCount } = await client.query('select from parties where party_id = $1', [party]);
  return rowCount === 1 ? party : undefined;
}
