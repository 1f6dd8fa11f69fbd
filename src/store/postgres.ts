import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** SQLSTATEs that the code acts upon, by name. */
const SQLSTATES = {
  uniqueViolation: '23505',
  foreignKeyViolation: '23503',
  checkViolation: '23514',
  notNullViolation: '23502',
  exclusionViolation: '23P01',
  duplicateTable: '42P07',
  duplicateObject: '42710',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
  /** What this register's own triggers raise: the act can never be right. */
  refused: 'MA001',
  /** The writing session did not say who acts, or is not READ COMMITTED. */
  writerRefused: 'MA002',
} as const;

type SqlState = keyof typeof SQLSTATES;

/** SQLSTATE → waits before each further try, in milliseconds. Everything else fails at once. */
const RETRIES: Readonly<Record<string, readonly number[]>> = {
  [SQLSTATES.serializationFailure]: [5, 25, 100],
  [SQLSTATES.deadlockDetected]: [5, 25, 100],
};

export function isSqlState(error: unknown, state: SqlState): boolean {
  return sqlStateOf(error) === SQLSTATES[state];
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Who acts, recorded with every change. `who` is an account or party id, never a BSN or pseudonym. */
export interface ActedBy {
  who: string;
  on_behalf_of?: string;
  /** By which way: `import`, `operator`, `admin`, … */
  channel: string;
  reason?: string;
}

export interface PoolOptions {
  max?: number;
  /** An idle connection that breaks reports here; without a listener it would end the process. */
  onError: (error: Error) => void;
}

export function makePool(databaseUrl: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'machtig',
    max: options.max ?? 4,
    connectionTimeoutMillis: 5000,
  });
  pool.on('error', options.onError);
  return pool;
}

/**
 * Runs `fn` in one READ COMMITTED transaction on behalf of `actedBy`, which the register's triggers demand. Tried
 * again, whole, after a deadlock or a serialization failure: `fn` may therefore run more than once.
 */
export async function withTransaction<T>(
  pool: pg.Pool,
  actedBy: ActedBy,
  fn: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt(pool, actedBy, fn);
    } catch (error) {
      const wait = RETRIES[sqlStateOf(error) ?? '']?.[tries];
      if (wait === undefined) throw error;
      await sleep(wait);
    }
  }
}

async function attempt<T>(pool: pg.Pool, actedBy: ActedBy, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin isolation level read committed');
    await client.query("select set_config('machtig.acted_by', $1, true)", [JSON.stringify(actedBy)]);
    const result = await fn(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
