import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packKey } from '../../src/mandates/codec-key.ts';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Notice } from '../../src/mandates/notice.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { parseNotice } from '../../src/mandates/redis-notice.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedis, untilReady } from '../../src/store/redis.ts';
import {
  aMandate,
  at,
  batch,
  contentsOf,
  fill,
  grant,
  HEADER,
  id,
  keysOf,
  PLACE_KEY,
  projectionContract,
} from '../contract/projection.ts';
import { aService } from '../support/decide-world.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startRestartableRedis } from '../support/restartable-redis.ts';

let redis: TestRedis;
let client: Redis;
beforeAll(async () => {
  redis = await startRedis();
  client = await redis.client();
});
afterAll(() => redis.stop());

async function open(partitions = 1, leafBytes?: number) {
  await client.flushall();
  const projection = await openRedisProjection({ client, partitions, ...(leafBytes && { leafBytes }) });
  return { projection, lookups: makeRedisLookups({ client, partitions, key: HEADER }) };
}

async function noticesIn(partition: number): Promise<Notice[]> {
  const entries = (await client.callBuffer('XRANGE', `{m${partition}}:stream`, '-', '+')) as [Buffer, Buffer[]][];
  return entries.map(([, fields]) => parseNotice(fields));
}

projectionContract('memory', async () => makeMemoryStore());
projectionContract('Redis', () => open());
projectionContract('Redis with 3 partitions', () => open(3));
projectionContract('Redis with leaves of one mandate', () => open(1, 90));
projectionContract('Redis with a hash for every pair', () => open(1, 8));

