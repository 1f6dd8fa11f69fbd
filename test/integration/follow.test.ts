import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Write } from '../../src/mandates/projection.ts';
import { scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { KEY, mandatesKey, redisClient, sidecar, syncToRedis } from '../support/redis-stack.ts';
import { fillRegister, firm, highestRevision, mandate, person, revoke, SERVICE } from '../support/small-register.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

let database: TestDatabase;
let redis: TestRedis;
let lifecycle: ReturnType<typeof makeLifecycle>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  await fillRegister(database.pool, 1, 5);
});
afterEach(() => lifecycle.close());

test('a sidecar forgets what a change touched, before it says that it is there', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const { freshness, forgotten, state, statusOf } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  expect(await statusOf(2)).toBe('active');
  forgotten.length = 0;
  await revoke(database.pool, 2);
  await freshness.reach({ epoch: 1, n: await highestRevision(database.pool) });
  expect(forgotten).toContain(mandatesKey(2));
  expect(await statusOf(2)).toBe('revoked');
});

test('what was asked before never answers for what was asked after, however often it changes', async () => {
  await fillRegister(database.pool, 6, 60);
  await syncToRedis(lifecycle, database.url, redis.url);
  const { freshness, state, statusOf } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  let asking = true;
  const asked = (async () => {
    while (asking) {
      await Promise.all([6, 20, 40, 60].map((i) => statusOf(i).catch(() => {})));
      await new Promise(setImmediate);
    }
  })();
  for (let i = 6; i <= 60; i++) {
    await statusOf(i);
    await revoke(database.pool, i);
    await freshness.reach({ epoch: 1, n: await highestRevision(database.pool) });
    expect(await statusOf(i)).toBe('revoked');
  }
  asking = false;
  await asked;
});

test('a sidecar that starts before there is a projection becomes fresh by itself', async () => {
  const { state } = await sidecar(lifecycle, redis.url);
  expect(state()).toBe('not_ready');
  await syncToRedis(lifecycle, database.url, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
});

test('a sidecar with another key is not ready, and reads nothing', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const good = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => good.state() === 'fresh');
  const other = await sidecar(lifecycle, redis.url, { key: { ...KEY, keyCheck: 'of another key' } });
  await expect(other.lookups.read([mandatesKey(1)])).rejects.toMatchObject({ code: 'not_ready' });
  await eventually('it says why', () => {
    try {
      other.freshness.position();
      return false;
    } catch (thrown) {
      return thrown instanceof Error && thrown.message.includes('is not the one');
    }
  });
});

test('a gap in the stream makes it forget everything and begin anew', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const { state, forgotten, statusOf } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  forgotten.length = 0;
  const client = await redisClient(lifecycle, redis.url);
  await client.xadd('{m0}:stream', '*', 'from', '1.100000', 'to', '1.100001', 'all', '1');
  await eventually('everything is forgotten', () => forgotten.includes('all'));
  await revoke(database.pool, 3);
  await eventually('it follows again', async () => (await statusOf(3)) === 'revoked');
});

test('when Redis was flushed nothing is answered until sync has rebuilt', async () => {
  const run = await syncToRedis(lifecycle, database.url, redis.url);
  const { state, statusOf, client } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  await revoke(database.pool, 1);
  await eventually('the revocation is there', async () => (await statusOf(1)) === 'revoked');
  await client.flushall();
  const seen = new Set<string | undefined>();
  await eventually('it is rebuilt', async () => {
    seen.add(await statusOf(1));
    return run.events.filter((event) => event.startsWith('rebuild')).length === 2 && seen.has('revoked');
  });
  expect([...seen]).toEqual(['revoked']);
});

test('a new epoch makes nothing fresh until it is there', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const { freshness, state } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  await database.pool.query('update register set epoch = epoch + 1');
  const { revision } = await eventually('the new epoch is fresh', () => {
    const position = freshness.position();
    return position.revision.epoch === 2 && position;
  });
  await expect(freshness.reach({ epoch: 1, n: revision.n })).rejects.toMatchObject({ code: 'epoch_mismatch' });
});

