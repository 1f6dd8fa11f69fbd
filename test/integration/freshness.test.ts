import { afterEach, beforeEach, expect, test } from 'vitest';
import { followMemory } from '../../src/mandates/follow/memory-follower.ts';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { fillRegister, highestRevision, revoke } from '../support/small-register.ts';
import { startSync } from '../support/sync-run.ts';

const EXPECTED = { layout: LAYOUT, keyId: 'test', keyCheck: 'check' };
const LIMITS = { maxStalenessMs: 1000, minRevisionWaitMs: 5000 };

let database: TestDatabase;
let lifecycle: ReturnType<typeof makeLifecycle>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  await fillRegister(database.pool, 1, 3);
});
afterEach(() => lifecycle.close());

async function follow(expected = EXPECTED) {
  const store = makeMemoryStore();
  const { freshness, close } = await followMemory(store, expected, LIMITS);
  lifecycle.onClose('follower', close);
  const run = startSync({ databaseUrl: database.url, projection: store.projection });
  lifecycle.onClose('sync', run.stop);
  return { freshness, run };
}

test('in one process, data is fresh while sync beats and stale after it stopped', async () => {
  const { freshness, run } = await follow();
  const { revision } = await eventually('the data is fresh', () => freshness.position());
  expect(revision).toEqual({ epoch: 1, n: await highestRevision(database.pool) });
  await run.stop();
  await eventually('the data is stale', () => {
    try {
      freshness.position();
      return false;
    } catch (thrown) {
      return thrown instanceof Error && 'code' in thrown && thrown.code === 'data_stale';
    }
  });
});

test('a revision that was just committed is reached', async () => {
  const { freshness } = await follow();
  await eventually('the data is fresh', () => freshness.position());
  await revoke(database.pool, 1);
  await freshness.reach({ epoch: 1, n: await highestRevision(database.pool) });
});

test('another key is not ready', async () => {
  const { freshness, run } = await follow({ ...EXPECTED, keyCheck: 'of another key' });
  await eventually('sync leads', () => run.events.some((event) => event.startsWith('rebuild')));
  await eventually('the follower refuses', () => {
    try {
      freshness.position();
      return false;
    } catch (thrown) {
      return thrown instanceof Error && thrown.message.includes('is not the one that the projection was made with');
    }
  });
});
