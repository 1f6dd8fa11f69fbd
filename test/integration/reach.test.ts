import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import { makePostgresReach } from '../../src/mandates/postgres-reach.ts';
import type { Projection } from '../../src/mandates/projection.ts';
import type { Reach } from '../../src/mandates/reach.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../../src/mandates/redis-reach.ts';
import { reachContract } from '../contract/reach.ts';
import { CLIENTS, makeWorld, type World } from '../contract/register-world.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const HEADER = { layout: LAYOUT, keyId: 'test', keyCheck: 'check' };

const PARTITIONS = [1, 3];

let database: TestDatabase;
let world: World;
let servers: TestRedis[] = [];
const stores = new Map<string, Reach>();
const projections = new Map<string, Projection>();

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
  projections.set('memory', memory.projection);
  stores.set('memory', memory.reach);
  stores.set('Postgres', makePostgresReach(database.pool));
  servers = await Promise.all(PARTITIONS.map(() => startRedis()));
  for (const [index, partitions] of PARTITIONS.entries()) {
    const client = await servers[index]?.client({ commandTimeoutMs: 20_000 });
    if (client === undefined) throw new Error('a server for each number of partitions');
    const projection = await openRedisProjection({ client, partitions });
    await fill(projection);
    projections.set(`Redis with ${partitions} partitions`, projection);
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

const reachOf = (name: string) => stores.get(name) as Reach;

describe('reach, while the register goes on', () => {
  test.each(['memory', 'Redis with 1 partitions', 'Redis with 3 partitions'])(
    `gives all ${CLIENTS} clients when %s is rebuilt on the way`,
    async (name) => {
      const projection = projections.get(name) as Projection;
      const given = new Set<string>();
      let chunks = 0;
      for await (const chunk of reachOf(name).represented(world.intermediary)) {
        for (const one of chunk) given.add(one);
        if (++chunks === 10) await fill(projection);
      }
      expect(given.size).toBe(CLIENTS);
      expect(chunks).toBeGreaterThan(CLIENTS / 1000 + 5);
    },
  );

  test(`gives all ${CLIENTS} clients while Postgres takes on others`, async () => {
    const { intermediary, client, mandate, insert } = world;
    const more = world.office;
    const given = new Set<string>();
    for await (const chunk of reachOf('Postgres').represented(intermediary)) {
      if (given.size === 0) {
        const ends = { represented: more, delegate: intermediary, delegate_kind: 'organisation' };
        await insert('mandates', mandate({ ...ends, kind: 'business', reach: null }));
      }
      for (const one of chunk) given.add(one);
    }
    given.delete(more);
    expect(given.size).toBe(CLIENTS);
    expect(given.has(client(CLIENTS - 1))).toBe(true);
  });
});
