import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Projection } from '../../src/mandates/projection.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { KEY, mandatesKey, redisClient, sidecar, syncToRedis } from '../support/redis-stack.ts';
import { fillRegister, highestRevision, revoke } from '../support/small-register.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let database: TestDatabase;
let primary: TestRedis;
let replica: TestRedis;
/** Between primary and replica: silent, replication stands still. */
let replication: TcpProxy;
let lifecycle: ReturnType<typeof makeLifecycle>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  const port = await freePort();
  primary = await startRedis(['--port', String(port), '--repl-diskless-sync-delay', '0', '--repl-timeout', '3600']);
  lifecycle.onClose('primary', primary.stop);
  replication = await startTcpProxy({ host: '127.0.0.1', port });
  lifecycle.onClose('replication', replication.close);
  replica = await startRedis(['--replicaof', `127.0.0.1 ${replication.port}`, '--repl-timeout', '3600']);
  lifecycle.onClose('replica', replica.stop);
  await fillRegister(database.pool, 1, 5);
});
afterEach(() => lifecycle.close());

/** Projects, lets the replica have it, stops replication and revokes mandate 1. */
async function leaveReplicaBehind(): Promise<Projection> {
  await syncToRedis(lifecycle, database.url, primary.url);
  const projection = await openRedisProjection({ client: await redisClient(lifecycle, primary.url) });
  const copy = await openRedisProjection({ client: await redisClient(lifecycle, replica.url) });
  const n = await highestRevision(database.pool);
  await eventually('the replica has the projection', async () => (await copy.state())?.revision.n === n);
  replication.silence();
  await revoke(database.pool, 1);
  await eventually('the revocation is projected', async () => ((await projection.state())?.revision.n ?? 0) > n);
  expect((await copy.state())?.revision.n).toBe(n);
  return projection;
}

/** One address in front of several servers: which one a new connection leads to is picked then. */
async function oneAddress(pick: () => TestRedis): Promise<string> {
  const server = createServer((near) => {
    const far = connect(pick().url.slice('unix://'.length));
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifecycle.onClose('address', () => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the address has no port');
  return `redis://127.0.0.1:${address.port}`;
}

/** All that is answered until `done` says so; a refusal is none. */
async function answersUntil(ask: () => Promise<unknown>, done: () => boolean | Promise<boolean>) {
  const answers = new Set<unknown>();
  await eventually('it is over', async () => {
    await ask().then(
      (answer) => answers.add(answer),
      () => {},
    );
    return done();
  });
  return [...answers];
}

test('a replica is not read, and the sidecar says why', async () => {
  await leaveReplicaBehind();
  const { statusOf, state, why } = await sidecar(lifecycle, primary.url, { lookupsUrl: replica.url });
  const answers = await answersUntil(
    () => statusOf(1),
    () => why().includes('this Redis is a slave; the primary must be read'),
  );
  expect(state()).toBe('not_ready');
  expect(answers).toEqual([]);
});

test('lookups at an old primary and changes from the new one are never put together', async () => {
  await leaveReplicaBehind();
  await (await redisClient(lifecycle, replica.url)).replicaof('NO', 'ONE');
  const { statusOf, why } = await sidecar(lifecycle, primary.url, { lookupsUrl: replica.url });
  const doubts = { seen: 0 };
  const answers = await answersUntil(
    () => statusOf(1),
    () => why().includes('lead to two servers') && doubts.seen++ > 20,
  );
  expect(answers).toEqual([]);
});

test('connections that lead to two servers are made anew, until they lead to one', async () => {
  await leaveReplicaBehind();
  await (await redisClient(lifecycle, replica.url)).replicaof('NO', 'ONE');
  const asked: TestRedis[] = [];
  // The first connection, for lookups, reaches the server that was left behind.
  const url = await oneAddress(() => asked[asked.push(asked.length === 0 ? replica : primary) - 1] ?? primary);
  const { statusOf, state } = await sidecar(lifecycle, url);
  const answers = await answersUntil(
    () => statusOf(1),
    () => state() === 'fresh',
  );
  expect([...answers, await statusOf(1)].filter((answer) => answer !== 'revoked')).toEqual([]);
  expect(asked.slice(0, 2)).toEqual([replica, primary]);
});

test('a reply from before what is known is refused, and not remembered', async () => {
  const projection = await leaveReplicaBehind();
  const known = (await projection.state())?.revision;
  const client = await redisClient(lifecycle, replica.url);
  const lookups = makeRedisLookups({ client, key: KEY, appliedIn: () => known });
  await expect(lookups.read([mandatesKey(1)])).rejects.toMatchObject({ code: 'data_stale' });
});

test('a Redis that is told to evict keys is neither read nor vouched for, until it is told otherwise', async () => {
  const run = await syncToRedis(lifecycle, database.url, primary.url);
  const { state, why } = await sidecar(lifecycle, primary.url);
  await eventually('the data is fresh', () => state() === 'fresh');
  const client = await redisClient(lifecycle, primary.url);
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await eventually('the sidecar refuses', () => state() === 'not_ready' && why().includes('must be noeviction'));
  await eventually('sync refuses', () => run.events.some((event) => /^failure: .*must be noeviction/.test(event)));
  await client.config('SET', 'maxmemory-policy', 'noeviction');
  await eventually('the data is fresh', () => state() === 'fresh');
});
