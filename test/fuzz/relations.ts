import { pick, type Random } from '../../src/register/seed-random.ts';
import type { AdminWorld } from '../support/admin.ts';

/** What a caller stands in relation to, so that more of what he asks is his to ask. */
export interface Relations {
  /** URNs of himself and of those for whom he holds a mandate. */
  parties: readonly string[];
  /** Ids of mandates of theirs, as they are now. */
  mandates: readonly string[];
  means: readonly string[];
}

const NOTHING: Relations = { parties: [], mandates: [], means: [] };

/** Systems stand in relation to everybody, and have no list. */
export async function relationsOf(world: AdminWorld, caller: string): Promise<Relations> {
  const [, key = ''] = /^([\w-]+)@/.exec(caller) ?? [];
  const person = partyOf(world, key);
  if (person === undefined) return NOTHING;
  const { rows } = await world.pool.query<{ parties: string[]; mandates: string[]; means: string[] }>(
    `with near as (select $1::uuid as party union select represented from mandates where delegate = $1)
     select array(select 'urn:uuid:' || party from near) as parties,
       array(select mandate_id::text from mandates where represented in (select party from near)
         or delegate in (select party from near) order by status_since desc limit 40) as mandates,
       array(select encode(alias, 'hex') from aliases where scheme = 'pseudonym'
         and (party_id = $1 or means_owner in (select party from near))) as means`,
    [person],
  );
  return rows[0] ?? NOTHING;
}

function partyOf(world: AdminWorld, key: string): string | undefined {
  try {
    return world.party(key);
  } catch {
    return undefined;
  }
}

/** Something near the caller for a field of that name, in most cases; the rest of the register otherwise. */
export function nearby(random: Random, { parties, mandates, means }: Relations, name: string): string | undefined {
  if (random() < 0.3) return undefined;
  const list = LISTS[name]?.({ parties, mandates, means });
  if (list === undefined || list.length === 0) return undefined;
  // What has just changed is what something can be done to.
  return pick(random, random() < 0.6 ? list.slice(0, 4) : list);
}

const ofMandates = ({ mandates }: Relations) => mandates;
const ofParties = ({ parties }: Relations) => parties;
const LISTS: Readonly<Record<string, (relations: Relations) => readonly string[]>> = {
  mandateId: ofMandates,
  mandate_id: ofMandates,
  mandates: ofMandates,
  meansId: ({ means }) => means,
  partyId: ({ parties }) => parties.map((urn) => urn.slice('urn:uuid:'.length)),
  represented: ofParties,
  party: ofParties,
  owner: ofParties,
};
