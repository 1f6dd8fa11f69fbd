import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { verify } from '../../src/mandates/sync/digest.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrate } from '../../src/store/migrate.ts';
import { makePool } from '../../src/store/postgres.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { redisClient, sidecar, syncToRedis } from '../support/redis-stack.ts';
import { act, fillInBulk, fillRegister, highestRevision, mandate, revoke } from '../support/small-register.ts';
import { type Standby, startStandby } from '../support/standby.ts';
import { type SyncRun, startSync } from '../support/sync-run.ts';

const SETTINGS = { fsync: 'off', shared_buffers: '16MB', autovacuum: 'off' };
const PARTITIONS = 3;
const MOVED = 'the register has moved to another Postgres or timeline';

let lifecycle: ReturnType<typeof makeLifecycle>;
let redis: TestRedis;
let old: { url: string; pool: pg.Pool };
let standby: Standby;
let heir: pg.Pool;

/** A primary with twenty mandates, projected, and its standby. */
beforeEach(async () => {
  lifecycle = makeLifecycle();
  redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  const folder = join('/tmp', `machtig-failover-${randomUUID()}`);
  const directory = `${folder}-old`;
  lifecycle.onClose('clusters', async () => {
    for (const one of [folder, directory]) await rm(one, { recursive: true, force: true });
  });
  const server = await startEmbeddedPostgres({ directory, settings: SETTINGS });
  lifecycle.onClose('old', server.stop);
  old = { url: server.url, pool: poolOf(server.url) };
  await migrate(old.url);
  await fillRegister(old.pool, 1, 20);
  standby = await startStandby({ primary: { url: old.url, directory }, directory: folder, settings: SETTINGS });
  lifecycle.onClose('standby', standby.stop);
  heir = poolOf(standby.url);
}, 60_000);
afterEach(() => lifecycle.close(), 60_000);

function poolOf(url: string): pg.Pool {
  const pool = makePool(url, { onError: () => {} });
  lifecycle.onClose('pool', () => pool.end());
  return pool;
}

const live = async () =>
  openRedisProjection({ client: await redisClient(lifecycle, redis.url), partitions: PARTITIONS });
const lead = (url: string) => syncToRedis(lifecycle, url, redis.url, PARTITIONS);
const follow = () => sidecar(lifecycle, redis.url, { partitions: PARTITIONS });
const rebuilds = ({ events }: SyncRun) => events.filter((event) => event.startsWith('rebuild'));

async function untilHeard(): Promise<void> {
  const highest = await highestRevision(old.pool);
  await eventually('the standby has it all', async () => (await highestRevision(heir)) === highest);
}

async function assertEqual(): Promise<void> {
  const projection = await live();
  const found = await eventually('both are at one revision', async () => {
    const verification = await verify({ databaseUrl: standby.url, projection });
    return !verification.moved && verification;
  });
  expect(found.projection.digest).toEqual(found.postgres.digest);
}

test('a failover that lost nothing keeps the copy, in a new epoch', async () => {
  const first = await lead(old.url);
  const { statusOf, freshness, state, forgotten } = await follow();
  await eventually('it answers', async () => (await statusOf(3)) === 'active');
  await revoke(old.pool, 3);
  await eventually('it has heard', async () => (await statusOf(3)) === 'revoked');
  const before = await (await live()).state();
  await untilHeard();
  await first.stop();
  await standby.promote();
  await revoke(heir, 4); // Before anybody has noticed.
  const second = await lead(standby.url);
  await eventually('it is of the new epoch', () => freshness.position().revision.epoch === 2);
  await eventually('what was changed here is there', async () => (await statusOf(4)) === 'revoked');
  expect([await statusOf(3), await statusOf(5), state()]).toEqual(['revoked', 'active', 'fresh']);
  expect(second.events).toContain(`kept: ${MOVED}`);
  expect(rebuilds(second)).toEqual([]);
  expect((await (await live()).state())?.copy).toBe(before?.copy);
  expect(forgotten).toContain('all');
  await expect(freshness.reach({ epoch: 1, n: before?.revision.n ?? 0 })).rejects.toMatchObject({
    code: 'epoch_mismatch',
  });
  await assertEqual();
}, 60_000);

test('a failover that lost what was projected builds the projection anew', async () => {
  const first = await lead(old.url);
  const { statusOf } = await follow();
  await eventually('it answers', async () => (await statusOf(3)) === 'active');
  await untilHeard();
  await standby.cut();
  await revoke(old.pool, 3);
  await eventually('it has heard', async () => (await statusOf(3)) === 'revoked');
  await first.stop();
  await standby.promote();
  const second = await lead(standby.url);
  await eventually('it answers what the register says now', async () => (await statusOf(3)) === 'active');
  expect(rebuilds(second)).toEqual([`rebuild: ${MOVED}`]);
  await assertEqual();
}, 60_000);

