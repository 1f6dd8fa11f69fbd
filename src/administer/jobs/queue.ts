import type pg from 'pg';
import PgBoss from 'pg-boss';
import { toError } from '../../domain/errors.ts';
import type { Log } from '../../process/log.ts';
import type { Job, JobDeps } from './job.ts';

/** Schema of the queue's own tables. */
const SCHEMA = 'jobs';
const TIME_ZONE = 'Europe/Amsterdam';

export interface QueueDeps extends JobDeps {
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Told of each run: `done`, or `failed` to be tried again. */
  onRun?: (job: string, outcome: 'done' | 'failed') => void;
}

/** Makes the queue's tables, as part of `machtig migrate`: the role `admin` itself may not change any schema. */
export async function installQueue(pool: pg.Pool, jobs: readonly Job[]): Promise<void> {
  const boss = makeBoss(pool, { migrate: true, supervise: false, schedule: false });
  await boss.start();
  try {
    for (const { name } of jobs) await boss.createQueue(name, { name, ...RETRIES });
  } finally {
    await boss.stop({ graceful: false, wait: true });
  }
}

/** Tried again some minutes apart; a job that was cut off by a crash is taken up again after its time has passed. */
const RETRIES = {
  policy: 'singleton',
  retryLimit: 5,
  retryDelay: 60,
  retryBackoff: true,
  expireInMinutes: 30,
} as const;

/** Runs jobs at their times, each on one of however many processes there are. */
export async function startJobs(deps: QueueDeps, jobs: readonly Job[]): Promise<{ close(): Promise<void> }> {
  const { pool, log, now, onRun } = deps;
  const boss = makeBoss(pool, { migrate: false });
  boss.on('error', (error) => log.error({ err: error }, 'the job queue'));
  const run = async (job: Job) => {
    try {
      const report = await job.run(deps, new Date(now()));
      log.info({ job: job.name, ...report }, 'job done');
      onRun?.(job.name, 'done');
    } catch (thrown) {
      log.error({ job: job.name, err: toError(thrown) }, 'job failed; it will be tried again');
      onRun?.(job.name, 'failed');
      throw thrown;
    }
  };
  try {
    await boss.start();
    for (const job of jobs) {
      await boss.schedule(job.name, job.cron, {}, { tz: TIME_ZONE, singletonKey: job.name });
      await boss.work(job.name, { pollingIntervalSeconds: 5 }, () => run(job));
    }
  } catch (thrown) {
    // What it has begun would go on for ever, and keep the process from ending.
    await boss.stop({ graceful: false }).catch(() => {});
    throw thrown;
  }
  return { close: () => boss.stop({ graceful: true, wait: true, timeout: 10_000 }) };
}

function makeBoss(pool: pg.Pool, options: PgBoss.ConstructorOptions): PgBoss {
  const db = { executeSql: (text: string, values: unknown[]) => pool.query(text, values) };
  return new PgBoss({ db, schema: SCHEMA, ...options });
}
