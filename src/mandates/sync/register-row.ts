import { AppError } from '../../domain/errors.ts';
import type { Session } from './session.ts';

/** What the register says of itself, and which Postgres says it. */
export interface RegisterRow {
  epoch: number;
  /** Empty until the first identifier was registered: no reader has such a key. */
  keyId: string;
  keyCheck: string;
  /** Two registers of one lineage hold the same wherever their changes are the same; of two lineages nothing is known. */
  lineage: string;
  /** A standby answers with yesterday's truth; only a primary may vouch that there is nothing newer. */
  standby: boolean;
  /** Where the epoch was begun. */
  knownSystem: string;
  knownTimeline: number;
  /** Where we are now; a standby has no timeline of its own. */
  system: string;
  timeline: number | null;
}

/** @throws AppError `not_ready` when the register has not been set up (no migration, no keys). */
export async function readRegister(session: Session): Promise<RegisterRow> {
  const [row] = await session.query<RegisterRow>(`
    select epoch, coalesce(key_id, '') as "keyId", coalesce(key_check, '') as "keyCheck",
           lineage_of_register() as lineage, pg_is_in_recovery() as standby,
           system_identifier as "knownSystem", timeline as "knownTimeline",
           current_system_identifier() as system,
           case when not pg_is_in_recovery() then current_timeline() end as timeline
    from register`);
  if (row === undefined) throw new AppError('not_ready', 'the register has no row: run machtig migrate and import');
  return row;
}

/** The same Postgres as when the epoch was begun, and no promotion since. */
export function isSamePlace(row: RegisterRow): boolean {
  return row.knownSystem === row.system && row.knownTimeline === row.timeline;
}

/** The same database cluster, if perhaps promoted or put back since. */
export function isSameSystem(row: RegisterRow): boolean {
  return row.knownSystem === row.system;
}

/**
 * Opens a new epoch, above `above`, where the register lives now, so that no revision of before can be compared with
 * one of after. Writers wait meanwhile: they take the same lock at commit. Does so once, however often it is
 * asked for in the light of the same `row`: who gave up waiting for the lock may still get it.
 * @param lineage whether it goes on: a projection of before may be of what the register holds now
 * @throws AppError `conflict` when another epoch was begun since `row` was read
 */
export async function beginEpoch(
  session: Session,
  row: RegisterRow,
  above: number,
  lineage: 'goes on' | 'ends',
): Promise<number> {
  const [moved] = await session.query<{ epoch: number }>(
    `with locked as materialized (
       select pg_advisory_xact_lock(hashtextextended('machtig.changes', 0)), set_config('machtig.lineage', $5, true))
     update register
     set system_identifier = $1, timeline = $2, epoch = greatest(epoch, $3) + 1
     from locked
     where epoch = $4
     returning epoch`,
    [row.system, row.timeline, above, row.epoch, lineage],
  );
  if (moved === undefined) throw new AppError('conflict', 'another epoch of the register was begun meanwhile');
  return moved.epoch;
}