describe('the projection in Redis', () => {
  test('refuses a Redis that may throw keys away', async () => {
    const evicting = await startRedis(['--maxmemory-policy', 'allkeys-lru']);
    try {
      const opened = openRedisProjection({ client: await evicting.client() });
      await expect(opened).rejects.toMatchObject({ code: 'not_ready', message: expect.stringContaining('noeviction') });
    } finally {
      await evicting.stop();
    }
  });

  test('tells readers of every swap, change and heartbeat, in order', async () => {
    const subject = await open();
    await fill(subject, 1, grant(10));
    await subject.projection.apply(batch(0, 2, grant(11), grant(12)), 1);
    await subject.projection.heartbeat(5, at(2), 1);
    expect(await noticesIn(0)).toEqual([
      { notice: 'swap', generation: 1, at: at(0) },
      { notice: 'change', from: at(0), to: at(2), keys: [PLACE_KEY] },
      { notice: 'heartbeat', stampMs: 5, at: at(2), told: 2 },
    ]);
  });

  test('tells no other keys than those that changed, even when a bit of them is another', async () => {
    const subject = await open();
    await fill(subject, 1);
    await subject.projection.apply(batch(0, 1, grant(10)), 1);
    const entries = (await client.callBuffer('XRANGE', '{m0}:stream', '-', '+')) as [Buffer, Buffer[]][];
    const [, fields = []] = entries.at(-1) ?? [];
    const keys = fields.at(-1) ?? Buffer.alloc(0);
    expect(parseNotice(fields)).toMatchObject({ keys: [PLACE_KEY] });
    for (let place = 0; place < keys.length * 8; place++) {
      const damaged = Buffer.from(keys);
      damaged[place >> 3] = (damaged[place >> 3] ?? 0) ^ (1 << (place & 7));
      expect(() => parseNotice([...fields.slice(0, -1), damaged])).toThrow('malformed');
    }
  });

  test('tells each partition of every batch, naming what lies in it', async () => {
    const subject = await open(3);
    await fill(subject, 1);
    await subject.projection.apply(batch(0, 1, grant(10)), 1);
    const changes = (await Promise.all([0, 1, 2].map(noticesIn))).map((notices) => notices[1]);
    expect(changes.map((notice) => notice?.notice)).toEqual(['change', 'change', 'change']);
    expect(changes.flatMap((notice) => (notice?.notice === 'change' ? notice.keys : []))).toEqual([PLACE_KEY]);
  });

  test('does not name more records than it is worth', async () => {
    const subject = await open();
    await fill(subject, 1);
    const branches = Array.from({ length: 600 }, (_, n) => ({ put: 'branch', party: id(n), branch: '1' }) as const);
    await subject.projection.apply(batch(0, 1, ...branches), 1);
    expect((await noticesIn(0))[1]).toEqual({ notice: 'change', from: at(0), to: at(1), keys: 'all' });
  });

  test('keeps few entries of its stream', async () => {
    const subject = await open();
    await fill(subject, 1);
    for (let n = 0; n < 9000; n += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, i) => subject.projection.heartbeat(n + i, at(0), 1)));
    }
    expect(await client.xlen('{m0}:stream')).toBeLessThan(5000);
  });

  test('gives no key a time to live', async () => {
    const subject = await open();
    await fill(subject, 1, grant(10), { put: 'link', actor: id(2), organisation: id(1), mandateId: id(10) });
    await subject.projection.apply(batch(0, 1, grant(11)), 1);
    const keys = (await client.callBuffer('KEYS', '*')) as Buffer[];
    expect(keys.length).toBeGreaterThan(4);
    expect(await Promise.all(keys.map((key) => client.ttl(key)))).toEqual(keys.map(() => -1));
  });

  test('keeps all keys of a partition in one slot of a cluster', async () => {
    const subject = await open(3);
    await fill(subject, 1, grant(10), ...Array.from({ length: 9 }, (_, n) => grantTo(n)));
    for (const key of await client.keys('*')) expect(key).toMatch(/^\{m[012]\}:/);
  });

  test('clears away older copies, a slice at each heartbeat', async () => {
    const subject = await open();
    await fill(subject, 1, grant(10));
    await fill(subject, 1, grant(20));
    await subject.projection.heartbeat(1, at(0), 1);
    expect((await client.keys('{m0}:1-10:*')).length).toBe(0);
    expect(await subject.lookups.read([PLACE_KEY])).toEqual([[aMandate(20)]]);
  });

  test('leaves a copy alone that became the live one, though nobody heard of it', async () => {
    const { projection, lookups } = await open(3);
    const rebuild = await projection.rebuild(HEADER, 1);
    await rebuild.load([grant(1)]);
    await rebuild.swap(at(0), 'hash 0');
    // The answer was lost: whoever asked gives the copy up.
    await rebuild.abandon();
    expect(await lookups.read([PLACE_KEY])).toMatchObject([[{ mandate_id: id(1) }]]);
    expect(await keysOf(projection)).toEqual(new Set([PLACE_KEY]));
  });

  test('makes no copy the live one that was given up, though it was asked to before', async () => {
    const { projection } = await open();
    const rebuild = await projection.rebuild(HEADER, 1);
    await rebuild.load([grant(1)]);
    await rebuild.abandon();
    await expect(rebuild.swap(at(0), 'hash 0')).rejects.toMatchObject({ code: 'conflict' });
    expect(await projection.state()).toBeUndefined();
  });

  test('clears away an abandoned copy', async () => {
    const subject = await open();
    const rebuild = await subject.projection.rebuild(HEADER, 1);
    await rebuild.load([grant(10)]);
    await rebuild.abandon();
    expect(await client.keys('{m0}:1-10:*')).toEqual([]);
  });

  test('never mixes a copy with what an earlier one left, when the number of the last one was lost', async () => {
    const subject = await open();
    await fill(subject, 1, grant(10));
    await client.del('{m0}:generations', '{m0}:head');
    await fill(subject, 1, grant(11));
    expect(await contentsOf(subject.projection)).toEqual([grant(11)]);
    await client.del('{m0}:generations');
    const rebuild = await subject.projection.rebuild(HEADER, 1);
    await rebuild.load([grant(12)]);
    await rebuild.abandon();
    expect(await contentsOf(subject.projection)).toEqual([grant(11)]);
  });

  test('is not replaced by half a copy, when Redis came back from a moment in the middle of the rebuild', async () => {
    const restartable = await startRestartableRedis();
    const writer = makeRedis({ url: restartable.url, name: 'test', onError: () => {} });
    try {
      await untilReady(writer);
      const projection = await openRedisProjection({ client: writer });
      const rebuild = await projection.rebuild(HEADER, 1);
      await rebuild.load(manyBranches(0));
      await eventually('some of it is written', () => writer.exists('{m0}:1-10:loads'));
      await writer.save();
      const saved = await writer.get('{m0}:1-10:loads');
      await rebuild.load(manyBranches(1));
      await eventually('more of it is written', async () => (await writer.get('{m0}:1-10:loads')) !== saved);
      await restartable.restart();
      await eventually('the writer is connected again', () => writer.ping());
      await rebuild.load(manyBranches(2));
      const swapped = rebuild.swap(at(0), 'hash 0');
      await expect(swapped).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('lost a part'),
      });
      expect(await projection.state()).toBeUndefined();
    } finally {
      writer.disconnect();
      await restartable.stop();
    }
  });

  test('takes a replay after a crash between two partitions, with the same result', async () => {
    const subject = await open(3);
    await fill(subject, 1);
    const grants = Array.from({ length: 9 }, (_, n) => grantTo(n));
    await subject.projection.apply(batch(0, 1, ...grants), 1);
    // The last partition is the point of commit: without it the batch counts as not applied.
    await client.hset('{m2}:head', 'revision', '1.0', 'hash', 'hash 0');
    expect((await subject.projection.state())?.revision).toEqual(at(0));
    await subject.projection.apply(batch(0, 2, ...grants, grant(10)), 1);
    expect((await subject.projection.state())?.revision).toEqual(at(2));
    expect((await contentsOf(subject.projection)).length).toBe(10);
  });

  test('is in the epoch of before until its last partition is in the next, and vouched for in neither', async () => {
    const subject = await open(3);
    const { projection } = subject;
    await fill(subject, 1, ...Array.from({ length: 9 }, (_, n) => grantTo(n)));
    const seen = await projection.state();
    if (seen === undefined) throw new Error('there is no projection');
    await client.set('{m2}:fence', 7); // The leader is refused there, as one that dies before it.
    await expect(projection.renew(seen, 2, 3)).rejects.toMatchObject({ code: 'conflict' });
    const half = await projection.state();
    const there = { epoch: 2, n: 0 };
    expect(half?.revision).toEqual(at(0));
    expect(half?.parts.map(({ revision }) => revision)).toEqual([there, there, at(0)]);
    for (const revision of [at(0), there]) {
      await expect(projection.heartbeat(1, revision, 8)).rejects.toMatchObject({ code: 'conflict' });
      const next = { ...batch(0, 1, grantTo(1)), from: revision, to: { ...revision, n: 1 } };
      await expect(projection.apply(next, 8)).rejects.toMatchObject({ code: 'conflict' });
    }
    if (half) await projection.renew(half, 2, 8);
    await projection.heartbeat(1, there, 8);
    for (const partition of [0, 1, 2]) {
      const swaps = (await noticesIn(partition)).filter(({ notice }) => notice === 'swap');
      expect(swaps).toEqual([at(0), there].map((at) => ({ notice: 'swap', generation: 1, at })));
    }
    expect((await contentsOf(projection)).length).toBe(9);
  });

  test('is nothing to a writer with another number of partitions', async () => {
    await fill(await open(1), 1, grant(10));
    const other = await openRedisProjection({ client, partitions: 2 });
    expect(await other.state()).toBeUndefined();
  });

  test('finds who may act for whom in both directions, also after half was taken back', async () => {
    const subject = await open(1, 40);
    const grants = Array.from({ length: 9 }, (_, n) => grantTo(n));
    await fill(subject, 1, ...grants, ...grants);
    await subject.projection.apply(batch(0, 1, ...grants.slice(0, 5).map(takeBack)), 1);
    const bucket = await client.hgetallBuffer('{m0}:1-10:r:0');
    expect(Object.values(bucket)).toEqual([Buffer.from([0])]);
    const leaves = (await client.callBuffer('KEYS', '{m0}:1-10:y:*')) as Buffer[];
    const held = await Promise.all(leaves.map((key) => client.getBuffer(key)));
    expect(Buffer.concat(held.filter((one) => one?.length !== 3) as Buffer[]).length).toBe(4 * 16);
    await subject.projection.apply(batch(1, 2, ...grants.map(takeBack)), 1);
    expect(await client.keys('{m0}:1-10:*')).toEqual([]);
  });

  test('holds a mandate once, however many scopes it has', async () => {
    const subject = await open();
    const scopes = Array.from({ length: 300 }, (_, n) => scopeKey.service(id(500 + n)));
    const puts = scopes.map((scope) => ({ ...grantTo(0), scope, facts: aMandate(0, { scope: { by: 'service' } }) }));
    await fill({ ...subject, projection: await openRedisProjection({ client, leafBytes: 20_000 }) }, 1, ...puts);
    const [key] = (await client.callBuffer('KEYS', '{m0}:1-10:m:*')) as Buffer[];
    const held = (await client.getBuffer(key as Buffer)) ?? Buffer.alloc(0);
    // A member names 255 scopes at most.
    expect(held.toString('latin1').split(idBytes(0)).length - 1).toBe(2);
    for (const { scope, facts } of puts) {
      const key = recordKey.mandates(id(100), id(2), scope);
      expect(await subject.lookups.read([key])).toEqual([[facts]]);
    }
  });

  test('says so when a part of a tree was lost, rather than to find nobody', async () => {
    const subject = await open(1, 90);
    const grants = Array.from({ length: 40 }, (_, n) => ({
      ...grantTo(0),
      delegate: id(16 ** 5 * n),
      facts: aMandate(n),
    }));
    await fill(subject, 1, ...grants);
    const leaves = ((await client.callBuffer('KEYS', '{m0}:1-10:m:*')) as Buffer[]).filter((key) => key.length > 28);
    expect(leaves.length).toBeGreaterThan(16);
    for (const key of leaves) await client.del(key);
    const keys = grants.map(({ delegate }) => recordKey.mandates(id(100), delegate, scopeKey.everything));
    for (const key of keys)
      await expect(subject.lookups.read([key])).rejects.toMatchObject({ code: 'store_unavailable' });
    const change = subject.projection.apply(batch(0, 1, grant(1), ...grants.slice(0, 1).map(takeBack)), 1);
    await expect(change).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('damaged') });
    expect(await subject.projection.state()).toBeUndefined();
    await expect(subject.lookups.read([PLACE_KEY])).rejects.toMatchObject({ code: 'not_ready' });
  });
});

