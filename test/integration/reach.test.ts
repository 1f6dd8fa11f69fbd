import { afterAll, beforeAll } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import { makePostgresReach } from '../../src/mandates/postgres-reach.ts';
import type { Projection } from '../../src/mandates/projection.ts';
import type { Reach } from '../../src/mandates/reach.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../../src/mandates/redis-reach.ts';
import { reachContract } from '../contract/reach.ts';
import { makeWorld, type World } from '../contract/register-world.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const HEADER = { layout: LAYOUT, keyId: 'test', keyCheck: 'check' };

const PARTITIONS = [1, 3];

let database: TestDatabase;
let world: World;
let servers: TestRedis[] = [];
const stores = new Map<string, Reach>();

async function fill(projection: Projection): Promise<void> {
  const rebuild = await projection.rebuild(HEADER, 1);
  await rebuild.load(world.writes);
  await rebuild.swap({ epoch: 1, n: 1 }, '');
}

beforeAll(async () => {
  database = await cloneDatabase();
  world = await makeWorld(database.pool);
  const memory = makeMemoryStore();
  await fill(memory.projection);
  stores.set('memory', memory.reach);
  stores.set('Postgres', makePostgresReach(database.pool));
  servers = await Promise.all(PARTITIONS.map(() => startRedis()));
  for (const [index, partitions] of PARTITIONS.entries()) {
    const client = await servers[index]?.client({ commandTimeoutMs: 20_000 });
    if (client === undefined) throw new Error('a server for each number of partitions');
    await fill(await openRedisProjection({ client, partitions }));
    stores.set(`Redis with ${partitions} partitions`, makeRedisReach({ client, partitions, key: HEADER }));
  }
}, 180_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database?.drop();
});

for (const name of ['memory', 'Postgres', ...PARTITIONS.map((count) => `Redis with ${count} partitions`)]) {
  reachContract(
    name,
    () => world,
    () => stores.get(name) as Reach,
  );
}
