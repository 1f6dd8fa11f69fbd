import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { makePool } from '../../src/store/postgres.ts';
import { urlOfDatabase } from './postgres.ts';

export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  drop(): Promise<void>;
}

/**
 * A database of its own, migrated, for one test file. `empty: true` gives one without migrations.
 * With KEEP_TEST_DATABASES set it stays after `drop`, under the name that is printed (give TEST_DATABASE_URL as well:
 * the private server goes with the run).
 */
export async function cloneDatabase(options: { empty?: boolean; prepares?: boolean } = {}): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `machtig_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}${options.empty ? '' : ` template ${inject('templateDatabase')}`}`);
  const url = urlOfDatabase(server, name);
  const pool = makePool(url, { max: 8, prepares: options.prepares === true, onError: () => {} });
  const drop = async () => {
    await pool.end();
    if (process.env.KEEP_TEST_DATABASES === undefined) await onServer(server, `drop database ${name} with (force)`);
    else console.warn(`kept database ${name}: ${url}`);
  };
  return { url, pool, drop };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
