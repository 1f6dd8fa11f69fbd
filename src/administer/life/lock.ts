import type pg from 'pg';
import type { FollowUp, Loa, MandateKind, MandateStatus, PartyId, PartyKind } from '../../domain/facts.ts';
import type { MandateRow } from '../acting.ts';

/** The columns of `mandates` that its life turns on, as `to_jsonb` writes them. */
export interface LifeRow extends MandateRow {
  readonly name: string;
  readonly kind: MandateKind;
  readonly represented_kind: PartyKind;
  readonly delegate_kind: PartyKind;
  readonly status: MandateStatus;
  readonly services: readonly string[];
  readonly sets: readonly { set: string; version: number }[];
  readonly all_services: boolean;
  readonly owner_id: string | null;
  readonly all_operations: boolean;
  readonly operations: readonly string[];
  readonly loa: Loa;
  readonly derived_from: string | null;
  readonly valid_from: string;
  /** Null: open-ended. */
  readonly valid_until: string | null;
  readonly granted_by: PartyId | null;
  readonly evidence: readonly object[];
  readonly follow_up: FollowUp | null;
}

/** Beyond so many represented parties everything waits: PostgreSQL has room for some thousands of locks. */
const MANY = 64;

/**
 * Locks mandates for as long as the transaction lasts. All that may change along with a mandate has the same
 * represented: onward mandates, those of co-holders, the managers who must not all go. So whoever changes the life of a
 * mandate first takes its represented for himself, then the parties, then the rows: always in this order.
 * @returns rows by mandate id; ids that do not exist are missing
 */
export async function lockLives(client: pg.ClientBase, ids: readonly string[]): Promise<Map<string, LifeRow>> {
  await lockRepresented(client, ids);
  return lockRows(client, ids);
}

/** For whoever reaches mandates of any number of parties: nobody else changes the life of one meanwhile. */
export async function lockAllLives(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('machtig.lives', 0))`);
}

/** The first part, for more mandates than are to be held in memory; `lockRows` follows, some at a time. */
export async function lockRepresented(client: pg.ClientBase, ids: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ represented: PartyId }>(
    `select distinct represented from mandates where mandate_id = any ($1) order by 1 limit ${MANY + 1}`,
    [ids],
  );
  const many = rows.length > MANY;
  await client.query(`select pg_advisory_xact_lock${many ? '' : '_shared'}(hashtextextended('machtig.lives', 0))`);
  if (many) return;
  for (const { represented } of rows) {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [represented]);
  }
}

export async function lockRows(client: pg.ClientBase, ids: readonly string[]): Promise<Map<string, LifeRow>> {
  await client.query(
    `select from parties where party_id in (select unnest(array[represented, delegate]) from mandates
       where mandate_id = any ($1)) order by party_id for share`,
    [ids],
  );
  const { rows } = await client.query<{ row: LifeRow }>(
    'select to_jsonb(m) as row from mandates m where mandate_id = any ($1) order by mandate_id for no key update',
    [ids],
  );
  return new Map(rows.map(({ row }) => [row.mandate_id, row]));
}
