import { AppError } from '../../domain/errors.ts';
import type { Counting } from '../acting.ts';

/** Tries of codes within an hour, wrong ones for the most part: right ones are forgotten. */
const MOST_BY_ONE = 10;
const MOST_BY_ALL = 1000;
const EVERYBODY = 'everybody';

/**
 * Counts one more try, by this person and by all together, so that codes cannot be tried across offers or accounts.
 * Committed whatever comes after it.
 * @throws AppError `too_many_requests`, which is not counted
 */
export async function countTry(counting: Counting): Promise<void> {
  for (const [subject, most] of [
    [subjectOf(counting), MOST_BY_ONE],
    [EVERYBODY, MOST_BY_ALL],
  ] as const) {
    const { rowCount } = await counting.client.query(
      `insert into code_tries as t (subject, since, tries) values ($1, date_trunc('hour', $2::timestamptz), 1)
       on conflict (subject, since) do update set tries = t.tries + 1 where t.tries < $3`,
      [subject, counting.now, most],
    );
    if (rowCount === 0) throw new AppError('too_many_requests', 'codes were tried too often; try again in an hour');
  }
}

/** A right code was no try. */
export async function forgetTry(counting: Counting): Promise<void> {
  // In the order in which they are counted, lest two wait for each other.
  for (const subject of [subjectOf(counting), EVERYBODY]) {
    await counting.client.query(
      `update code_tries set tries = greatest(tries - 1, 0)
       where subject = $1 and since = date_trunc('hour', $2::timestamptz)`,
      [subject, counting.now],
    );
  }
}

/** One person with several means is one. */
function subjectOf({ actor, session, keys }: Counting): string {
  const { person } = session;
  return actor ?? (person ? keys.alias(person.identifier) : '');
}
