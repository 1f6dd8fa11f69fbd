import type pg from 'pg';
import { type ActedBy, withTransaction } from '../../store/postgres.ts';

export interface JobDeps {
  pool: pg.Pool;
  /** ServiceUUID of the register's own service *manage mandates*. */
  manageService: string;
}

/** What a run did: counts by what happened. */
export type JobReport = Readonly<Record<string, number>>;

/** Work that nobody asks for. Runs again after a failure, and does nothing a second time. */
export interface Job {
  /** Also the name of its queue. */
  name: string;
  /** When, in Europe/Amsterdam. */
  cron: string;
  says: string;
  requirements: readonly string[];
  /** @param now the clock that it goes by */
  run(deps: JobDeps, now: Date): Promise<JobReport>;
}

/** A transaction of a job: the chain of changes says which one it was, and why. */
export function asJob<T>(
  pool: pg.Pool,
  job: string,
  reason: string,
  fn: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const by: ActedBy = { who: `system:${job}`, channel: 'job', act: `job.${job}`, reason };
  return withTransaction(pool, by, fn);
}
