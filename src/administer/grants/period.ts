import type { Fault } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import type { Columns } from './wish.ts';

/** A clock that runs ahead or behind by so much makes no start in the past. */
const TOLERANCE_MS = 5 * 60_000;
/** How long a request or an offer waits (R65). */
export const WAITING_DAYS = 30;
export const DAY_MS = 86_400_000;

/**
 * From when until when; without a start from now on (R47, R59, R60, R62). Five calendar years are counted in
 * Europe/Amsterdam by the register itself.
 */
export async function periodColumns(acting: Acting, columns: Columns, faults: Fault[]): Promise<Columns> {
  const { now } = acting;
  const statutory = columns.kind === 'statutory';
  const from = columns.valid_from === undefined ? now : new Date(String(columns.valid_from));
  const until = columns.valid_until == null ? undefined : new Date(String(columns.valid_until));
  if (!statutory && from.getTime() < now.getTime() - TOLERANCE_MS) {
    faults.push({ at: '/valid_from', message: 'lies in the past' });
  }
  if (until === undefined) {
    if (!statutory) faults.push({ at: '/valid_until', message: 'is missing' });
  } else if (until <= from || until <= now) {
    faults.push({ at: '/valid_until', message: 'must lie after the start, and in the future' });
  } else if (!statutory && !(await isWithinFiveYears(acting, from, until))) {
    faults.push({ at: '/valid_until', message: 'lies more than five years after the start' });
  }
  return { valid_from: from.toISOString(), valid_until: until?.toISOString() ?? null };
}

async function isWithinFiveYears({ client }: Acting, from: Date, until: Date): Promise<boolean> {
  const { rows } = await client.query<{ fits: boolean }>('select ends_within_five_years($1, $2) as fits', [
    from,
    until,
  ]);
  return rows[0]?.fits === true;
}

/** Whether anything is left of the period that was granted (exclusive end). */
export function hasTime(now: Date, { valid_until }: Columns): boolean {
  return valid_until == null || new Date(String(valid_until)) > now;
}

/** What waited begins when the waiting ends, not before. */
export function startNotBefore(now: Date, validFrom: unknown): string {
  const from = new Date(String(validFrom));
  return (from < now ? now : from).toISOString();
}
