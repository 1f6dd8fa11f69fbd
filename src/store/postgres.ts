import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError, toError } from '../domain/errors.ts';
import { prepareStatements } from './prepare-statements.ts';

/** SQLSTATEs that the code acts upon, by name. */
const SQLSTATES = {
  uniqueViolation: '23505',
  foreignKeyViolation: '23503',
  checkViolation: '23514',
  notNullViolation: '23502',
  exclusionViolation: '23P01',
  undefinedTable: '42P01',
  undefinedColumn: '42703',
  undefinedFunction: '42883',
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
  /** Through the admin API: what was done, in which capacity, and by which mandates it was allowed. */
  act?: string;
  capacity?: string;
  authority?: readonly string[];
  /** HMAC of the means he logged in with (R13), and its level. */
  means?: string;
  loa?: string;
  /** Fingerprint of the certificate that signed the request (R96). */
  signature?: string;
  /** Why a weaker authentication was accepted (R103). */
  deviation?: string;
  /** Channels over which a court's request was verified (R104). */
  verified_by?: readonly string[];
  request_id?: string;
}

export interface PoolOptions {
  max?: number;
  /** An idle connection that breaks reports here; without a listener it would end the process. */
  onError: (error: Error) => void;
  /** Beyond these the server gives up: a statement, a wait for a lock, a transaction in which nothing happens. */
  limits?: { statementMs: number; lockMs: number; idleMs: number };
  /** Statements with parameters are planned once for each connection, where many short transactions repeat them. */
  prepares?: boolean;
}

export function makePool(databaseUrl: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'machtig',
    max: options.max ?? 4,
    connectionTimeoutMillis: 5000,
    ...(options.limits && {
      statement_timeout: options.limits.statementMs,
      lock_timeout: options.limits.lockMs,
      idle_in_transaction_session_timeout: options.limits.idleMs,
    }),
  });
  pool.on('error', options.onError);
  if (options.prepares) pool.on('connect', prepareStatements);
  return pool;
}

/**
 * Connects a client, or one of a pool.
 * @throws AppError `store_unavailable` with host and port, or the socket, never the credentials
 */
export async function connect<T>(databaseUrl: string | undefined, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const message = `PostgreSQL${placeOf(databaseUrl)} cannot be used: ${messageOf(cause)}`;
    throw new AppError('store_unavailable', message, { cause });
  }
}

/** Where a connection string leads, as the driver reads it. */
function placeOf(databaseUrl: string | undefined): string {
  if (databaseUrl === undefined) return '';
  const { host, port } = new pg.Client({ connectionString: databaseUrl });
  return host.startsWith('/') ? ` at socket ${host}` : ` at ${host}:${port}`;
}

/** Of several addresses that were tried, the error that stands for all of them says nothing itself. */
function messageOf(thrown: unknown): string {
  return thrown instanceof AggregateError ? thrown.errors.map(messageOf).join('; ') : toError(thrown).message;
}

/**
 * Runs `fn` in one READ COMMITTED transaction on behalf of `actedBy`, which the register's triggers demand. Tried
 * again, whole, after a deadlock or a serialization failure: `fn` may therefore run more than once.
 * @throws AppError `store_unavailable` | `not_ready` (not migrated), and whatever `fn` throws
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
      if (wait === undefined) throw toUnmigrated(error);
      await sleep(wait);
    }
  }
}

/**
 * Runs `fn` in one read-only transaction: everything it reads is of one moment.
 * @throws AppError `store_unavailable` | `not_ready`, and whatever `fn` throws
 */
export async function withReading<T>(pool: pg.Pool, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  try {
    return await withClient(pool, 'begin isolation level repeatable read read only', fn);
  } catch (error) {
    throw toUnmigrated(error);
  }
}

function toUnmigrated(error: unknown): unknown {
  const isUnmigrated = (['undefinedTable', 'undefinedColumn', 'undefinedFunction'] as const).some((state) =>
    isSqlState(error, state),
  );
  if (!isUnmigrated) return error;
  const message = 'the database holds no register, or an older one: run machtig migrate first';
  return new AppError('not_ready', message, { cause: error });
}

function attempt<T>(pool: pg.Pool, actedBy: ActedBy, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withClient(pool, 'begin isolation level read committed', async (client) => {
    await client.query("select set_config('machtig.acted_by', $1, true)", [JSON.stringify(actedBy)]);
    return fn(client);
  });
}

/** @throws AppError `overloaded` when every connection was busy for too long | `store_unavailable` */
async function takeClient(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await connect(pool.options.connectionString, () => pool.connect());
  } catch (cause) {
    const allBusy = pool.idleCount === 0 && pool.totalCount >= pool.options.max;
    throw allBusy ? new AppError('overloaded', 'every connection to PostgreSQL is busy', { cause }) : cause;
  }
}

async function withClient<T>(pool: pg.Pool, begin: string, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await takeClient(pool);
  let broken: Error | undefined;
  // A connection that breaks between two statements is heard by nobody else, and would end the process.
  const onLost = (error: Error) => {
    broken = error;
  };
  client.on('error', onLost);
  try {
    await client.query(begin);
    const result = await fn(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(broken);
  }
}
