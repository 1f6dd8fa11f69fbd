import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { askedParty } from './asked-party.ts';
import { viewFor } from './mandate.ts';
import { coversService, namedService, type ServiceReach } from './named-service.ts';
import { visibleOnly } from './visible.ts';

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

export interface Holder {
  holder: unknown;
  mandates: unknown[];
}

interface Row {
  delegate: string;
  holder: unknown;
  ids: string[];
}

/**
 * Who may act for a party with a service: its delegates with a mandate in force that covers it.
 * @throws AppError `not_found` | `act_refused` | `invalid_request`
 */
export async function readHolders(acting: Acting, wish: HoldersWish): Promise<{ items: Holder[]; next?: string }> {
  const sight = await askedParty(acting, wish.party);
  const service = await namedService(acting.client, wish.service);
  if (sight.owner && !sight.owner.services.includes(service.serviceUuid)) {
    throw new AppError('not_found', 'this service is not yours');
  }
  const { rows } = await findHolders(acting, sight.party, service, wish);
  const page = rows.slice(0, wish.limit);
  const last = rows.length > wish.limit ? page.at(-1) : undefined;
  const items: Holder[] = [];
  for (const { holder, ids } of page) {
    const seen = await visibleOnly(acting, sight, ids);
    if (seen.length > 0) items.push({ holder, mandates: await viewFor(acting, sight.owner, seen) });
  }
  return { items, ...(last && { next: last.delegate }) };
}

function findHolders({ client, now }: Acting, party: string, service: ServiceReach, wish: HoldersWish) {
  const values: unknown[] = [];
  const value = (one: unknown) => `$${values.push(one)}`;
  const [own, at] = [value(party), value(wish.at ?? now)];
  const text = `
    select found.delegate, party_view(found.delegate) as holder, found.ids
    from (
      select m.delegate, array_agg(m.mandate_id order by m.mandate_id) as ids from mandates m
      where m.represented = ${own} and m.status = 'active' and m.valid_from <= ${at}
        and coalesce(m.valid_until, 'infinity') > ${at} and ${coversService(service, value)}
        ${wish.after === undefined ? '' : `and m.delegate > ${value(wish.after)}`}
      group by m.delegate order by m.delegate limit ${value(wish.limit + 1)}) as found
    order by found.delegate`;
  return client.query<Row>(text, values);
}