test('partitions at two revisions, after a leader died between them, are no moment to answer from', async () => {
  const client = await redisClient(lifecycle, redis.url);
  const projection = await openRedisProjection({ client, partitions: 2 });
  const rebuild = await projection.rebuild({ layout: LAYOUT, ...KEY }, 1);
  await rebuild.swap({ epoch: 1, n: 1 }, 'aa');
  const { freshness, state } = await sidecar(lifecycle, redis.url, { partitions: 2, minRevisionWaitMs: 50 });
  await eventually('it is fresh', async () => {
    await projection.heartbeat(await projection.time(), { epoch: 1, n: 1 }, 1);
    return state() === 'fresh' && freshness.isTogether();
  });
  const batch = { from: { epoch: 1, n: 1 }, to: { epoch: 1, n: 2 }, hash: 'bb', writes: [] };
  await client.set('{m1}:fence', 2); // The second partition refuses, as if nobody had come to it.
  await expect(projection.apply(batch, 1)).rejects.toMatchObject({ code: 'conflict' });
  await eventually('the first is ahead', () => !freshness.isTogether());
  await expect(freshness.together()).rejects.toMatchObject({ code: 'data_stale' });
  await projection.apply(batch, 2);
  await eventually('the second has caught up', () => freshness.isTogether());
  await freshness.together();
});

test('several partitions are followed as one', async () => {
  await syncToRedis(lifecycle, database.url, redis.url, 3);
  const { freshness, state, statusOf } = await sidecar(lifecycle, redis.url, { partitions: 3 });
  await eventually('the data is fresh', () => state() === 'fresh');
  await revoke(database.pool, 1, 2, 3, 4, 5);
  await freshness.reach({ epoch: 1, n: await highestRevision(database.pool) });
  for (const i of [1, 2, 3, 4, 5]) expect(await statusOf(i)).toBe('revoked');
  const other = await sidecar(lifecycle, redis.url, { partitions: 2 });
  await eventually('another number of partitions is not ready', () => {
    try {
      other.freshness.position();
      return false;
    } catch (thrown) {
      return thrown instanceof Error && thrown.message.includes('number of partitions');
    }
  });
});

test('an entry that nobody can read makes it forget everything and begin anew, and not stand still for ever', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const { forgotten, state, statusOf } = await sidecar(lifecycle, redis.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  expect(await statusOf(2)).toBe('active');
  forgotten.length = 0;
  const client = await redisClient(lifecycle, redis.url);
  await client.xadd('{m0}:stream', '*', 'from', '1.1', 'to', '1.2', 'keys', 'no keys at all');
  await eventually('it forgets everything', () => forgotten.includes('all'));
  await eventually('the data is fresh again', () => state() === 'fresh');
  expect(await statusOf(2)).toBe('active');
});

test('a mended record of which nobody heard is found out: revisions alone do not show it', async () => {
  await syncToRedis(lifecycle, database.url, redis.url);
  const client = await redisClient(lifecycle, redis.url);
  const proxy = await startTcpProxy({ path: redis.url.slice('unix://'.length) });
  lifecycle.onClose('proxy', proxy.close);
  const { state, statusOf } = await sidecar(lifecycle, `redis://127.0.0.1:${proxy.port}`, { lookupsUrl: redis.url });
  await eventually('the data is fresh', () => state() === 'fresh');
  expect(await statusOf(2)).toBe('active');
  proxy.silence();
  await eventually('it hears nothing', () => state() === 'data_stale');
  // As the leader mends what stands wrong in Redis: at the revision where the projection is.
  const projection = await openRedisProjection({ client });
  const at = await projection.state();
  if (at === undefined) throw new Error('there is no projection');
  const from = at.revision;
  const place = { represented: firm(2), delegate: person(2), scope: scopeKey.service(SERVICE) };
  const writes: Write[] = [{ drop: 'mandate', ...place, mandateId: mandate(2) }];
  await projection.apply({ from, to: from, hash: at.hash, writes }, at.fence);
  const [mended] = await client.xrevrange('{m0}:stream', '+', '-', 'COUNT', 1);
  await client.xdel('{m0}:stream', mended?.[0] ?? '');
  proxy.speak();
  await eventually('what was remembered is forgotten', async () => (await statusOf(2)) === undefined, 5000);
});
