import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { trackStages } from '../../src/cli/stages.ts';
import { partition } from '../../src/mandates/redis-layout.ts';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import type { Progress as RegisterProgress } from '../../src/register/import.ts';
import { seedRegister } from '../../src/register/seed.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { migrate } from '../../src/store/migrate.ts';
import { makePool } from '../../src/store/postgres.ts';
import { freePort } from '../../test/support/free-port.ts';
import { answers } from '../peers/process.ts';
import { endWithUs } from './children.ts';
import { treeOf } from './counting.ts';
import { type Child, residentMiB, startNode } from './processes.ts';
import { bytesOfMandates } from './redis-memory.ts';

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const [HMAC_KEY, SEAL_KEY, KEY_ID] = [randomBytes(32), randomBytes(32), 'bench'];
const KEYS = { MACHTIG_HMAC_KEY: HMAC_KEY.toString('base64'), MACHTIG_HMAC_KEY_ID: KEY_ID };

/** One register of its own size with its projection, all private processes. */
export interface Projection {
  mandates: number;
  /** Socket of its Redis. */
  redis: string;
  databaseUrl: string;
  facts: ProjectionFacts;
}

/** What filling it took, and what it takes. */
export interface ProjectionFacts {
  mandates: number;
  seedMs: number;
  projectMs: number;
  /** From the start of `sync` to the live projection. */
  projectedPerSecond: number;
  /** Resident memory of `sync` once the projection is live. */
  syncMiB: number;
  /** Redis bytes per mandate: everything in Redis, and the keys of mandates with both their indexes alone. */
  bytesOfAll: number;
  bytesOfMandates: number;
}

/** A private PostgreSQL that may be lost. @returns how to make a database in it */
export async function startRegisters(lifecycle: Lifecycle): Promise<(mandates: number) => Promise<string>> {
  const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  // Filled once, then hardly asked: nothing that goes through it again shall fill the disk of the records meanwhile.
  const settings = { ...unsafe, max_wal_size: '4GB', shared_buffers: '512MB', autovacuum: 'off' };
  const server = await startEmbeddedPostgres({ settings });
  lifecycle.onClose('PostgreSQL', server.stop);
  return async (mandates) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`create database bench_${mandates}`);
    await client.end();
    const url = new URL(server.url);
    url.pathname = `/bench_${mandates}`;
    return url.href;
  };
}

async function startRedis(folder: string, mandates: number, lifecycle: Lifecycle): Promise<string> {
  const socket = join(folder, `redis-${mandates}.sock`);
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--maxmemory-policy', 'noeviction'];
  const server = endWithUs(spawn('redis-server', [...args, '--dir', folder], { stdio: 'ignore' }));
  lifecycle.onClose('Redis', () => server.kill());
  for (let waitedMs = 0; !existsSync(socket); waitedMs += 20) {
    if (waitedMs > 10_000) throw new Error('redis-server did not start; is it installed? (see the README)');
    await sleep(20);
  }
  return socket;
}

async function timed<T>(act: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  return [await act(), Math.round(performance.now() - startedAt)];
}

async function bytesInRedis(client: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
}

/** In this process, so that it shows how far it is. */
async function seedRegisterAt(databaseUrl: string, size: { mandates: number; seed: number }): Promise<void> {
  const pool = makePool(databaseUrl, { onError: () => {} }); // A broken connection also fails its statement.
  const keys = makeKeys({ hmacKey: HMAC_KEY, hmacKeyId: KEY_ID, sealKey: SEAL_KEY });
  const stages = trackStages(process.stderr, 'rows');
  const onProgress = ({ stage, done, total }: RegisterProgress) => stages.reach(stage, done, total);
  await seedRegister({ pool, keys, onProgress, ...size });
  stages.end();
  await pool.end();
}

export interface ProjectionOptions {
  mandates: number;
  seed: number;
  databaseUrl: string;
  folder: string;
  lifecycle: Lifecycle;
}

