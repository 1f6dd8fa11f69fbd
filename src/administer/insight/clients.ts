import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { askedParty } from './asked-party.ts';
import { coversService, namedService, type ServiceReach } from './named-service.ts';
import type { Statement } from './search-sql.ts';

export interface ClientSearch {
  /** The intermediary; by default the party that the login names, or the person himself. */
  party?: PartyRef;
  /** Stands in the name of the client. */
  text?: string;
  /** ServiceUUID or ServiceID: clients for whom he may use it now. */
  service?: string;
  /** Clients of whom something is so. */
  with?: 'in_force' | 'requested' | 'offered' | 'suspended' | 'ended';
  /** Clients of whom something that is in force ends before this moment, and nothing that is in force ends later. */
  endsBefore?: string;
  limit: number;
  after?: readonly [name: string, partyId: PartyId];
}

export interface Client {
  client: unknown;
  in_force: number;
  requested: number;
  offered: number;
  suspended: number;
  /** Revoked, rejected, withdrawn, lapsed or expired. */
  ended: number;
  /** When the last that is in force ends. */
  ends_at?: string;
  last_used_at?: string;
}

interface Row {
  party_id: PartyId;
  sorted: string;
  view: Client;
}

/**
 * For whom a party acts, by name, and how it stands with each: what is in force, what was asked and still waits (R108,
 * R122). Who sees all mandates of that party only.
 * @throws AppError `not_found` | `act_refused` | `invalid_request`
 */
export async function searchClients(
  acting: Acting,
  wish: ClientSearch,
): Promise<{ items: Client[]; next?: readonly [string, PartyId] }> {
  const sight = await askedParty(acting, wish.party);
  if (sight.isPartial || sight.owner) throw new AppError('not_found', 'no such party, or it is not yours to see');
  const service = wish.service === undefined ? undefined : await namedService(acting.client, wish.service);
  const { text, values } = clientsStatement({ ...wish, party: sight.party, service, now: acting.now }, wish.limit + 1);
  const { rows } = await acting.client.query<Row>(text, values);
  const page = rows.slice(0, wish.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ view }) => view),
    ...(rows.length > wish.limit && last && { next: [last.sorted, last.party_id] as const }),
  };
}

/** A search with ids in place of names. */
export interface ResolvedClientSearch extends Omit<ClientSearch, 'party' | 'service' | 'limit'> {
  party: PartyId;
  service: ServiceReach | undefined;
  now: Date;
}

/** Reads the mandates that the party received, and no others. */
export function clientsStatement({ party, service, now, ...wish }: ResolvedClientSearch, limit: number): Statement {
  const values: unknown[] = [];
  const value = (one: unknown) => `$${values.push(one)}`;
  const [own, at] = [value(party), value(now)];
  const begun = `m.status = 'active' and m.valid_from <= ${at} and coalesce(m.valid_until > ${at}, true)`;
  const having = [
    ...(wish.with ? [`${wish.with} > 0`] : []),
    ...(wish.endsBefore === undefined ? [] : [`ends < ${value(wish.endsBefore)}`]),
    ...(service ? [`covered`] : []),
    ...(wish.text === undefined ? [] : [`position(lower(${value(wish.text)}) in lower(p.name)) > 0`]),
    ...(wish.after
      ? [`(lower(p.name) collate "C", p.party_id) > (${value(wish.after[0])}, ${value(wish.after[1])}::uuid)`]
      : []),
  ];
  const text = `with clients as (
       select m.represented as party_id, count(*) filter (where ${begun})::integer as in_force,
         count(*) filter (where m.status = 'requested')::integer as requested,
         count(*) filter (where m.status = 'offered')::integer as offered,
         count(*) filter (where m.status = 'suspended')::integer as suspended,
         count(*) filter (where is_final(m.status) or m.valid_until <= ${at})::integer as ended,
         max(coalesce(m.valid_until, 'infinity')) filter (where ${begun}) as ends,
         ${service ? `bool_or(${begun} and ${coversService(service, value)})` : 'true'} as covered
       from mandates m where m.delegate = ${own} and m.represented <> ${own} group by 1),
     page as (
       select clients.*, lower(p.name) collate "C" as sorted from clients join parties p using (party_id)
       ${having.length > 0 ? `where ${having.join(' and ')}` : ''}
       order by sorted, p.party_id limit ${value(limit)})
     select party_id, sorted, jsonb_strip_nulls(jsonb_build_object('client', party_view(party_id), 'in_force', in_force,
       'requested', requested, 'offered', offered, 'suspended', suspended, 'ended', ended,
       'ends_at', case when ends < 'infinity' then utc(ends) end,
       'last_used_at', (select utc(max(u.last_used_at)) from mandate_uses u join mandates m using (mandate_id)
         where m.delegate = ${own} and m.represented = page.party_id))) as view
     from page order by sorted, party_id`;
  return { text, values };
}
