import { MAIN } from '../projection.ts';
import type { UseEntry, UseSource } from '../use-source.ts';
import type { Session } from './session.ts';

/** Reports a round: each may name thousands of mandates, and all of them are counted in one statement. */
const ENTRIES_AT_ONCE = 32;

export interface CountedUses {
  entries: number;
  /** Entries that were no report of uses, and were passed over. */
  malformed: number;
  /** Whether more may be waiting. */
  more: boolean;
}

/**
 * Adds the uses of a batch and moves the position behind it, in one statement: only whoever finds the position where
 * he read it counts anything, so that of two leaders, or after a crash, no entry counts twice and none is lost.
 */
const COUNT = `
  with moved as (
    update use_position set entry = $2 where entry = $1 and projection = $6 returning true
  ), used as (
    select mandate_id, count, to_timestamp(last / 1000.0) as last
    from moved, unnest($3::uuid[], $4::bigint[], $5::bigint[]) as given (mandate_id, count, last)
    join mandates using (mandate_id)
  ), counted as (
    insert into mandate_uses (mandate_id, day, uses, last_used_at)
    select mandate_id, (last at time zone 'Europe/Amsterdam')::date as day, sum(count), max(last)
    from used group by mandate_id, day order by mandate_id, day
    on conflict (mandate_id, day) do update set
      uses = mandate_uses.uses + excluded.uses,
      last_used_at = greatest(mandate_uses.last_used_at, excluded.last_used_at)
  )
  select from moved`;

const BEGIN = `insert into use_position (entry, projection) values ('0-0', $1) on conflict do nothing`;

/** One round, of the stream of this projection. Undefined when another was first, and nothing was counted here. */
export async function countUses(
  session: Session,
  source: UseSource,
  projection = MAIN,
): Promise<CountedUses | undefined> {
  const [position] = await session.query<{ entry: string }>('select entry from use_position where projection = $1', [
    projection,
  ]);
  if (position === undefined) await session.query(BEGIN, [projection]);
  const from = position?.entry ?? '0-0';
  const entries = await source.read(from, ENTRIES_AT_ONCE);
  const last = entries.at(-1);
  if (last === undefined) return { entries: 0, malformed: 0, more: false };
  const counted = await session.query(COUNT, [from, last.id, ...columnsOf(entries), projection]);
  if (counted.length === 0) return undefined;
  // What is forgotten too late is not read again: the position stands behind it.
  await source.forget(last.id);
  const malformed = entries.filter(({ uses }) => uses === undefined).length;
  return { entries: entries.length, malformed, more: entries.length === ENTRIES_AT_ONCE };
}

/** Nothing was used after its use was reported, whatever a sidecar's clock says. */
function columnsOf(entries: readonly UseEntry[]): [string[], number[], number[]] {
  const uses = entries.flatMap(({ at, uses }) =>
    (uses ?? []).map(({ mandate_id, count, last }) => ({ mandate_id, count, last: Math.min(last, at) })),
  );
  return [uses.map(({ mandate_id }) => mandate_id), uses.map(({ count }) => count), uses.map(({ last }) => last)];
}
