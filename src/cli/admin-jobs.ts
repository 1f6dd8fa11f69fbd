import type pg from 'pg';
import { JOBS } from '../administer/jobs/all-jobs.ts';
import { installQueue, startJobs } from '../administer/jobs/queue.ts';
import { findManageService } from '../administer/manage-service.ts';
import { makePostgresLookups } from '../mandates/postgres-lookups.ts';
import { loop } from '../process/loop.ts';
import { makePool, withReading } from '../store/postgres.ts';
import { urlOf } from './keys.ts';
import type { SyncDeps } from './sync.ts';

/** Runs the jobs of the register in the background, from when the database has what they need until the end. */
export function runJobs({ config, lifecycle, log, metrics }: SyncDeps, serviceId: string): void {
  // A job may take its time over a million mandates: what limits an act does not limit it.
  const pool = makePool(urlOf(config, 'databaseUrl'), {
    max: 2,
    onError: (error) => log.warn({ error: error.message }, 'PostgreSQL connection of the jobs'),
  });
  lifecycle.onClose('the connections of the jobs', () => pool.end());
  const stop = new AbortController();
  let running: { close(): Promise<void> } | undefined;
  const begin = async () => {
    const manageService = await findManageUuid(pool, serviceId);
    const onRun = (job: string, outcome: string) => metrics.jobRuns.inc({ job, outcome });
    running = await startJobs({ pool, manageService, log, now: Date.now, onRun }, JOBS);
    stop.abort();
  };
  const beginning = loop(stop.signal, begin, {
    intervalMs: 1000,
    backoff: { minMs: 1000, maxMs: 30_000 },
    onError: (error) => log.warn({ error: error.message }, 'the jobs cannot begin yet'),
  });
  lifecycle.onClose('the jobs', async () => {
    stop.abort();
    await beginning.done;
    await running?.close();
  });
}

/** ServiceUUID of the service by which mandates are managed. */
export async function findManageUuid(pool: pg.Pool, serviceId: string): Promise<string> {
  const found = await withReading(pool, (client) => findManageService(makePostgresLookups(client), serviceId));
  return found.serviceUuid;
}

/** Makes the queues, and gives the database's roles their rights on them. */
export async function makeQueues(pool: pg.Pool): Promise<void> {
  await installQueue(pool, JOBS);
  await pool.query('select grant_to_roles()');
}
