import type pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';
import { makePool } from '../src/store/postgres.ts';

const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** A database of its own, started when it is asked for. */
export function makeDatabase() {
  let server: EmbeddedPostgres | undefined;
  let pool: pg.Pool | undefined;
  return {
    async open(): Promise<pg.Pool> {
      server = await startEmbeddedPostgres({ settings: FAST });
      await migrate(server.url);
      pool = makePool(server.url, { max: 2, onError: () => {} });
      return pool;
    },
    async close(): Promise<void> {
      await pool?.end();
      await server?.stop();
    },
  };
}