test('other changes of the same number are not taken for those that were lost', async () => {
  const first = await lead(old.url);
  const { statusOf } = await follow();
  await eventually('it answers', async () => (await statusOf(3)) === 'active');
  await untilHeard();
  await standby.cut();
  await set('suspended', old.pool, 3);
  await eventually('it has heard', async () => (await statusOf(3)) === 'suspended');
  await first.stop();
  await standby.promote();
  await set('suspended', heir, 4);
  await revoke(heir, 5);
  const second = await lead(standby.url);
  await eventually('it answers what the register says now', async () => (await statusOf(5)) === 'revoked');
  expect([await statusOf(3), await statusOf(4)]).toEqual(['active', 'suspended']);
  expect(rebuilds(second)).toEqual([`rebuild: ${MOVED}`]);
  await assertEqual();
}, 60_000);

test('a bulk load that was lost, and another here, are told apart though no change tells of either', async () => {
  await untilHeard();
  await standby.cut();
  await fillInBulk(old.pool, 21, 25);
  const first = await lead(old.url);
  const { statusOf } = await follow();
  await eventually('it answers', async () => (await statusOf(25)) === 'active');
  await first.stop();
  await standby.promote();
  await fillInBulk(heir, 31, 35);
  const epochs = await Promise.all([old.pool, heir].map((pool) => pool.query('select epoch from register')));
  expect(epochs.map(({ rows }) => rows)).toEqual([[{ epoch: 2 }], [{ epoch: 2 }]]);
  const second = await lead(standby.url);
  await eventually('it answers what the register says now', async () => (await statusOf(35)) === 'active');
  expect(await statusOf(25)).toBeUndefined();
  expect(rebuilds(second)).toEqual([`rebuild: ${MOVED}`]);
  await assertEqual();
}, 60_000);

test('of two leaders on two primaries, the one on the old primary writes nothing any more', async () => {
  const first = await lead(old.url);
  const { statusOf, freshness } = await follow();
  await eventually('it answers', async () => (await statusOf(3)) === 'active');
  await untilHeard();
  await standby.promote();
  const second = await lead(standby.url);
  await eventually('the other has taken over', () => second.events.includes(`kept: ${MOVED}`));
  await revoke(old.pool, 3);
  await eventually('the first finds out', () =>
    first.events.some((event) => event.includes('another primary has taken over')),
  );
  await revoke(heir, 4);
  await eventually('it answers', async () => (await statusOf(4)) === 'revoked');
  expect(await statusOf(3)).toBe('active');
  expect(freshness.position().revision.epoch).toBe(2);
  expect(rebuilds(second)).toEqual([]);
  await assertEqual();
}, 60_000);

test('what the old primary had still written into some partitions is not kept', async () => {
  const first = await lead(old.url);
  const { statusOf } = await follow();
  await eventually('it answers', async () => (await statusOf(3)) === 'active');
  await untilHeard();
  await standby.cut();
  await first.stop();
  const client = await redisClient(lifecycle, redis.url);
  // Its leader dies before the last partition, the point of commit, has what the others have.
  const [at, hash] = await client.hmget('{m2}:head', 'revision', 'hash');
  await set('suspended', old.pool, 3);
  const dying = await lead(old.url);
  await eventually('it has written', async () => (await client.hget('{m0}:head', 'revision')) !== at);
  await dying.stop();
  await client.hset('{m2}:head', 'revision', at ?? '', 'hash', hash ?? '');
  await standby.promote();
  const second = await lead(standby.url);
  await eventually('it answers what the register says now', async () => (await statusOf(3)) === 'active');
  expect(rebuilds(second)).toEqual([`rebuild: ${MOVED}`]);
  await assertEqual();
}, 60_000);

test('a leader that died when the epoch was begun, and the copy not there yet, has a successor who brings it there', async () => {
  const first = await lead(old.url);
  const { statusOf, freshness } = await follow();
  await eventually('it answers', async () => (await statusOf(3)) === 'active');
  await untilHeard();
  await first.stop();
  await standby.promote();
  const projection = await live();
  const dying = startSync({
    databaseUrl: standby.url,
    projection: {
      ...projection,
      renew: () => Promise.reject(new Error('killed')),
      rebuild: () => Promise.reject(new Error('killed')),
    },
  });
  await eventually('it has begun the epoch', () => dying.events.includes('failure: killed'));
  await dying.stop();
  expect(rebuilds(dying)).toEqual([]);
  expect((await heir.query('select epoch from register')).rows).toEqual([{ epoch: 2 }]);
  const second = await lead(standby.url);
  await eventually('it is of the new epoch', () => freshness.position().revision.epoch === 2);
  expect(second.events).toContain('kept: the register has begun a new epoch');
  expect(rebuilds(second)).toEqual([]);
  await assertEqual();
}, 60_000);

const set = (status: string, pool: pg.Pool, number: number) =>
  act(pool, (client) =>
    client.query('update mandates set status = $1 where mandate_id = $2', [status, mandate(number)]),
  );
