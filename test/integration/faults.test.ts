import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { sidecar, syncToRedis } from '../support/redis-stack.ts';
import { type RestartableRedis, startRestartableRedis } from '../support/restartable-redis.ts';
import { fillRegister, revoke } from '../support/small-register.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let database: TestDatabase;
let redis: RestartableRedis;
let lifecycle: ReturnType<typeof makeLifecycle>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  redis = await startRestartableRedis();
  lifecycle.onClose('redis', redis.stop);
  await fillRegister(database.pool, 1, 5);
});
afterEach(() => lifecycle.close());

async function proxied(target: Parameters<typeof startTcpProxy>[0]): Promise<TcpProxy> {
  const proxy = await startTcpProxy(target);
  lifecycle.onClose('proxy', proxy.close);
  return proxy;
}

/** The server of the test run, through a proxy. */
async function proxiedDatabase() {
  const url = new URL(database.url);
  const socket = url.searchParams.get('host');
  const port = Number(url.port || 5432);
  const proxy = await proxied(socket ? { path: `${socket}/.s.PGSQL.${port}` } : { host: url.hostname, port });
  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return { proxy, url: url.href };
}

test('Redis that goes silent: the data ages and turns stale, and recovers when it speaks again', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const proxy = await proxied({ path: redis.socket });
  const { freshness, state, statusOf } = await sidecar(lifecycle, `redis://127.0.0.1:${proxy.port}`);
  await eventually('the data is fresh', () => state() === 'fresh');
  proxy.silence();
  const young = freshness.position().ageMs;
  await eventually('it ages', () => state() === 'data_stale' || freshness.position().ageMs > young + 500);
  await eventually('it is stale', () => state() === 'data_stale');
  await expect(statusOf(1)).rejects.toThrow();
  await revoke(database.pool, 1);
  proxy.speak();
  await eventually('it is fresh again, with what happened meanwhile', async () => (await statusOf(1)) === 'revoked');
});

test('Postgres that goes silent: sync stops vouching, the data turns stale, and it recovers', async () => {
  const { proxy, url } = await proxiedDatabase();
  const run = await syncToRedis(lifecycle, url, redis.url);
  const { freshness, state, statusOf } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  proxy.silence();
  const young = freshness.position().ageMs;
  await eventually('it ages', () => state() === 'data_stale' || freshness.position().ageMs > young + 500);
  await eventually('it is stale', () => state() === 'data_stale');
  await eventually('sync gives up the lead', () => run.events.some((event) => event.includes('lost the lead')));
  await revoke(database.pool, 1);
  proxy.speak();
  await eventually('it is fresh again, with what happened meanwhile', async () => (await statusOf(1)) === 'revoked');
});

test('the lead passes to a sync that hears Postgres while the leader does not', async () => {
  const { proxy, url } = await proxiedDatabase();
  const deaf = await syncToRedis(lifecycle, url, redis.url);
  await eventually('the first leads', () => deaf.events.includes('leader'));
  const other = await syncToRedis(lifecycle, database.url, redis.url);
  const { state } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  proxy.silence();
  await eventually('the other leads', () => other.events.includes('leader'));
  await eventually('the data is fresh', () => state() === 'fresh');
});

test('connections that are cut are made again', async () => {
  const { proxy: toPostgres, url } = await proxiedDatabase();
  const toRedis = await proxied({ path: redis.socket });
  await syncToRedis(lifecycle, url, `redis://127.0.0.1:${toRedis.port}`);
  const { state, statusOf } = await sidecar(lifecycle, `redis://127.0.0.1:${toRedis.port}`);
  await eventually('the data is fresh', () => state() === 'fresh');
  for (const i of [1, 2, 3]) {
    toPostgres.cut();
    toRedis.cut();
    await revoke(database.pool, i);
    await eventually('it is fresh, with what happened meanwhile', async () => (await statusOf(i)) === 'revoked');
  }
});

test('connections that will never answer again are given up and made anew', async () => {
  const { proxy: toPostgres, url } = await proxiedDatabase();
  const toRedis = await proxied({ path: redis.socket });
  await syncToRedis(lifecycle, url, `redis://127.0.0.1:${toRedis.port}`);
  const { state, statusOf } = await sidecar(lifecycle, `redis://127.0.0.1:${toRedis.port}`);
  await eventually('the data is fresh', () => state() === 'fresh');
  toPostgres.strand();
  toRedis.strand();
  await revoke(database.pool, 1);
  await eventually('it is fresh, with what happened meanwhile', async () => (await statusOf(1)) === 'revoked');
});

test('Redis restarted empty: nothing is answered until it has been rebuilt', async () => {
  const run = await syncToRedis(lifecycle, database.url, redis.url);
  const { state, statusOf } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  await revoke(database.pool, 1);
  await eventually('the revocation is there', async () => (await statusOf(1)) === 'revoked');

  await redis.restart();
  const seen = new Set<string | undefined>();
  await eventually('it is rebuilt', async () => {
    seen.add(await statusOf(1));
    return run.events.filter((event) => event.startsWith('rebuild')).length === 2;
  });
  expect([...seen]).toEqual(['revoked']);
});

test('Redis restarted with an older memory: nothing is fresh before what was seen last', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const { state, statusOf, client } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  await client.save();
  await revoke(database.pool, 1);
  await eventually('the revocation is there', async () => (await statusOf(1)) === 'revoked');

  await redis.restart();
  const seen = new Set<string | undefined>();
  await eventually('it has caught up', async () => seen.add(await statusOf(1)));
  expect([...seen]).toEqual(['revoked']);
});
