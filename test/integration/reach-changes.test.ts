import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT, NAMED_KEYS_AT_MOST } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../../src/mandates/redis-reach.ts';
import { aMandate, at, batch, fill, HEADER, id } from '../contract/projection.ts';
import { everyone } from '../contract/reach.ts';
import { reachChangesContract } from '../contract/reach-changes.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const COUNT = 300;
/** Hashes are walked through in steps only when they are big: here they are big with three fields. */
const BIG_WITH_3 = ['--hash-max-listpack-entries', '2'];

let redis: TestRedis;
let other: TestRedis;
let client: Redis;
beforeAll(async () => {
  [redis, other] = await Promise.all([startRedis(BIG_WITH_3), startRedis(BIG_WITH_3)]);
  client = await redis.client();
});
afterAll(async () => {
  await Promise.all([redis.stop(), other.stop()]);
});

async function open(partitions = 1, on = client, leafBytes = 90) {
  await on.flushall();
  const projection = await openRedisProjection({ client: on, partitions, leafBytes });
  return { projection, reach: makeRedisReach({ client: on, partitions, key: HEADER, atOnce: 1 }) };
}

reachChangesContract('memory', async () => {
  const { projection, reach } = makeMemoryStore(Date.now, 2);
  return { projection, reach };
});
reachChangesContract('Redis', () => open());
reachChangesContract('Redis with large leaves', () => open(1, client, 4096), 50);
reachChangesContract('Redis with a hash for every pair', () => open(1, client, 8), 50);
reachChangesContract('Redis with 3 partitions', () => open(3), 50);

const represented = (n: number) => id(1000 + n);
const MANY = Array.from({ length: COUNT }, (_, n) => ({
  put: 'mandate' as const,
  represented: represented(n),
  delegate: id(1),
  scope: scopeKey.everything,
  facts: aMandate(n),
}));

describe('reach in Redis', () => {
  test('begins anew when another server answers, which spreads its fields otherwise', async () => {
    const second = await other.client();
    const subject = await open();
    await fill(subject, 1, ...MANY);
    await fill(await open(1, second), 1, ...MANY);
    let calls = 0;
    const callBuffer = (...args: Parameters<Redis['callBuffer']>) =>
      (++calls > 5 ? second : client).callBuffer(...args);
    const reach = makeRedisReach({ client: { callBuffer } as Redis, key: HEADER, atOnce: 10 });
    expect(await everyone(reach.represented(id(1)))).toEqual(MANY.map(({ represented }) => represented).sort());
  });

  test.each([100, NAMED_KEYS_AT_MOST])(
    'gives %i who change scope on the way, and are nowhere throughout',
    async (count) => {
      const subject = await open();
      const [from, to] = [scopeKey.service(id(2)), scopeKey.service(id(3))];
      const everybody = Array.from({ length: count }, (_, n) => ({ represented: id(1), delegate: id(1000 + n), n }));
      const puts = (scope: string) =>
        everybody.map(({ n, ...ends }) => ({ put: 'mandate' as const, ...ends, scope, facts: aMandate(n) }));
      await fill(subject, 1, ...puts(from));
      const drops = everybody.map(({ n, ...ends }) => ({
        drop: 'mandate' as const,
        ...ends,
        scope: from,
        mandateId: id(n),
      }));
      const given = new Set<string>();
      let n = 0;
      for await (const chunk of subject.reach.delegates(id(1), new Set([from, to]))) {
        for (const one of chunk) given.add(one);
        if (++n === 10) await subject.projection.apply(batch(0, 1, ...drops, ...puts(to)), 1);
      }
      expect([...given].sort()).toEqual(everybody.map(({ delegate }) => delegate));
    },
  );

  test('refuses data from before what is known', async () => {
    const subject = await open();
    await fill(subject, 1, ...MANY);
    const lagging = makeRedisReach({ client, key: HEADER, appliedIn: () => at(1) });
    await expect(everyone(lagging.represented(id(1)))).rejects.toMatchObject({ code: 'data_stale' });
    await subject.projection.apply(batch(0, 1), 1);
    expect(await everyone(lagging.represented(id(1)))).toHaveLength(COUNT);
  });

  test.each([{ keyId: 'other' }, { keyCheck: 'other' }])('is not ready with another key: %j', async (key) => {
    await fill(await open(), 1, ...MANY);
    const foreign = makeRedisReach({ client, key: { ...HEADER, ...key } });
    await expect(everyone(foreign.represented(id(1)))).rejects.toMatchObject({ code: 'not_ready' });
  });

  test('is not ready with a projection of the layout before, nor is a lookup', async () => {
    const { projection, reach } = await open();
    const older = await projection.rebuild({ ...HEADER, layout: LAYOUT - 1 }, 1);
    await older.load(MANY);
    await older.swap(at(0), '');
    const notReady = { code: 'not_ready', message: expect.stringContaining('layout') };
    await expect(everyone(reach.represented(id(1)))).rejects.toMatchObject(notReady);
    const lookups = makeRedisLookups({ client, key: HEADER });
    await expect(lookups.read([recordKey.names(id(1))])).rejects.toMatchObject(notReady);
  });

  test('is not ready with another number of partitions', async () => {
    await fill(await open(3), 1, ...MANY);
    await expect(everyone(makeRedisReach({ client, key: HEADER }).services())).rejects.toMatchObject({
      code: 'not_ready',
    });
  });

  test('is unavailable when Redis goes away in the middle', async () => {
    const leaving = await startRedis(BIG_WITH_3);
    const subject = await open(1, await leaving.client());
    await fill(subject, 1, ...MANY);
    const walk = async () => {
      for await (const _ of subject.reach.represented(id(1))) await leaving.stop();
    };
    await expect(walk()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
