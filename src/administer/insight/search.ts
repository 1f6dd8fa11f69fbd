import type { Acting } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { askedParty, type Sight } from './asked-party.ts';
import { viewFor } from './mandate.ts';
import { namedService } from './named-service.ts';
import { countStatement, type MandateSearch, type SearchPlace, searchStatement } from './search-sql.ts';
import { visibleOnly } from './visible.ts';

/** A search as somebody asks it. */
export interface SearchWish extends Omit<MandateSearch, 'party' | 'reference' | 'service' | 'other' | 'owner'> {
  /** By default the party he logged in for, or himself. */
  party?: PartyRef;
  /** The party at the other end. */
  other?: PartyRef;
  /** ServiceUUID or ServiceID. */
  service?: string;
  /** Default: now. */
  reference?: string;
  after?: SearchPlace;
  limit: number;
  /** Count as well, as far as that is cheap. */
  withTotal?: boolean;
}

export interface Found {
  items: unknown[];
  /** Where the next page begins; absent on the last. */
  next?: SearchPlace;
  total?: { count: number; exact: boolean };
}

/** Beyond this many, counting costs more than it tells. */
const COUNTED = 10_000;

/**
 * Mandates that one party granted or received (R122, R123), each with its last use. A manager for some branches or
 * services sees those within his own: then a page may hold fewer than asked while another follows.
 * @throws AppError `not_found` | `act_refused` | `invalid_request`
 */
export async function searchMandates(acting: Acting, wish: SearchWish): Promise<Found> {
  const { search, sight } = await resolveSearch(acting, wish);
  const { text, values } = searchStatement(search, wish.after, wish.limit + 1);
  const { rows } = await acting.client.query<{ mandate_id: string; key: string }>(text, values);
  const page = rows.slice(0, wish.limit);
  const last = page.at(-1);
  const ids = page.map(({ mandate_id }) => mandate_id);
  return {
    items: await viewWithUse(acting, sight, await visibleOnly(acting, sight, ids)),
    ...(rows.length > wish.limit && last && { next: [last.key, last.mandate_id] as const }),
    ...(wish.withTotal && !sight.isPartial && { total: await count(acting, search) }),
  };
}

/** The search with ids in place of names; authorised. */
export async function resolveSearch(
  acting: Acting,
  wish: Omit<SearchWish, 'limit' | 'after'>,
): Promise<{ search: MandateSearch; sight: Sight }> {
  const { party, other, service, ...rest } = wish;
  const sight = await askedParty(acting, party);
  const search = {
    ...rest,
    party: sight.party,
    reference: wish.reference ?? acting.now.toISOString(),
    ...(other && { other: await otherParty(acting, other) }),
    ...(service !== undefined && { service: await namedService(acting.client, service) }),
    ...(sight.owner && { owner: sight.owner }),
  };
  return { search, sight };
}

/** No fault if unknown: whether the register knows somebody is not told to everyone who has his number. */
async function otherParty(acting: Acting, ref: PartyRef): Promise<string | null> {
  return 'partyId' in ref ? ref.partyId : ((await acting.find(ref.identifier)) ?? null);
}

async function viewWithUse(acting: Acting, { owner }: Sight, ids: readonly string[]): Promise<unknown[]> {
  const { rows } = await acting.client.query<{ mandate_id: string; last: string }>(
    `select mandate_id, utc(max(last_used_at)) as last from mandate_uses where mandate_id = any ($1) group by mandate_id`,
    [ids],
  );
  const last = new Map(rows.map((row) => [row.mandate_id, row.last]));
  const views = await viewFor(acting, owner, ids);
  return views.map((view, place) => {
    const used = last.get(ids[place] ?? '');
    return { ...(view as object), ...(used !== undefined && { last_used_at: used }) }; // A view is an object.
  });
}

async function count({ client }: Acting, search: MandateSearch): Promise<{ count: number; exact: boolean }> {
  const { text, values } = countStatement(search, COUNTED + 1);
  const { rows } = await client.query<{ count: number }>(text, values);
  const found = rows[0]?.count ?? 0;
  return { count: Math.min(found, COUNTED), exact: found <= COUNTED };
}