/** More than is sent in one script. */
function manyBranches(part: number): Write[] {
  return Array.from({ length: 5000 }, (_, n) => ({ put: 'branch', party: id(part * 5000 + n), branch: '1' }));
}

function idBytes(n: number): string {
  return Buffer.from(id(n).replaceAll('-', ''), 'hex').toString('latin1');
}

/** From nine parties to one delegate. */
function grantTo(n: number) {
  return {
    put: 'mandate',
    represented: id(100 + n),
    delegate: id(2),
    scope: scopeKey.everything,
    facts: aMandate(n),
  } as const;
}

function takeBack({ represented, delegate, scope, facts }: ReturnType<typeof grantTo>) {
  return { drop: 'mandate', represented, delegate, scope, mandateId: facts.mandate_id } as const;
}

describe('lookups in Redis', () => {
  const reader = (changes: object) => makeRedisLookups({ client, key: HEADER, ...changes });

  test.each([
    ['another key id', { key: { ...HEADER, keyId: 'other' } }],
    ['another key under the same id', { key: { ...HEADER, keyCheck: 'other' } }],
    ['another number of partitions', { partitions: 2 }],
  ])('are not ready with %s, rather than to find nobody', async (_name, changes) => {
    await fill(await open(), 1, grant(10));
    await expect(reader(changes).read([PLACE_KEY])).rejects.toMatchObject({ code: 'not_ready' });
  });

  test('are not ready when Redis was emptied', async () => {
    const { lookups } = await open();
    await expect(lookups.read([recordKey.party(id(1))])).rejects.toMatchObject({ code: 'not_ready' });
  });

  test('go on when Redis has forgotten the script', async () => {
    const subject = await open();
    await fill(subject, 1, grant(10));
    await subject.lookups.read([PLACE_KEY]);
    await client.script('FLUSH');
    expect(await subject.lookups.read([PLACE_KEY])).toEqual([[aMandate(10)]]);
  });

  test.each(['', 'x', '\u0000', '\u0000\u00ff\u00ff', '\u0005abcde', '\u00ff\u0000'])(
    'say so when a mandate is malformed: %j',
    async (value) => {
      const subject = await open();
      await fill(subject, 1, grant(10));
      const [key] = (await client.callBuffer('KEYS', '{m0}:1-10:m:*')) as Buffer[];
      await client.set(key as Buffer, Buffer.from(value, 'latin1'));
      await expect(subject.lookups.read([PLACE_KEY])).rejects.toMatchObject({ code: 'store_unavailable' });
    },
  );

  test('say so when a mandate is cut off anywhere, or one bit of it is another', async () => {
    const subject = await open();
    await fill(subject, 1, grant(10));
    const [key] = (await client.callBuffer('KEYS', '{m0}:1-10:m:*')) as Buffer[];
    const whole = (await client.getBuffer(key as Buffer)) ?? Buffer.alloc(0);
    const read = async (value: Buffer) => {
      await client.set(key as Buffer, value);
      return subject.lookups.read([PLACE_KEY]).catch((error: { code: string }) => error.code);
    };
    for (let length = 0; length < whole.length; length++) {
      expect(await read(whole.subarray(0, length))).toBe('store_unavailable');
    }
    for (let place = 0; place < whole.length * 8; place++) {
      const damaged = Buffer.from(whole);
      damaged[place >> 3] = (damaged[place >> 3] ?? 0) ^ (1 << (place & 7));
      // Under another delegate or scope it is nobody's here; never is it another mandate.
      expect(['store_unavailable', [null]]).toContainEqual(await read(damaged));
    }
  });

  test('say so when one bit of a service or of a definition is another', async () => {
    const subject = await open();
    const facts = aService();
    const [service, definition] = [recordKey.service(facts.service_id), recordKey.definition(facts.service_uuid)];
    await fill(
      subject,
      1,
      { put: 'service', serviceId: facts.service_id, facts },
      { put: 'definition', serviceUuid: facts.service_uuid, instances: [facts.service_id] },
    );
    for (const [hash, key] of [['s', service] as const, ['d', definition] as const]) {
      const at = `{m0}:1-10:${hash}`;
      const [[field, whole] = []] = Object.entries(await client.hgetallBuffer(at));
      if (field === undefined || whole === undefined) throw new Error(`there is no ${hash}`);
      const name = packKey(key).subarray(1);
      for (let place = 0; place < whole.length * 8; place++) {
        const damaged = Buffer.from(whole);
        damaged[place >> 3] = (damaged[place >> 3] ?? 0) ^ (1 << (place & 7));
        await client.hset(at, name, damaged);
        await expect(subject.lookups.read([key])).rejects.toMatchObject({ code: 'store_unavailable' });
      }
    }
  });

  test('say so when the connection is gone', async () => {
    const subject = await open();
    await fill(subject, 1, grant(10));
    const broken = await redis.client();
    const lookups = makeRedisLookups({ client: broken, key: HEADER });
    broken.disconnect();
    await expect(lookups.read([PLACE_KEY])).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  test('never mix two copies while the partitions swap one after another', async () => {
    const subject = await open(3);
    const keys = Array.from({ length: 9 }, (_, n) => recordKey.mandates(id(100 + n), id(2), scopeKey.everything));
    const copy = (loa: 'eh3' | 'eh4') =>
      Array.from({ length: 9 }, (_, n) => ({ ...grantTo(n), facts: aMandate(n, { loa }) }));
    await fill(subject, 1, ...copy('eh3'));
    let done = false;
    const swapping = (async () => {
      for (let i = 0; i < 20; i++) await fill(subject, 1, ...copy(i % 2 ? 'eh3' : 'eh4'));
      done = true;
    })();
    while (!done) {
      const found: unknown = await subject.lookups.read(keys).catch((error: { code: string }) => error.code);
      if (typeof found === 'string') expect(found).toBe('not_ready');
      else expect(new Set((found as { loa: string }[][]).flat().map(({ loa }) => loa)).size).toBe(1);
    }
    await swapping;
  });
});
