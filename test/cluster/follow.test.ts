import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import { followCluster } from '../../src/mandates/follow/redis-follower.ts';
import { partitions } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeRedisCluster } from '../../src/store/redis-cluster.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type ClusterNode, startCluster, type TestCluster } from '../support/redis-cluster.ts';
import { KEY, LIMITS, mandatesKey } from '../support/redis-stack.ts';
import { fillRegister, revoke } from '../support/small-register.ts';
import { startSync } from '../support/sync-run.ts';

const PARTITIONS = 5;
const KEYS = partitions(PARTITIONS).map(({ head }) => head);

let database: TestDatabase;
let cluster: TestCluster;
let lifecycle: ReturnType<typeof makeLifecycle>;
beforeEach(async () => {
  lifecycle = makeLifecycle();
  [database, cluster] = await Promise.all([cloneDatabase(), startCluster({ replicas: true, nodeTimeoutMs: 3000 })]);
  await fillRegister(database.pool, 1, 5);
}, 60_000);
afterEach(async () => {
  await lifecycle.close();
  await cluster?.stop();
  await database?.drop();
});

async function connect() {
  const options = { url: cluster.url, name: 'test', keys: KEYS, lookMs: 500, onError: () => {} };
  const servers = makeRedisCluster(options);
  lifecycle.onClose('cluster', servers.close);
  await servers.untilReady();
  return servers;
}

async function sync() {
  const projection = await openRedisProjection({ client: await connect(), partitions: PARTITIONS });
  const run = startSync({ databaseUrl: database.url, projection });
  lifecycle.onClose('sync', run.stop);
  return run;
}

async function sidecar() {
  const servers = await connect();
  const store = makeRedisLookups({
    client: servers,
    key: KEY,
    partitions: PARTITIONS,
    untilApplied: (revision) => following.freshness.reach(revision),
    appliedIn: (partition) => following.appliedIn(partition),
  });
  const cache = makeCachedLookups(store, { maxBytes: 1024 * 1024 });
  const log = makeLog({ level: 'silent' });
  const limits = { ...LIMITS, maxStalenessMs: 3000, partitions: PARTITIONS, checkMs: 100 };
  const following = followCluster({ cluster: servers, key: KEY, cache, log, ...limits });
  lifecycle.onClose('follower', following.close);
  const { freshness } = following;

  function state(): string {
    try {
      return freshness.position() && 'fresh';
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
  /** On data that is fresh before and after it was read. */
  async function statusOf(i: number): Promise<string | undefined> {
    freshness.position();
    const [found] = await cache.read([mandatesKey(i)]);
    freshness.position();
    return (found as { status: string }[] | null)?.[0]?.status; // The record of this very key.
  }
  return { state, statusOf };
}

test('a change is followed on all masters of a cluster, and forgotten before it counts', async () => {
  await sync();
  const { state, statusOf } = await sidecar();
  await eventually('the data is fresh', () => state() === 'fresh');
  expect(await statusOf(1)).toBe('active');
  await revoke(database.pool, 1);
  await eventually('the revocation is there', async () => (await statusOf(1)) === 'revoked');
});

test('a master that dies takes no revocation with it: nothing is answered until its replica has caught up', async () => {
  await sync();
  const { state, statusOf } = await sidecar();
  await eventually('the data is fresh', () => state() === 'fresh');
  const before = await Promise.all([1, 2, 3, 4, 5].map(statusOf));
  expect(new Set(before)).toEqual(new Set(['active']));
  const master = await cluster.holder('{m0}:head');
  await master.kill();
  await revoke(database.pool, 1);
  await eventually('it grows too old', () => state() !== 'fresh');
  await eventually('it is fresh again', () => state() === 'fresh', 40_000);
  await eventually('the revocation is there', async () => (await statusOf(1)) === 'revoked');
});

test('a replica that lagged when it took over is not read from until sync has built anew', async () => {
  const run = await sync();
  const { state, statusOf } = await sidecar();
  await eventually('the data is fresh', () => state() === 'fresh');
  const head = '{m0}:head';
  const [master, replica] = [await cluster.holder(head), await replicaOf(head)];
  await revoke(database.pool, 1);
  await eventually('the revocation is there', async () => (await statusOf(1)) === 'revoked');
  await master.call('SAVE').catch(() => {});
  const revision = await master.call('HGET', head, 'revision');
  // As if the last that the master was told had never come to its replica.
  await master.kill();
  await eventually('the replica has taken over', async () => String(await replica.call('ROLE')).startsWith('master'));
  await replica.call('HSET', head, 'revision', '1.0');
  const seen = new Set<string>();
  await eventually(
    'it is fresh again',
    async () => {
      seen.add((await statusOf(1)) ?? 'none');
      return (await replica.call('HGET', head, 'revision')) === revision;
    },
    40_000,
  );
  expect([...seen]).not.toContain('active');
  expect(run.events.filter((event) => event.startsWith('rebuild')).length).toBeGreaterThan(1);
});

test('a slot that goes to another master is followed there', async () => {
  await sync();
  const { state, statusOf } = await sidecar();
  await eventually('the data is fresh', () => state() === 'fresh');
  const [head, seen] = ['{m1}:head', new Set<string | undefined>()];
  const [from, slot] = [await cluster.holder(head), await cluster.slot(head)];
  const to = cluster.masters.find((one) => one !== from) as ClusterNode; // There are three.
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await cluster.idOf(from));
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await cluster.idOf(to));
  for (;;) {
    const keys = (await from.raw('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as Buffer[];
    if (keys.length === 0) break;
    await from.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
    for (const i of [1, 2, 3, 4, 5])
      await statusOf(i).then(
        (status) => seen.add(status),
        () => {},
      );
  }
  for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', await cluster.idOf(to));
  await revoke(database.pool, 1);
  await eventually('the revocation is there', async () => (await statusOf(1)) === 'revoked', 40_000);
  expect([...seen]).not.toContain(undefined);
});

async function replicaOf(head: string): Promise<ClusterNode> {
  const master = await cluster.holder(head);
  const replica = cluster.replicas[cluster.masters.indexOf(master)];
  if (replica === undefined) throw new Error('a master without replica');
  return replica;
}
