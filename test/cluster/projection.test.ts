import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitions } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../../src/mandates/redis-reach.ts';
import { makeRedis, untilReady } from '../../src/store/redis.ts';
import { makeRedisCluster, type RedisCluster } from '../../src/store/redis-cluster.ts';
import { slotOf } from '../../src/store/redis-cluster-nodes.ts';
import { lookupsContract } from '../contract/lookups.ts';
import {
  at,
  batch,
  contentsOf,
  fill,
  grant,
  HEADER,
  keysOf,
  PLACE_KEY,
  projectionContract,
} from '../contract/projection.ts';
import { reachContract } from '../contract/reach.ts';
import { makeWorld, type World } from '../contract/register-world.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type ClusterNode, startCluster, type TestCluster } from '../support/redis-cluster.ts';

const PARTITIONS = 6;
const KEYS = partitions(PARTITIONS).map(({ head }) => head);

let cluster: TestCluster;
let servers: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
  servers = makeRedisCluster({
    url: cluster.url,
    name: 'test',
    keys: KEYS,
    lookMs: 200,
    commandTimeoutMs: 20_000,
    onError: () => {},
  });
  await servers.untilReady();
}, 60_000);
afterAll(async () => {
  servers?.close();
  await cluster?.stop();
});

async function open() {
  await Promise.all(cluster.masters.map((master) => master.call('FLUSHALL')));
  const projection = await openRedisProjection({ client: servers, partitions: PARTITIONS });
  const lookups = makeRedisLookups({ client: servers, partitions: PARTITIONS, key: HEADER });
  return { projection, lookups };
}

projectionContract('a Redis Cluster', open);

describe('what a Redis Cluster holds', () => {
  let database: TestDatabase;
  let world: World;
  let other: TestCluster;
  let there: RedisCluster;
  beforeAll(async () => {
    database = await cloneDatabase();
    world = await makeWorld(database.pool);
    other = await startCluster();
    const options = { name: 'test', keys: KEYS, commandTimeoutMs: 20_000, onError: () => {} };
    there = makeRedisCluster({ url: other.url, ...options });
    await there.untilReady();
    const rebuild = await (await openRedisProjection({ client: there, partitions: PARTITIONS })).rebuild(HEADER, 1);
    await rebuild.load(world.writes);
    await rebuild.swap({ epoch: 1, n: 1 }, '');
  }, 180_000);
  afterAll(async () => {
    there?.close();
    await other?.stop();
    await database?.drop();
  });

  const options = () => ({ client: there, partitions: PARTITIONS, key: HEADER });
  const getWorld = () => world;
  lookupsContract('a Redis Cluster', getWorld, () => makeRedisLookups(options()));
  reachContract('a Redis Cluster', getWorld, () => makeRedisReach(options()));

  it('stands on all of its masters', async () => {
    const sizes = await Promise.all(other.masters.map((master) => master.call('DBSIZE')));
    expect(sizes.every((size) => Number(size) > 2)).toBe(true);
  });
});

