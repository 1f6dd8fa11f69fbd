import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { SOURCE } from '../grants/rows.ts';
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
export async function insertMandates(client: pg.ClientBase, rows: readonly MandateRow[]): Promise<void> {
  await client.query('insert into mandates select * from jsonb_populate_recordset(null::mandates, $1)', [
    JSON.stringify(rows),
  ]);
}

/** A new mandate like an old one, granted now; nothing that proved or ended the old one comes along. */
export function successorOf(
  acting: Acting,
  old: LifeRow,
  change: Record<string, unknown> & { granted_by: PartyId | null },
): LifeRow {
  const now = acting.now.toISOString();
  return {
    ...old,
    mandate_id: randomUUID(),
    status: 'active',
    status_since: now,
    status_cause: null,
    granted_at: now,
    granted_under: null,
    renews: null,
    evidence: [],
    channel: 'digital',
    source: SOURCE,
    lapses_at: null,
    ...change,
  };
}

/** Whether a mandate ended before this moment; its end is exclusive. */
export function hasEnded({ valid_until }: LifeRow, now: Date): boolean {
  return valid_until !== null && Date.parse(valid_until) <= now.getTime();
}
