import type { Loa, MandateKind, MandateStatus, PartyId } from '../../domain/facts.ts';
import { coversService, type ServiceReach } from './named-service.ts';
import type { OwnerReach } from './owner-reach.ts';

/** Facts about the clock rather than statuses of their own. */
export const DERIVED_STATUSES = ['in_force', 'not_started', 'expired'] as const;
export type StatusFilter = MandateStatus | (typeof DERIVED_STATUSES)[number];

export const SIDES = ['granted', 'received'] as const;
export type Side = (typeof SIDES)[number];

export const ORDERS = ['newest', 'ends', 'name'] as const;
export type SearchOrder = (typeof ORDERS)[number];

/** What is looked for among the mandates of one party; all of it must hold. */
export interface MandateSearch {
  side: Side;
  party: PartyId;
  order: SearchOrder;
  /** The moment against which `in_force`, `not_started` and `expired` are meant. */
  reference: string;
  /** One of these. */
  statuses?: readonly StatusFilter[];
  kinds?: readonly MandateKind[];
  loas?: readonly Loa[];
  /** The mandate covers this service, by name, owner, set or all. */
  service?: ServiceReach;
  set?: string;
  /** The party at the other end. `null`: one that nobody knows. */
  other?: PartyId | null;
  branch?: string;
  /** The period of validity contains this moment. */
  validAt?: string;
  /** Granted before, and not used since. */
  unusedSince?: string;
  endsBefore?: string;
  /** In its name, or in that of the other party. */
  text?: string;
  /** Only what reaches a service of this owner. */
  owner?: OwnerReach;
}

/** Where a page begins: sort key and id of the last item before it. */
export type SearchPlace = readonly [key: string, mandateId: string];

export interface Statement {
  text: string;
  values: unknown[];
}

const OWN_END: Record<Side, string> = { granted: 'represented', received: 'delegate' };
const OTHER_END: Record<Side, string> = { granted: 'delegate', received: 'represented' };
/** As in the indexes of 0440_insight.sql. */
const END = "coalesce(m.valid_until, 'infinity')";
const SORTS: Record<SearchOrder, { key: string; type: string; down?: true }> = {
  newest: { key: 'm.granted_at', type: 'timestamptz', down: true },
  ends: { key: END, type: 'timestamptz' },
  name: { key: 'sort_name(m.name)', type: 'text' },
};

/** Ids and sort keys of a page, `limit` at most, in one index scan over the party's own mandates. */
export function searchStatement(search: MandateSearch, after: SearchPlace | undefined, limit: number): Statement {
  const { key, type, down } = SORTS[search.order];
  const { conditions, value, values } = conditionsOf(search);
  if (after) {
    const place = `(${value(after[0])}::${type}, ${value(after[1])}::uuid)`;
    conditions.push(`(${key}, m.mandate_id) ${down ? '<' : '>'} ${place}`);
  }
  const way = down ? 'desc' : 'asc';
  const text = `select m.mandate_id, ${key}::text as key from mandates m where ${conditions.join(' and ')}
    order by ${key} ${way}, m.mandate_id ${way} limit ${value(limit)}`;
  return { text, values };
}

/** How many there are, counted up to `most`. */
export function countStatement(search: MandateSearch, most: number): Statement {
  const { conditions, value, values } = conditionsOf(search);
  const text = `select count(*)::integer as count from (
    select from mandates m where ${conditions.join(' and ')} limit ${value(most)}) as found`;
  return { text, values };
}

/** Conditions on `m`; `value` adds a parameter and names it. */
function conditionsOf(search: MandateSearch) {
  const values: unknown[] = [];
  const value = (one: unknown) => `$${values.push(one)}`;
  const conditions = [`m.${OWN_END[search.side]} = ${value(search.party)}`];
  const add = (condition: (place: string) => string, asked: unknown) => {
    if (asked !== undefined) conditions.push(condition(value(asked)));
  };
  if (search.statuses) conditions.push(statusCondition(search.statuses, search.reference, value));
  add((kinds) => `m.kind = any (${kinds})`, search.kinds);
  add((loas) => `m.loa = any (${loas})`, search.loas);
  if (search.service) conditions.push(coversService(search.service, value));
  add((set) => `m.sets @> jsonb_build_array(jsonb_build_object('set', ${set}::text))`, search.set);
  add((other) => `m.${OTHER_END[search.side]} = ${other}`, search.other);
  add((branch) => `(m.all_branches or ${branch} = any (m.branches))`, search.branch);
  add((moment) => `m.valid_from <= ${moment} and ${END} > ${moment}`, search.validAt);
  add((moment) => `${END} < ${moment}`, search.endsBefore);
  add(unusedSince, search.unusedSince);
  add((text) => textCondition(OTHER_END[search.side], text), search.text && `%${escapeLike(search.text)}%`);
  if (search.owner) conditions.push(ownerCondition(search.owner, value));
  return { conditions, value, values };
}

function ownerCondition({ ownerId, services, sets }: OwnerReach, value: (one: unknown) => string): string {
  return `(m.all_services or m.owner_id = ${value(ownerId)} or m.services && ${value(services)}::uuid[]
    or m.sets <> '[]' and exists (select from jsonb_array_elements(m.sets) as s where s ->> 'set' = any (${value(sets)})))`;
}

function statusCondition(
  statuses: readonly StatusFilter[],
  reference: string,
  value: (one: unknown) => string,
): string {
  const plain = statuses.filter((status) => !DERIVED_STATUSES.some((derived) => derived === status));
  const asked = DERIVED_STATUSES.filter((status) => statuses.includes(status));
  const any = [`m.status = any (${value(plain)})`];
  // A parameter that no condition names would have no type.
  const moment = asked.length > 0 ? value(reference) : '';
  const derived: Record<(typeof DERIVED_STATUSES)[number], string> = {
    in_force: `m.status = 'active' and m.valid_from <= ${moment} and ${END} > ${moment}`,
    not_started: `m.status = 'active' and m.valid_from > ${moment}`,
    expired: `m.status in ('active', 'suspended') and ${END} <= ${moment}`,
  };
  return `(${[...any, ...asked.map((status) => derived[status])].join(' or ')})`;
}

function unusedSince(moment: string): string {
  return `m.granted_at < ${moment} and not exists (select from mandate_uses u where u.mandate_id = m.mandate_id
    and u.day >= (${moment}::timestamptz at time zone 'Europe/Amsterdam')::date and u.last_used_at >= ${moment})`;
}

function textCondition(other: string, pattern: string): string {
  return `(m.name ilike ${pattern} or exists (
    select from parties p where p.party_id = m.${other} and p.name ilike ${pattern}))`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
