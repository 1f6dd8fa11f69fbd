import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Acting } from '../acting.ts';
import type { LifeRow } from './lock.ts';

/** What a change may touch; everything else of a mandate stays as it began. */
const CHANGEABLE = [
  'name',
  'services',
  'sets',
  'owner_id',
  'all_services',
  'all_operations',
  'operations',
  'all_branches',
  'branches',
  'all_cases',
  'cases',
  'loa',
  'reach',
  'substitution',
  'joint_required',
  'joint_with',
  'delegate_branch',
  'valid_until',
  'follow_up',
  'reads_messages',
  'evidence',
] as const;
/** By the name of a changeable column, as JSON. */
export type Columns = Record<string, unknown>;

/** Writes the changeable columns of a mandate as they stand in `row`. */
export async function updateMandate(client: pg.ClientBase, row: LifeRow): Promise<void> {
  const columns = CHANGEABLE.map((column) => `${column} = r.${column}`).join(', ');
  await client.query(
    `update mandates m set ${columns} from jsonb_populate_record(null::mandates, $1) as r where m.mandate_id = r.mandate_id`,
    [JSON.stringify(row)],
  );
}

/** Inserts whole rows, as they were authorised. */
export async function insertMandates(client: pg.ClientBase, rows: readonly LifeRow[]): Promise<void> {
  await client.query('insert into mandates select * from jsonb_populate_recordset(null::mandates, $1)', [
    JSON.stringify(rows),
  ]);
}

/** A new mandate like an old one, granted by whoever acts now; nothing that proved or ended the old one comes along. */
export function successorOf(acting: Acting, old: LifeRow, change: Record<string, unknown>): LifeRow {
  const now = acting.now.toISOString();
  return {
    ...old,
    mandate_id: randomUUID(),
    status: 'active',
    status_since: now,
    status_cause: null,
    granted_by: acting.actor ?? old.granted_by,
    granted_at: now,
    granted_under: null,
    renews: null,
    evidence: [],
    channel: 'digital',
    source: 'admin',
    ...change,
  };
}

/** On whose special authority somebody granted, by the mandates that allowed it; as `granted_under` holds it. */
export async function authorityBehind(client: pg.ClientBase, mandates: readonly string[]): Promise<string | null> {
  const { rows } = await client.query<{ under: string | null }>(
    `select case when ground in ('bankruptcy_curator', 'liquidator') then ground when kind = 'appointed' then kind
       else granted_under end as under
     from mandates where mandate_id = any ($1) order by 1 nulls last limit 1`,
    [mandates],
  );
  return rows[0]?.under ?? null;
}

/** Whether a mandate ended before this moment; its end is exclusive. */
export function hasEnded({ valid_until }: LifeRow, now: Date): boolean {
  return valid_until !== null && Date.parse(valid_until) <= now.getTime();
}
