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
import { type Child, residentMiB, startNode } from './processes.ts';
import { bytesOfMandates } from './redis-memory.ts';
import { answers, freePort } from './targets.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const [HMAC_KEY, SEAL_KEY, KEY_ID] = [randomBytes(32), randomBytes(32), 'bench'];
const KEYS = { MACHTIG_HMAC_KEY: HMAC_KEY.toString('base64'), MACHTIG_HMAC_KEY_ID: KEY_ID };

/** One register of its own size with its projection and one sidecar, all private processes. */
export interface Stack {
  child: Child;
  port: number;
  opsPort: number;
  socket: string;
  databaseUrl: string;
  env: Record<string, string>;
  facts: StackFacts;
}

/** What filling a stack took, and what it takes. */
export interface StackFacts {
  mandates: number;
  seedMs: number;
  projectMs: number;
  /** From the start of `sync` to the live projection. */
  projectedPerSecond: number;
  /** Redis bytes per mandate: everything in Redis, and the keys of mandates with both their indexes alone. */
  bytesOfAll: number;
  bytesOfMandates: number;
  coldStartMs: number;
  readyMiB: number;
  /** After the last measurement. */
  memoryMiB?: number;
}

/** A private PostgreSQL that may be lost. @returns how to make a database in it */
export async function startRegisters(lifecycle: Lifecycle): Promise<(mandates: number) => Promise<string>> {
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '4GB' };
  const server = await startEmbeddedPostgres({ settings: { ...settings, shared_buffers: '512MB' } });
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
  const server = spawn('redis-server', [...args, '--dir', folder], { stdio: 'ignore' });
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

export interface StackOptions {
  mandates: number;
  seed: number;
  databaseUrl: string;
  folder: string;
  lifecycle: Lifecycle;
}

/** Seeds, projects, and starts the sidecar; says how long each took. */
export async function startStack({ mandates, seed, databaseUrl, folder, lifecycle }: StackOptions): Promise<Stack> {
  const redis = await startRedis(folder, mandates, lifecycle);
  const client = new Redis(redis);
  lifecycle.onClose('Redis client', () => client.disconnect());
  const emptyRedis = await bytesInRedis(client);
  const env = { ...KEYS, DATABASE_URL: databaseUrl, MACHTIG_LOG_LEVEL: 'warn' };
  await migrate(databaseUrl);
  const [, seedMs] = await timed(() => seedRegisterAt(databaseUrl, { mandates, seed }));

  const syncOps = await freePort();
  const [sync, projectMs] = await timed(() =>
    startNode(`sync of ${mandates}`, {
      args: [PROGRAM, 'sync'],
      cpu: 1,
      env: { ...env, REDIS_URL: redis, MACHTIG_OPS_PORT: String(syncOps) },
      // Sync swaps in a whole projection: its head then names the generation that is live.
      ready: async () => (await client.exists(partition(0).head)) === 1,
    }),
  );
  lifecycle.onClose('sync', sync.stop);
  const redisBytes = (await bytesInRedis(client)) - emptyRedis;

  const [port, opsPort] = [await freePort(), await freePort()];
  const socket = join(folder, `sidecar-${mandates}.sock`);
  const [child, coldStartMs] = await timed(() =>
    startNode(`sidecar on ${mandates}`, {
      args: [PROGRAM, 'sidecar'],
      cpu: 0,
      env: {
        ...KEYS,
        REDIS_URL: redis,
        MACHTIG_PORT: String(port),
        MACHTIG_OPS_PORT: String(opsPort),
        MACHTIG_SOCKET: socket,
        MACHTIG_ANONYMOUS: 'loopback:bsn,details',
        MACHTIG_RECORDS: 'written',
        MACHTIG_RECORDS_FILE: join(folder, `records-${mandates}.jsonl`),
        MACHTIG_LOG_LEVEL: 'warn',
      },
      ready: () => answers(`http://127.0.0.1:${opsPort}/readyz`),
    }),
  );
  lifecycle.onClose('sidecar', child.stop);
  const facts: StackFacts = {
    mandates,
    seedMs,
    projectMs,
    projectedPerSecond: Math.round((mandates * 1000) / projectMs),
    bytesOfAll: Math.round(redisBytes / mandates),
    bytesOfMandates: Math.round((await bytesOfMandates(client)) / mandates),
    coldStartMs,
    readyMiB: Math.round(residentMiB(child.pid)),
  };
  return { child, port, opsPort, socket, databaseUrl, env, facts };
}
