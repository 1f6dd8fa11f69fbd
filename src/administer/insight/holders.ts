import type { Acting } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { askedParty } from './asked-party.ts';
import { serviceUuidOf } from './named-service.ts';

export interface HoldersWish {
  party?: PartyRef;
  /** ServiceUUID or ServiceID. */
  service: string;
  /** Default: now. */
  at?: string;
  /** Party id of the last holder of the page before. */
  after?: string;
  limit: number;
}

/**
 * Who may act for a party with a service: its delegates with a mandate in force that covers it.
 * @throws AppError `not_found` | `act_refused` | `invalid_request`
 */
export async function readHolders(
  acting: Acting,
  wish: HoldersWish,
): Promise<{ items: { holder: unknown; mandates: unknown[] }[]; next?: string }> {
  const party = await askedParty(acting, wish.party);
  const service = await serviceUuidOf(acting.client, wish.service);
  const { rows } = await acting.client.query<{ delegate: string; holder: unknown; mandates: unknown[] }>(HOLDERS, [
    party,
    service,
    wish.at ?? acting.now,
    wish.after ?? null,
    wish.limit + 1,
  ]);
  const page = rows.slice(0, wish.limit);
  const last = rows.length > wish.limit ? page.at(-1) : undefined;
  return { items: page.map(({ holder, mandates }) => ({ holder, mandates })), ...(last && { next: last.delegate }) };
}

const HOLDERS = `
  select found.delegate, party_view(found.delegate) as holder,
    (select jsonb_agg(mandate_view(m) order by m.mandate_id) from mandates m where m.mandate_id = any (found.ids)) as mandates
  from (
    select m.delegate, array_agg(m.mandate_id) as ids from mandates m
    where m.represented = $1 and m.status = 'active' and m.valid_from <= $3
      and coalesce(m.valid_until, 'infinity') > $3 and reaches_service(m, $2)
      and ($4::uuid is null or m.delegate > $4)
    group by m.delegate order by m.delegate limit $5) as found
  order by found.delegate`;
