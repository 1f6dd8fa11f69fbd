/**
 * What a register of a size costs to seed and to load: time, CPU, memory of `seed`, `sync` and Redis, bytes per mandate.
 * `npm run build && npx tsx loadtest/scale.ts [--sizes 10000,1000000,10000000]`; adds to loadtest/results/scale.json, replacing runs of
 * the same size. `--database URL` loads a register that is there (of `--sizes`, one) instead of seeding one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { partition } from '../src/mandates/redis-layout.ts';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { describeMachine } from './bench/processes.ts';
import { bytesByKind } from './bench/redis-memory.ts';

const RESULTS = join(import.meta.dirname, 'results/scale.json');
const PROGRAM = join(import.meta.dirname, '../dist/main.js');
/** Kinds of keys that hold mandates, by grantor and by delegate (docs/decisions/0028-redis-bytes.md). */
const OF_MANDATES = ['m', 'x', 'r', 'y'];
const TICKS_A_SECOND = 100;

const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '10000,1000000,10000000' }, database: { type: 'string' } },
});
const sizes = values.sizes.split(',').map(Number);
if (values.database !== undefined && sizes.length !== 1) throw new Error('--database goes with one of --sizes');
const lifecycle = makeLifecycle();
const folder = await mkdtemp(join(tmpdir(), 'machtig-scale-'));
lifecycle.onClose('the folder', () => rm(folder, { recursive: true, force: true }));

interface Run {
  mandates: number;
  [figure: string]: unknown;
}

/** As Linux tells it: the most it held, in MiB, and CPU seconds in user and kernel. */
function usageOf(pid: number | undefined): { peakMiB: number; cpuSeconds: number } {
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return {
    peakMiB: Math.round(Number(peak) / 1024),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
  };
}

/** Starts the program; its progress goes where ours goes. `usage` is what was last seen of it. */
function start(env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  lifecycle.onClose(args.join(' '), () => child.kill());
  let usage = { peakMiB: 0, cpuSeconds: 0 };
  const look = () => {
    if (child.exitCode === null) usage = usageOf(child.pid);
  };
  const looking = setInterval(look, 500);
  child.once('exit', () => clearInterval(looking));
  return { child, look, usage: () => usage };
}

/** CPU seconds of a PostgreSQL on this machine, with those of its processes that have ended; undefined where it is elsewhere. */
async function cpuOfPostgres(connectionString: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder");
  await client.end();
  const file = join(rows[0]?.folder ?? '', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const stat = readFileSync(`/proc/${readFileSync(file, 'utf8').split('\n')[0]}/stat`, 'utf8');
  const fields = stat.replace(/^.*\) /, '').split(' ');
  return [11, 12, 13, 14].reduce((sum, place) => sum + Number(fields[place]), 0) / TICKS_A_SECOND;
}

async function ended(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`it ended with ${code}`);
}

async function seed(mandates: number, env: NodeJS.ProcessEnv) {
  await ended(start(env, 'migrate').child);
  const startedAt = performance.now();
  const { child, usage } = start(env, 'seed', '--mandates', String(mandates));
  await ended(child);
  return { seconds: secondsSince(startedAt), ...usage() };
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 100) / 10;
}

async function startRedis(): Promise<{ socket: string; server: ChildProcess; client: Redis }> {
  const socket = join(folder, 'redis.sock');
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder]);
  lifecycle.onClose('Redis', () => server.kill());
  while (!existsSync(socket)) await sleep(20);
  const client = new Redis(socket);
  lifecycle.onClose('the Redis client', () => client.disconnect());
  return { socket, server, client };
}

async function load(mandates: number, env: NodeJS.ProcessEnv) {
  const { socket, server, client } = await startRedis();
  const before = usageOf(server.pid).cpuSeconds;
  const { DATABASE_URL: databaseUrl = '' } = env;
  const postgresBefore = await cpuOfPostgres(databaseUrl);
  const startedAt = performance.now();
  const { child, look, usage } = start({ ...env, REDIS_URL: socket }, 'sync');
  while ((await client.hget(partition(0).head, 'generation')) === null) {
    if (child.exitCode !== null) throw new Error('sync ended');
    await sleep(50);
  }
  const seconds = secondsSince(startedAt);
  look();
  const redisCpuSeconds = Math.round((usageOf(server.pid).cpuSeconds - before) * 10) / 10;
  child.kill();
  await once(child, 'exit'); // Its sessions end with it: then PostgreSQL has counted what they took.
  await sleep(500);
  const postgresAfter = await cpuOfPostgres(databaseUrl);
  const all = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
  const kinds = await bytesByKind(client);
  const ofMandates = OF_MANDATES.reduce((sum, kind) => sum + (kinds[kind]?.bytes ?? 0), 0);
  client.disconnect();
  server.kill();
  await once(server, 'exit');
  const bytes = { ofMandates: round(ofMandates / mandates), ofAll: round(all / mandates), kinds };
  return {
    seconds,
    mandatesPerSecond: Math.round(mandates / seconds),
    sync: usage(),
    redisCpuSeconds,
    ...(postgresBefore !== undefined && { postgresCpuSeconds: round((postgresAfter ?? 0) - postgresBefore) }),
    bytesPerMandate: bytes,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function run(mandates: number, databaseUrl: string): Promise<Run> {
  const key = (letter: string) => Buffer.from(letter.repeat(32)).toString('base64');
  const keys = { MACHTIG_HMAC_KEY: key('a'), MACHTIG_SEAL_KEY: key('b'), MACHTIG_OPS_PORT: '0' };
  const env = { ...process.env, ...keys, DATABASE_URL: databaseUrl };
  const seeded = values.database === undefined ? await seed(mandates, env) : undefined;
  const loaded = await load(mandates, env);
  return { mandates, ...(seeded && { seed: seeded }), load: loaded, machine: describeMachine() };
}

async function newDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function save(done: Run): Promise<void> {
  const before = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as { runs: Run[] }).runs : [];
  const runs = [...before.filter(({ mandates }) => mandates !== done.mandates), done];
  runs.sort((one, other) => one.mandates - other.mandates);
  await writeFile(RESULTS, `${JSON.stringify({ runs }, null, 2)}\n`);
}

const settings = { fsync: 'off', shared_buffers: '512MB', max_wal_size: '8GB', synchronous_commit: 'off' };
const postgres = values.database === undefined ? await startEmbeddedPostgres({ settings }) : undefined;
if (postgres) lifecycle.onClose('PostgreSQL', postgres.stop);
for (const mandates of sizes) {
  const url = postgres ? await newDatabase(postgres.url, `scale_${mandates}`) : values.database;
  if (url === undefined) throw new Error('no database');
  const done = await run(mandates, url);
  await save(done);
  process.stderr.write(`${JSON.stringify(done.load)}\n`);
}
await lifecycle.close();
