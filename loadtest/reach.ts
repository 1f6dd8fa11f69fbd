/**
 * What the projection takes in Redis by kind of record, names with sealed BSNs among them, and what it costs to walk
 * through the 70,000 clients of one party: time, Redis's own time a step, memory of the process.
 * `npx tsx loadtest/reach.ts [--mandates 1000000]`; writes loadtest/results/reach.json.
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Write } from '../src/mandates/projection.ts';
import { scopeKey } from '../src/mandates/record-key.ts';
import { LAYOUT } from '../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../src/mandates/redis-reach.ts';
import { runSync } from '../src/mandates/sync/run.ts';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { makeLog } from '../src/process/log.ts';
import { seedRegister } from '../src/register/seed.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { makeKeys } from '../src/store/keys.ts';
import { migrate } from '../src/store/migrate.ts';
import { makePool } from '../src/store/postgres.ts';
import { makeRedis, untilReady } from '../src/store/redis.ts';
import { describeMachine } from './bench/processes.ts';
import { bytesByKind } from './bench/redis-memory.ts';

const { values } = parseArgs({ options: { mandates: { type: 'string', default: '1000000' } } });
const mandates = Number(values.mandates);
const CLIENTS = 70_000;
const WALKS = 5;
const lifecycle = makeLifecycle();
const keys = makeKeys({ hmacKey: randomBytes(32), hmacKeyId: 'load', sealKey: randomBytes(32) });
const say = (what: string, more?: unknown) => process.stderr.write(`${what} ${more ? JSON.stringify(more) : ''}\n`);

const folder = await mkdtemp(join(tmpdir(), 'machtig-reach-'));
lifecycle.onClose('the folder', () => rm(folder, { recursive: true, force: true }));
const postgres = await startEmbeddedPostgres({ settings: { fsync: 'off', max_wal_size: '4GB' } });
lifecycle.onClose('PostgreSQL', postgres.stop);
const url = join(folder, 'redis.sock');
const server = spawn('redis-server', ['--port', '0', '--unixsocket', url, '--save', '', '--dir', folder]);
lifecycle.onClose('Redis', () => server.kill());
const client = makeRedis({ url, name: 'load', onError: () => {}, commandTimeoutMs: 20_000 });
lifecycle.onClose('the client', () => client.disconnect());

async function project(): Promise<void> {
  await migrate(postgres.url);
  const pool = makePool(postgres.url, { onError: () => {} }); // A broken connection also fails its statement.
  say('seeded', await seedRegister({ pool, keys, mandates, seed: 1 }));
  await pool.end();
  const stop = new AbortController();
  const log = makeLog({ level: 'silent' });
  const done = runSync({ databaseUrl: postgres.url, projection, layout: LAYOUT, signal: stop.signal, log });
  while ((await projection.state()) === undefined) await sleep(100);
  stop.abort();
  await done;
}

/** Beside the seeded register: one party with many clients, each with a mandate for one service. */
async function addClients(delegate: string): Promise<void> {
  const scope = scopeKey.service(randomUUID());
  const put = (): Write => ({
    put: 'mandate',
    represented: randomUUID(),
    delegate,
    scope,
    facts: {
      ...{ mandate_id: randomUUID(), kind: 'business', status: 'active', loa: 'eh3', scope: { by: 'service' } },
      ...{ valid_from: Date.UTC(2026), valid_until: Date.UTC(2029), granted_at: Date.UTC(2026) },
      ...{ operations: 'all', branches: 'all', cases: 'all' },
    },
  });
  for (let given = 0; given < CLIENTS; given += 1000) {
    const state = await projection.state();
    if (state === undefined) throw new Error('the projection went away');
    const { revision: from, hash, fence } = state;
    const writes = Array.from({ length: 1000 }, put);
    await projection.apply({ from, to: { ...from, n: from.n + 1 }, hash, writes }, fence);
  }
}

async function walk(delegate: string): Promise<object> {
  await client.config('RESETSTAT');
  await client.slowlog('RESET');
  const reach = makeRedisReach({ client, key: { keyId: keys.keyId, keyCheck: keys.check() } });
  const before = process.memoryUsage();
  const startedAt = performance.now();
  let [given, most] = [0, 0];
  for await (const chunk of reach.represented(delegate)) {
    given += chunk.length;
    most = Math.max(most, process.memoryUsage().rss);
  }
  const ms = Math.round(performance.now() - startedAt);
  const steps = (await client.slowlog('GET', 1000)) as [number, number, number, string[]][];
  const micros = steps.filter(([, , , command]) => command[0] === 'EVALSHA').map(([, , took]) => took);
  micros.sort((one, other) => one - other);
  return {
    ...{
      given,
      ms,
      steps: micros.length,
      medianStepMicros: micros[micros.length >> 1],
      longestStepMicros: micros.at(-1),
    },
    rssGrowthMiB: Math.round((most - before.rss) / 2 ** 20),
  };
}

/** In a register where everybody has a BSN, hashes are fuller than in the seeded one: bytes of names each. */
async function denseNames(count: number): Promise<number> {
  await client.flushall();
  const header = { layout: LAYOUT, keyId: keys.keyId, keyCheck: keys.check() };
  const rebuild = await projection.rebuild(header, 1);
  const sealed = () => ({ alias: randomBytes(16).toString('hex'), sealed: randomBytes(48).toString('base64') });
  const put = (): Write => ({ put: 'names', party: randomUUID(), facts: { bsn: sealed() } });
  for (let done = 0; done < count; done += 10_000) await rebuild.load(Array.from({ length: 10_000 }, put));
  await rebuild.swap({ epoch: 1, n: 0 }, '');
  const { n } = await bytesByKind(client);
  return n === undefined ? Number.NaN : perUnit(n.bytes, n.fields);
}

const perUnit = (bytes: number, count: number) => Math.round((bytes / count) * 10) / 10;

await untilReady(client);
const projection = await openRedisProjection({ client });
try {
  await project();
  const kinds = await bytesByKind(client);
  const total = Object.values(kinds).reduce((sum, { bytes }) => sum + bytes, 0);
  const names = kinds.n ?? { bytes: 0, fields: 0 };
  const memory = {
    ...{ kinds, total, names, bytesPerNamedParty: perUnit(names.bytes, names.fields) },
    ...{ bytesPerMandateWithout: perUnit(total - names.bytes, mandates), bytesPerMandate: perUnit(total, mandates) },
  };
  say('memory', memory);
  const delegate = randomUUID();
  await addClients(delegate);
  await client.config('SET', 'slowlog-log-slower-than', '0');
  await client.config('SET', 'slowlog-max-len', '10000');
  const walks: object[] = [];
  for (let i = 0; i < WALKS; i++) walks.push(await walk(delegate));
  say('walks', walks);
  const bytesPerName = { ofAMillion: await denseNames(1_000_000) };
  say('names', bytesPerName);
  const result = { machine: describeMachine(), mandates, memory, bytesPerName, clients: CLIENTS, walks };
  await writeFile(join(import.meta.dirname, 'results/reach.json'), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await lifecycle.close();
}