describe('a Redis Cluster', () => {
  /** Begins to move the slot of the partition in which the mandates of PLACE_KEY are; ends it, or takes it back. */
  async function move(head: string) {
    const [from, slot] = [await cluster.holder(head), await cluster.slot(head)];
    const to = cluster.masters.find((master) => master !== from) as ClusterNode; // There are three.
    await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await cluster.idOf(from));
    await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await cluster.idOf(to));
    const send = (...keys: Buffer[]) => from.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
    return {
      from,
      to,
      send,
      async sendSome(count: number) {
        await send(...((await from.raw('CLUSTER', 'GETKEYSINSLOT', slot, count)) as Buffer[]));
      },
      async end() {
        const keys = (await from.raw('CLUSTER', 'GETKEYSINSLOT', slot, 100_000)) as Buffer[];
        if (keys.length > 0) await send(...keys);
        for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', await cluster.idOf(to));
      },
    };
  }

  /** The head of the partition in which the record lies. */
  async function headOf(subject: Awaited<ReturnType<typeof open>>): Promise<string> {
    await fill(subject, 1, grant(1));
    for (const { head, prefix } of partitions(PARTITIONS)) {
      const keys = await (await cluster.holder(head)).call('KEYS', `${prefix}*:m:*`);
      if (Array.isArray(keys) && keys.length > 0) return head;
    }
    throw new Error('the mandate is nowhere');
  }

  /** How much each partition has told. */
  async function lengths(): Promise<unknown[]> {
    return Promise.all(
      partitions(PARTITIONS).map(async ({ stream }) => (await cluster.holder(stream)).call('XLEN', stream)),
    );
  }

  it('has its keys in the slots that Redis says', async () => {
    const keys = [...KEYS, 'use:{m0}', '{m0}:1-10:a:00ff', 'no tag', '{}empty{tag}', 'a{b{c}d'];
    for (const key of keys) expect([key, slotOf(key)]).toEqual([key, await cluster.slot(key)]);
  });

  it('is not written to by halves while a slot goes to another master, and not after it has gone without being told', async () => {
    const subject = await open();
    const head = await headOf(subject);
    const moving = await move(head);
    const change = batch(0, 1, grant(1, { status: 'revoked' }), grant(2));
    const before = await moving.from.call('HGETALL', head);
    await expect(subject.projection.apply(change, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await moving.from.call('HGETALL', head)).toEqual(before);
    await moving.end();
    await eventually('the new holder is known', async () => (await subject.projection.state())?.revision.n === 0);
    await subject.projection.apply(change, 1);
    const [found] = await subject.lookups.read([PLACE_KEY]);
    expect(found).toMatchObject([{ status: 'revoked' }, { status: 'active' }]);
    expect(await contentsOf(subject.projection)).toHaveLength(2);
  });

  it('says nothing of what is not where it is looked for while a slot goes to another master: not that there is none', async () => {
    const subject = await open();
    const head = await headOf(subject);
    const moving = await move(head);
    const answers = new Set<string>();
    for (let sent = 0; sent < 8; sent++) {
      await subject.lookups.read([PLACE_KEY]).then(
        (found) => answers.add(JSON.stringify(found)),
        (error) => answers.add(error.code),
      );
      await moving.sendSome(1).catch(() => {});
    }
    expect(answers).not.toContain('[null]');
    expect(answers).toContain('store_unavailable');
    await moving.end();
    await eventually('it is found again', async () => (await subject.lookups.read([PLACE_KEY]))[0] !== null);
  });

  it('has no projection to go on from when one master has lost its last moments', async () => {
    const { projection } = await open();
    await fill({ projection }, 1, grant(1));
    await projection.apply(batch(0, 1), 1);
    expect((await projection.state())?.revision).toEqual(at(1));
    const first = await cluster.holder('{m0}:head');
    await first.call('HSET', '{m0}:head', 'revision', '1.0');
    expect(await projection.state()).toBeUndefined();
    // The last is the point of commit: what others have beyond it, they take once more.
    await first.call('HSET', '{m0}:head', 'revision', '1.1');
    await (await cluster.holder('{m5}:head')).call('HSET', '{m5}:head', 'revision', '1.0');
    expect((await projection.state())?.revision).toEqual(at(0));
    await projection.apply(batch(0, 1), 1);
    expect((await projection.state())?.revision).toEqual(at(1));
  });

  it('gets no heartbeat while its masters hold different copies', async () => {
    const { projection } = await open();
    await fill({ projection }, 1, grant(1));
    await projection.heartbeat(1, at(0), 1);
    await (await cluster.holder('{m1}:head')).call('HSET', '{m1}:head', 'generation', '7-10');
    const told = await lengths();
    await expect(projection.heartbeat(2, at(0), 1)).rejects.toMatchObject({ code: 'conflict' });
    // What one partition holds at this revision may be the copy of before: in no partition is anything vouched for.
    expect(await lengths()).toEqual(told);
  });

  it('gets no heartbeat with the stamp of a clock that readers look at no more', async () => {
    let first = servers.of(0);
    const moving = { ...servers, of: (part: number) => (part === 0 ? first : servers.of(part)) };
    const { projection } = {
      ...(await open()),
      projection: await openRedisProjection({ client: moving, partitions: PARTITIONS }),
    };
    await fill({ projection }, 1, grant(1));
    const stamp = await projection.time();
    const other = makeRedis({ url: servers.urlOf(0) ?? '', name: 'another server', onError: () => {} });
    try {
      await untilReady(other);
      first = other;
      const told = await lengths();
      await expect(projection.heartbeat(stamp, at(0), 1)).rejects.toMatchObject({ code: 'conflict' });
      expect(await lengths()).toEqual(told);
      await projection.heartbeat(await projection.time(), at(0), 1);
    } finally {
      other.disconnect();
    }
  });

  it('lists nothing as all there is while a slot goes to another master', async () => {
    const subject = await open();
    const head = await headOf(subject);
    const moving = await move(head);
    const [prefix] = head.split('head');
    await moving.send(...((await moving.from.raw('KEYS', `${prefix}*:m:*`)) as Buffer[]));
    await expect(keysOf(subject.projection)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(contentsOf(subject.projection)).rejects.toMatchObject({ code: 'store_unavailable' });
    await moving.end();
    await eventually('all is listed again', async () => (await contentsOf(subject.projection)).length === 1);
  });

  it('is not reached through a server that is none', async () => {
    const said: string[] = [];
    const nowhere = makeRedisCluster({
      url: 'redis+cluster://127.0.0.1:1',
      name: 'test',
      keys: KEYS,
      onError: ({ message }) => said.push(message),
    });
    await expect(nowhere.untilReady(300)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(() => nowhere.of(0)).toThrow('nobody is known');
    nowhere.close();
  });
});
