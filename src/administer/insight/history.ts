import { isDeepStrictEqual } from 'node:util';
import type { Capacity } from '../../domain/administration.ts';
import type { Acting } from '../acting.ts';
import { seeMandate } from './mandate.ts';
import { ownPart } from './own-part.ts';
import type { OwnerReach } from './owner-reach.ts';

/** A field of the mandate before and after, as `mandateView` spells it. */
export interface FieldChange {
  field: string;
  before?: unknown;
  after?: unknown;
}

/** One act upon a mandate: who did it, for whom, on what ground, and what became of it (R125). */
export interface HistoryItem {
  revision: string;
  at: string;
  /** Word of `change_verb`. */
  event: string;
  by: HistoryActor;
  changes: FieldChange[];
}

export interface HistoryActor {
  channel: string;
  act?: string;
  capacity?: string;
  /** The person, where the viewer may know him. */
  person?: unknown;
  system?: string;
  on_behalf_of?: unknown;
  authority?: string[];
  means_id?: string;
  loa?: string;
  signature?: string;
  deviation?: string;
  verified_by?: string[];
  reason?: string;
}

interface Row {
  n: string;
  revision: string;
  at: string;
  event: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  by: Record<string, unknown>;
  person: unknown;
  on_behalf_of: unknown;
}

export interface HistoryWish {
  mandateId: string;
  /** Revision number of the last item of the page before. */
  after?: number;
  limit: number;
}

/** Who sees by name all those who acted. The others see the persons of their own side, and for whom the rest acted. */
const SEES_ALL: readonly (Capacity | null)[] = ['registrar', 'court'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What was done to a mandate, oldest first, field by field.
 * @throws AppError `not_found`
 */
export async function readHistory(
  acting: Acting,
  { mandateId, after = 0, limit }: HistoryWish,
): Promise<{ items: HistoryItem[]; next?: number }> {
  const { row, verdict, owner } = await seeMandate(acting, mandateId);
  const sees = verdict.capacity;
  // Of an onward mandate two may act as `delegate`: who holds it, and who passed it on.
  const isOwnSide = (by: Record<string, unknown>) =>
    sees === 'delegate' ? by.capacity === 'delegate' && row.derived_from === null : by.capacity !== 'delegate';
  const isHis = (by: Record<string, unknown>) =>
    SEES_ALL.includes(sees) || (sees !== 'service_owner' && (by.who === acting.actor || isOwnSide(by)));
  const { rows } = await acting.client.query<Row>(HISTORY, [mandateId, after, limit + 1]);
  const items = rows.slice(0, limit).map((line) => toItem(trimmed(line, owner), isHis(line.by)));
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items, ...(last && { next: Number(last.n) }) };
}

const HISTORY = `
  select c.revision as n, c.epoch || '.' || c.revision as revision, utc(c.at) as at, change_verb(c) as event,
    case when c.before is not null then mandate_view(jsonb_populate_record(null::mandates, c.before)) end as before,
    case when c.after is not null then mandate_view(jsonb_populate_record(null::mandates, c.after)) end as after,
    c.acted_by as by,
    case when c.acted_by ->> 'who' ~ '${UUID.source}' then party_view((c.acted_by ->> 'who')::uuid) end as person,
    case when c.acted_by ->> 'on_behalf_of' ~ '${UUID.source}'
      then party_view((c.acted_by ->> 'on_behalf_of')::uuid) end as on_behalf_of
  from changes c where c.entity = 'mandate' and c.entity_id = $1 and c.revision > $2 order by c.revision limit $3`;

function trimmed(line: Row, owner: OwnerReach | undefined): Row {
  if (owner === undefined) return line;
  const { before, after } = line;
  return { ...line, before: before && ownPart(before, owner), after: after && ownPart(after, owner) };
}

function toItem({ revision, at, event, before, after, by, person, on_behalf_of }: Row, named: boolean): HistoryItem {
  const own = named
    ? {
        ...(person ? { person } : {}),
        ...pick(by, ['authority', 'loa', 'signature', 'deviation', 'verified_by', 'reason']),
        ...(typeof by.means === 'string' && { means_id: by.means }),
      }
    : {};
  return {
    revision,
    at,
    event,
    by: {
      channel: String(by.channel),
      ...pick(by, ['act', 'capacity']),
      ...(typeof by.who === 'string' && !person && { system: by.who.replace(/^system:/, '') }),
      ...(on_behalf_of ? { on_behalf_of } : {}),
      ...own,
    },
    changes: changedFields(before ?? {}, after ?? {}),
  };
}

function pick(from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

/** Both are whole views: what a change of one column did not touch is the same in both. */
function changedFields(before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => field !== 'revision' && !isDeepStrictEqual(before[field], after[field]),
  );
  return fields.map((field) => ({
    field,
    ...(before[field] !== undefined && { before: before[field] }),
    ...(after[field] !== undefined && { after: after[field] }),
  }));
}
