import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followMemory } from '../mandates/follow/memory-follower.ts';
import { makeMemoryStore } from '../mandates/memory.ts';
import { LAYOUT } from '../mandates/redis-layout.ts';
import { importRegisterFile } from '../register/import.ts';
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';
import type { Config } from './config.ts';
import { makeSecret } from './config-secret.ts';
import { type Deciding, openDecisions } from './decide.ts';
import { keysOf, urlOf } from './keys.ts';
import { withPool } from './register.ts';
import { startSidecar } from './sidecar.ts';
import { type SyncDeps, startProjecting } from './sync.ts';

/** A cluster that is thrown away needs no care for its disk. */
const THROWN_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Role `dev`: everything in one process, filled with a register file. Stores that are not given are embedded. */
export async function startDev(given: SyncDeps, registerFile: string): Promise<Deciding> {
  const deps = { ...given, config: await withDatabase(given) };
  const { config } = deps;
  await migrate(urlOf(config, 'databaseUrl'));
  await withPool(config, (pool) => importRegisterFile(registerFile, { pool, keys: keysOf(config) }));
  if (config.redisUrl !== undefined) return startSidecar(deps);
  const keys = keysOf(config);
  const store = makeMemoryStore();
  const expected = { layout: LAYOUT, keyId: keys.keyId, keyCheck: keys.check() };
  const following = await followMemory(store, expected, config.freshness);
  deps.lifecycle.onClose('the stream of changes', following.close);
  startProjecting(deps, store.projection);
  const data = {
    lookups: store.lookups,
    freshness: following.freshness,
    cache: () => ({ hits: 0, misses: 0, bytes: 0, entries: 0 }),
    useSink: async () => {},
  };
  return openDecisions({ ...deps, data, keys, now: Date.now });
}

/** Adds what was not configured: a Postgres of its own, and a place for records that goes with the process. */
async function withDatabase({ config, lifecycle, terminal }: SyncDeps): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-dev-'));
  lifecycle.onClose('the folder of dev', () => rm(folder, { recursive: true, force: true }));
  const records = terminal.env.MACHTIG_RECORDS_FILE
    ? config.records
    : { ...config.records, file: join(folder, 'decisions.jsonl') };
  if (config.databaseUrl !== undefined) return { ...config, records };
  const server = await startEmbeddedPostgres({ settings: THROWN_AWAY });
  lifecycle.onClose('the embedded Postgres', server.stop);
  return { ...config, records, databaseUrl: makeSecret(server.url) };
}
