import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Grant } from '../../src/mandates/grant.ts';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Projection, Write } from '../../src/mandates/projection.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LEAF_BYTES } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../../src/mandates/redis-reach.ts';
import { canonical } from '../../src/mandates/sync/canonical.ts';
import { openSnapshot } from '../../src/mandates/sync/snapshot.ts';
import { writesOf } from '../../src/mandates/writes.ts';
import { at, batch, contentsOf, HEADER, id } from '../contract/projection.ts';
import { everyone } from '../contract/reach.ts';
import { CASES, CLIENTS, makeWorld, type World } from '../contract/register-world.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { makeRegisterRows } from '../support/register-rows.ts';

const ENTITIES = ['party', 'branch', 'alias', 'mandate'] as const;
const LOADED: string[] = [...ENTITIES, 'link'];

let database: TestDatabase;
let world: World;
let redis: TestRedis;
let expected: string[];
beforeAll(async () => {
  [database, redis] = await Promise.all([cloneDatabase(), startRedis()]);
  world = await makeWorld(database.pool);
  const { projection } = makeMemoryStore();
  const rebuild = await projection.rebuild(HEADER, 1);
  await rebuild.load(world.writes.filter(isLoaded));
  await rebuild.swap(at(0), '');
  expected = (await contentsOf(projection)).map(canonical).sort();
}, 180_000);
afterAll(async () => {
  await redis?.stop();
  await database?.drop();
});

function isLoaded(write: Write): boolean {
  return 'put' in write && LOADED.includes(write.put);
}

/** Loads what is frequent in the register, as sync does. */
async function loadBulk(partitions: number, leafBytes: number) {
  const client = await redis.client({ commandTimeoutMs: 20_000 });
  await client.flushall();
  const projection = await openRedisProjection({ client, partitions, leafBytes });
  const rebuild = await projection.rebuild(HEADER, 1);
  const bulk = rebuild.bulk?.();
  if (bulk === undefined) throw new Error('Redis takes bytes');
  const snapshot = await openSnapshot(database.url);
  for (const entity of ENTITIES) {
    expect(await snapshot.bulk(entity, bulk, bulk.settle)).toBe(true);
    await bulk.end();
  }
  await snapshot.close();
  await rebuild.swap(at(0), '');
  return { client, projection, partitions };
}

async function takeBackAll(projection: Projection): Promise<void> {
  const puts = (await contentsOf(projection)).filter((put) => 'scope' in put || 'actor' in put);
  let n = 0;
  for (let from = 0; from < puts.length; from += 5000) {
    const drops = puts.slice(from, from + 5000).map((put) => {
      if ('scope' in put && 'facts' in put) {
        const { put: _put, facts, ...place } = put;
        return { drop: 'mandate' as const, ...place, mandateId: facts.mandate_id };
      }
      if ('actor' in put) {
        return { drop: 'link' as const, actor: put.actor, organisation: put.organisation, mandateId: put.mandateId };
      }
      throw new Error('something else was loaded');
    });
    await projection.apply(batch(n, ++n, ...drops), 1);
  }
}

describe.each([
  [1, LEAF_BYTES],
  [1, 300],
  [3, LEAF_BYTES],
])('a register loaded as bytes into %i partitions with leaves of %i', (partitions, leafBytes) => {
  let loaded: Awaited<ReturnType<typeof loadBulk>>;
  beforeAll(async () => {
    loaded = await loadBulk(partitions, leafBytes);
  }, 60_000);

  test('holds what its rows write one by one', async () => {
    const contents = (await contentsOf(loaded.projection)).map(canonical).sort();
    expect(contents.length).toBe(expected.length);
    expect(contents.findIndex((one, place) => one !== expected[place])).toBe(-1);
  });

  test('finds mandates from both ends, however many they are', async () => {
    const { client } = loaded;
    const reach = makeRedisReach({ client, partitions, key: HEADER });
    expect((await everyone(reach.represented(world.intermediary))).length).toBe(CLIENTS);
    expect(await everyone(reach.delegates(world.client(5)))).toContain(world.intermediary);
    const lookups = makeRedisLookups({ client, partitions, key: HEADER });
    const key = recordKey.mandates(
      world.firm,
      world.caseWorker,
      scopeKey.case(world.serviceId, world.caseId(CASES - 1)),
    );
    expect((await lookups.read([key]))[0]).toMatchObject([
      { cases: [`${world.serviceId}#${world.caseId(CASES - 1)}`] },
    ]);
  });

  test('leaves no key of mandates behind when all are taken back', async () => {
    await takeBackAll(loaded.projection);
    expect((await loaded.client.keys('{m?}:1-*:[mxrylz]:*')).length).toBe(0);
  }, 60_000);
});

test('mandates out of order are refused, for they would replace others', async () => {
  const client = await redis.client();
  await client.flushall();
  const rebuild = await (await openRedisProjection({ client })).rebuild(HEADER, 1);
  const bytes = (n: number) => Buffer.from(id(n).replaceAll('-', ''), 'hex');
  const grant = (represented: number) =>
    ({
      represented: bytes(represented),
      delegate: bytes(1),
      id: bytes(2),
      terms: { facts: {}, services: [], sets: [], owner: undefined, everything: false },
      secondLink: false,
      paired: true,
    }) as unknown as Grant;
  const bulk = rebuild.bulk?.();
  bulk?.grant(grant(7));
  bulk?.grant(grant(8));
  expect(() => bulk?.grant(grant(7))).toThrow('out of order');
});

test('an end that is as good as none comes as its row says it', async () => {
  const other = await cloneDatabase();
  try {
    const { insert, mandate, firm } = await makeRegisterRows(other.pool);
    const owner = { kind: 'statutory', ground: 'owner', reach: null };
    const ends = ['9999-12-31 23:59:59.999 Europe/Amsterdam', '5021-07-01 12:00:00.123 UTC', null];
    await insert('mandates', ...ends.map((valid_until) => mandate({ ...owner, valid_until })));
    await insert('mandates', mandate({ valid_from: '9990-01-01 UTC', valid_until: '9994-01-01 UTC' }));
    const state = { party_id: firm, party_kind: 'organisation', state: 'bankrupt', since: '2026-03-01 UTC' };
    await insert('party_states', { ...state, until: '9999-12-31 UTC' });
    await insert('party_states', { ...state, state: 'dissolved', since: '9990-01-01 UTC' });
    const [client, snapshot] = [await redis.client(), await openSnapshot(other.url)];
    await client.flushall();
    const projection = await openRedisProjection({ client });
    const [rebuild, memory] = [await projection.rebuild(HEADER, 1), makeMemoryStore().projection];
    const told = await memory.rebuild(HEADER, 1);
    const bulk = rebuild.bulk?.();
    if (bulk === undefined) throw new Error('Redis takes bytes');
    for (const entity of ['mandate', 'party'] as const) {
      await snapshot.bulk(entity, bulk, bulk.settle);
      await bulk.end();
      for await (const rows of snapshot.rows(entity, 10)) {
        await told.load(rows.flatMap((row) => writesOf(entity, row)));
      }
    }
    await snapshot.close();
    for (const one of [rebuild, told]) await one.swap(at(0), '');
    const spelled = async (of: Projection) => (await contentsOf(of)).map(canonical).sort();
    expect(await spelled(projection)).toEqual(await spelled(memory));
  } finally {
    await other.drop();
  }
});
