import type pg from 'pg';
import type { AdminVerdict } from '../../domain/administration.ts';
import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import { requireStep } from '../../domain/mandate-life.ts';
import type { Act, Acting } from '../acting.ts';
import { type BulkFilter, selectMandates } from './bulk-select.ts';
import { type LifeRow, lockRepresented, lockRows } from './lock.ts';
import { authoriseSeen, noSuchMandate } from './permit.ts';

/** Either ids or a filter. */
export type Selection = { ids: readonly string[] } | { filter: BulkFilter };

/** So many rows are in memory at a time. */
const CHUNK = 200;

export interface BulkAct {
  name: 'mandate.revoke' | 'mandate.renounce' | 'mandate.transfer';
  /** Of one mandate, beside `current`. */
  facts(current: LifeRow): Pick<Act, 'mandate' | 'verified_by'>;
  /** Called for each that was allowed; still nothing is written. */
  allowed?(current: LifeRow, verdict: AdminVerdict): Promise<void> | void;
}

/**
 * Locks what is selected and authorises it one by one, before anything is written. All or nothing.
 * @returns ids, in order
 * @throws AppError `not_found` when one of them is none of the caller's | `act_refused` | `conflict` | `invalid_request`
 */
export async function authoriseBulk(acting: Acting, selection: Selection, act: BulkAct): Promise<string[]> {
  const byFilter = 'filter' in selection;
  const ids = byFilter
    ? await selectMandates(acting, selection.filter, act.name === 'mandate.transfer')
    : [...new Set(selection.ids)].sort();
  await lockRepresented(acting.client, ids);
  const left = await managersLeftOf(acting, ids);
  const authority = new Set<string>();
  const standing: string[] = [];
  for (let from = 0; from < ids.length; from += CHUNK) {
    const chunk = ids.slice(from, from + CHUNK);
    const rows = await lockRows(acting.client, chunk);
    if (rows.size < chunk.length) throw noSuchMandate();
    const acts = [...rows.values()]
      // What ended while this waited for its lock is no longer what the filter means.
      .filter(({ status }) => !byFilter || status === 'active' || status === 'suspended')
      .map((current) => bulkAct(act, current, left));
    if (acts.length === 0) continue;
    const verdicts = await authoriseSeen(acting, acts);
    for (const [place, { current }] of acts.entries()) {
      const verdict = verdicts[place];
      if (verdict === undefined) throw new AppError('internal', 'no verdict');
      requireStep(current, act.name, 'revoked');
      await act.allowed?.(current, verdict);
      for (const id of verdict.authority) authority.add(id);
      standing.push(current.mandate_id);
    }
  }
  if (standing.length > CHUNK) await sayAuthority(acting.client, [...authority]);
  return standing;
}

function bulkAct(act: BulkAct, current: LifeRow, left: Map<PartyId, number>): Act & { current: LifeRow } {
  const managers = left.get(current.represented);
  return { name: act.name, current, ...act.facts(current), ...(managers !== undefined && { managers_left: managers }) };
}

/** By represented, where the whole selection would end somebody's right to manage (R92). */
async function managersLeftOf({ client, manage, now }: Acting, ids: readonly string[]): Promise<Map<PartyId, number>> {
  const { rows } = await client.query<{ represented: PartyId; left: number }>(
    `select represented, managers_left(represented, $1, $2, $3) as left from (
       select distinct represented from mandates m
       where mandate_id = any ($1) and represented_kind = 'organisation' and covers_service(m, $2)) as managed`,
    [ids, manage.serviceUuid, now],
  );
  return new Map(rows.map(({ represented, left }) => [represented, left]));
}

/** The history names every mandate by which it was allowed, not only those of the last part. */
async function sayAuthority(client: pg.ClientBase, authority: readonly string[]): Promise<void> {
  await client.query(
    `select set_config('machtig.acted_by',
       ((current_setting('machtig.acted_by')::jsonb - 'on_behalf_of') || jsonb_build_object('authority', $1::text[]))::text, true)`,
    [authority],
  );
}

/** Counts of what this transaction stopped beside the selection itself. */
export interface AlsoCounts {
  /** Passed on from them (R50), or meant to renew them. */
  onward: number;
  /** Of co-holders (R51), which wait until somebody has looked. */
  suspended: number;
}

export async function countConsequences(client: pg.ClientBase, ids: readonly string[]): Promise<AlsoCounts> {
  const { rows } = await client.query<AlsoCounts>(
    `with chosen as (select unnest($1::uuid[]) as mandate_id), fresh as (
       select m.* from mandates m where m.xmin = pg_current_xact_id()::xid
         and not exists (select from chosen c where c.mandate_id = m.mandate_id)
         and (m.derived_from in (select mandate_id from chosen) or m.renews in (select mandate_id from chosen)
           or m.joint_required is not null and m.represented in (
             select t.represented from mandates t join chosen using (mandate_id))))
     select count(*) filter (where is_final(status))::integer as onward,
       count(*) filter (where status = 'suspended')::integer as suspended from fresh`,
    [ids],
  );
  return rows[0] ?? { onward: 0, suspended: 0 };
}
