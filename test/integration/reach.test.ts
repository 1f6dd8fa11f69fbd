import { afterAll, beforeAll } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Projection } from '../../src/mandates/projection.ts';
import type { Reach } from '../../src/mandates/reach.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { reachContract } from '../contract/reach.ts';
import { makeWorld, type World } from '../contract/register-world.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const HEADER = { layout: LAYOUT, keyId: 'test', keyCheck: 'check' };

let database: TestDatabase;
let world: World;
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
}, 180_000);
afterAll(() => database?.drop());

for (const name of ['memory']) {
  reachContract(
    name,
    () => world,
    () => stores.get(name) as Reach,
  );
}
