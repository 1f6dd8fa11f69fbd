import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import type { Found, Lookups } from '../../src/mandates/lookups.ts';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import { makePostgresLookups } from '../../src/mandates/postgres-lookups.ts';
import type { Projection } from '../../src/mandates/projection.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { touchedKey } from '../../src/mandates/writes.ts';
import { lookupsContract } from '../contract/lookups.ts';
import { makeWorld, type World } from '../contract/register-world.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const HEADER = { layout: LAYOUT, keyId: 'test', keyCheck: 'check' };
const PARTITIONS = [1, 3];

let database: TestDatabase;
let servers: TestRedis[] = [];
let world: World;
const stores = new Map<string, Lookups>();

async function fill(projection: Projection): Promise<void> {
  const rebuild = await projection.rebuild(HEADER, 1);
  await rebuild.load(world.writes);
  await rebuild.swap({ epoch: 1, n: 1 }, '');
}

beforeAll(async () => {
  database = await cloneDatabase();
  world = await makeWorld(database.pool);
  stores.set('Postgres', makePostgresLookups(database.pool));
  const memory = makeMemoryStore();
  await fill(memory.projection);
  stores.set('memory', memory.lookups);
  servers = await Promise.all(PARTITIONS.map(() => startRedis()));
  for (const [index, partitions] of PARTITIONS.entries()) {
    const client = await servers[index]?.client({ commandTimeoutMs: 20_000 });
    if (client === undefined) throw new Error('a server for each number of partitions');
    await fill(await openRedisProjection({ client, partitions }));
    const lookups = makeRedisLookups({ client, partitions, key: HEADER });
    stores.set(`Redis with ${partitions} partitions`, lookups);
    stores.set(`a cache over ${partitions} partitions`, makeCachedLookups(lookups, { maxBytes: 4_000_000 }));
  }
}, 180_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database?.drop();
});

for (const name of [
  'memory',
  'Postgres',
  ...PARTITIONS.flatMap((count) => [`Redis with ${count} partitions`, `a cache over ${count} partitions`]),
]) {
  lookupsContract(
    name,
    () => world,
    () => stores.get(name) as Lookups,
  );
}

describe('all stores', () => {
  test('tell only what is so of what they read ahead, with links, mandates and services alike', async () => {
    const { adviser, person, firm, client, service, serviceId, intermediary } = world;
    const scope = scopeKey.service(service);
    const keys = [
      ...[adviser, person].map(recordKey.links),
      ...[adviser, person, intermediary].map((delegate) => recordKey.mandates(firm, delegate, scope)),
      ...[adviser, person].map((delegate) => recordKey.mandates(client(5), delegate, scope)),
      recordKey.definition(service),
    ];
    const told = new Map<string, number>();
    for (const [name, lookups] of stores) {
      const ahead = new Map<RecordKey, Found>();
      const found = await lookups.read(keys, (key, one) => ahead.set(key, one));
      expect([name, found]).toEqual([name, await stores.get('memory')?.read(keys)]);
      expect([name, [...ahead.values()]]).toEqual([name, await stores.get('memory')?.read([...ahead.keys()])]);
      told.set(name, ahead.has(recordKey.service(serviceId)) ? ahead.size : 0);
    }
    expect(told.get('Redis with 1 partitions')).toBeGreaterThan(2);
  });

  test('answer alike to every key of the register that is not one of many like it', async () => {
    const keys = [...new Set(world.writes.filter((_, index) => index % 97 === 0).map(touchedKey))];
    const expected = await stores.get('memory')?.read(keys);
    for (const [name, lookups] of stores) expect([name, await lookups.read(keys)]).toEqual([name, expected]);
  });
});