/** Seeds and projects; says how long each took. */
export async function startProjection(options: ProjectionOptions): Promise<Projection> {
  const { mandates, seed, databaseUrl, folder, lifecycle } = options;
  const redis = await startRedis(folder, mandates, lifecycle);
  const client = new Redis(redis);
  lifecycle.onClose('Redis client', () => client.disconnect());
  const emptyRedis = await bytesInRedis(client);
  await migrate(databaseUrl);
  const [, seedMs] = await timed(() => seedRegisterAt(databaseUrl, { mandates, seed }));
  const syncOps = await freePort();
  const [sync, projectMs] = await timed(() =>
    startNode(`sync of ${mandates}`, {
      args: [PROGRAM, 'sync'],
      cpu: 1,
      env: {
        ...KEYS,
        DATABASE_URL: databaseUrl,
        REDIS_URL: redis,
        MACHTIG_OPS_PORT: String(syncOps),
        MACHTIG_LOG_LEVEL: 'warn',
        // Comparing takes its share of the core of the generator, which would time its own neighbours.
        MACHTIG_RECONCILE_PERCENT: '0',
      },
      // Sync swaps in a whole projection: its head then names the generation that is live.
      ready: async () => (await client.exists(partition(0).head)) === 1,
    }),
  );
  lifecycle.onClose('sync', sync.stop);
  const redisBytes = (await bytesInRedis(client)) - emptyRedis;
  const facts: ProjectionFacts = {
    mandates,
    seedMs,
    projectMs,
    projectedPerSecond: Math.round((mandates * 1000) / projectMs),
    syncMiB: Math.round(residentMiB(sync.pid)),
    bytesOfAll: Math.round(redisBytes / mandates),
    bytesOfMandates: Math.round((await bytesOfMandates(client)) / mandates),
  };
  return { mandates, redis, databaseUrl, facts };
}

export interface SidecarOptions {
  /** Unique among the sidecars of a run; part of file names. */
  label: string;
  projection: Projection;
  folder: string;
  lifecycle: Lifecycle;
  cpu: number | 'any';
  /** Main file of another build than that of this clone. */
  program?: string;
  /** Flags for Node itself. */
  nodeArgs?: readonly string[];
  env?: Record<string, string>;
  /** As `StartOptions`. */
  patienceMs?: number;
}

export interface RunningSidecar {
  child: Child;
  port: number;
  opsPort: number;
  socket: string;
  coldStartMs: number;
  readyMiB: number;
}

/** Starts one built sidecar on a projection and waits until it is ready. */
export async function startSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const { label, projection, folder, lifecycle, cpu, program = PROGRAM, nodeArgs = [], env, patienceMs } = options;
  const [port, opsPort] = [await freePort(), await freePort()];
  const socket = join(folder, `sidecar-${label}.sock`);
  const [child, coldStartMs] = await timed(() =>
    startNode(`sidecar ${label}`, {
      args: [...nodeArgs, program, 'sidecar'],
      cpu,
      env: {
        ...KEYS,
        REDIS_URL: projection.redis,
        MACHTIG_PORT: String(port),
        MACHTIG_OPS_PORT: String(opsPort),
        MACHTIG_SOCKET: socket,
        MACHTIG_ANONYMOUS: 'loopback:bsn,details',
        MACHTIG_RECORDS: 'written',
        MACHTIG_RECORDS_FILE: join(folder, `records-${label}.jsonl`),
        MACHTIG_LOG_LEVEL: 'warn',
        ...env,
      },
      ready: () => answers(`http://127.0.0.1:${opsPort}/readyz`),
      patienceMs,
    }),
  );
  lifecycle.onClose(`sidecar ${label}`, child.stop);
  const readyMiB = Math.round(treeOf(child.pid).reduce((mib, pid) => mib + residentMiB(pid), 0));
  return { child, port, opsPort, socket, coldStartMs, readyMiB };
}
