import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followMemory } from '../mandates/follow/memory-follower.ts';
import type { Freshness } from '../mandates/lookups.ts';
import { makeMemoryStore } from '../mandates/memory.ts';
import { LAYOUT } from '../mandates/redis-layout.ts';
import { loop } from '../process/loop.ts';
import { importRegisterFile } from '../register/import.ts';
import { readRegisterFile, readText } from '../register/read-file.ts';
import type { RollOut } from '../rollout/roll-out.ts';
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { migrate } from '../store/migrate.ts';
import { type Administering, openAdmin } from './admin.ts';
import { readAccess } from './admin-access.ts';
import { makeQueues } from './admin-jobs.ts';
import type { Config } from './config.ts';
import { makeSecret } from './config-secret.ts';
import { type DecideDeps, type Deciding, openDecisions } from './decide.ts';
import { openDevConsole } from './dev-console.ts';
import { type LoginOfDev, startDevLogin } from './dev-login.ts';
import { devPeople } from './dev-people.ts';
import { keysOf, urlOf } from './keys.ts';
import { followPolicy } from './policy.ts';
import { withPool } from './register.ts';
import { startSidecar } from './sidecar.ts';
import { projectInto, type SyncDeps } from './sync.ts';

export interface Developing extends Deciding {
  /** Absent where the bundle knows of no mandates. */
  admin?: Administering;
  /** Absent where an access file names another provider. */
  login?: LoginOfDev;
  /** Absent where it was given. */
  embeddedDatabase?: string;
}

/** A cluster that is thrown away needs no care for its disk. */
const THROWN_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Role `dev`: everything in one process, filled with a register file. Stores that are not given are embedded. */
export async function startDev(given: SyncDeps, registerFile: string): Promise<Developing> {
  const configured = { ...given, config: await withDefaults(given) };
  const { config } = configured;
  await migrate(urlOf(config, 'databaseUrl'));
  await withPool(config, async (pool) => {
    await importRegisterFile(registerFile, { pool, keys: keysOf(config) });
    await makeQueues(pool);
  });
  const console = await openDevConsole(registerFile, urlOf(config, 'databaseUrl'), given.lifecycle);
  const rollOut = await followPolicy(configured);
  const deps = { ...configured, console, rollOut };
  const deciding = await (config.redisUrl === undefined ? startInProcess(deps) : startSidecar(deps));
  const embedded = given.config.databaseUrl === undefined ? { embeddedDatabase: urlOf(config, 'databaseUrl') } : {};
  const admin =
    deciding.input === 'mandates' ? await startAdminInDev(deps, rollOut, registerFile, embedded.embeddedDatabase) : {};
  await untilFresh(deciding.freshness);
  return { ...deciding, ...admin, ...embedded };
}

/** The admin API with a provider of logins of its own, unless an access file names another. */
async function startAdminInDev(
  deps: SyncDeps,
  rollOut: RollOut,
  registerFile: string,
  embeddedDatabase: string | undefined,
): Promise<Pick<Developing, 'admin' | 'login'>> {
  const { config, lifecycle } = deps;
  const { tls, ...listen } = config.listen;
  // Whatever the decision port has: this one stays on loopback.
  const plain = { ...deps, config: { ...config, listen } };
  if (config.admin.accessFile) {
    return { admin: await openAdmin(plain, await readAccess(config.admin, undefined), rollOut) };
  }
  const people = devPeople(readRegisterFile(await readText(registerFile)).file);
  const login = await startDevLogin(people, config.admin, embeddedDatabase);
  lifecycle.onClose('the provider of logins', login.close);
  return { admin: await openAdmin(plain, { file: login.access }, rollOut), login };
}

async function startInProcess(deps: SyncDeps & Pick<DecideDeps, 'console' | 'rollOut'>): Promise<Deciding> {
  const { config } = deps;
  const keys = keysOf(config);
  const store = makeMemoryStore();
  const expected = { layout: LAYOUT, keyId: keys.keyId, keyCheck: keys.check() };
  const following = await followMemory(store, expected, config.freshness);
  deps.lifecycle.onClose('the stream of changes', following.close);
  const stop = new AbortController();
  const projecting = projectInto(deps, store.projection, stop.signal);
  deps.lifecycle.onClose('sync', () => {
    stop.abort();
    return projecting;
  });
  const data = {
    lookups: store.lookups,
    search: store,
    freshness: following.freshness,
    cache: () => ({ hits: 0, misses: 0, bytes: 0, entries: 0 }),
    useSink: async () => {},
  };
  return openDecisions({ ...deps, data, keys, now: Date.now });
}

/** A newcomer's first question must not meet a projection that is still being built. */
async function untilFresh(freshness: Freshness): Promise<void> {
  const stop = new AbortController();
  const look = async () => {
    freshness.position();
    stop.abort();
  };
  await loop(stop.signal, look, { intervalMs: 0, backoff: { minMs: 10, maxMs: 10 } }).done;
}

/** Adds what was not configured: a Postgres, a place for records that goes with the process, an address. */
async function withDefaults({ config, lifecycle, terminal }: SyncDeps): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-dev-'));
  lifecycle.onClose('the folder of dev', () => rm(folder, { recursive: true, force: true }));
  const records = terminal.env.MACHTIG_RECORDS_FILE
    ? config.records
    : { ...config.records, file: join(folder, 'decisions.jsonl') };
  const { tcp, publicUrl } = config.listen;
  const own = tcp && tcp.port > 0 ? { publicUrl: `http://${tcp.host}:${tcp.port}` } : {};
  const listen = publicUrl === undefined ? { ...config.listen, ...own } : config.listen;
  if (config.databaseUrl !== undefined) return { ...config, records, listen };
  const server = await startEmbeddedPostgres({ settings: THROWN_AWAY });
  lifecycle.onClose('the embedded Postgres', server.stop);
  return { ...config, records, listen, databaseUrl: makeSecret(server.url) };
}
