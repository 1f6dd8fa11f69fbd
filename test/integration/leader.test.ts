import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Projection } from '../../src/mandates/projection.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { verify } from '../../src/mandates/sync/digest.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { spawnSync } from '../support/child-sync.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { redisClient, sidecar, syncToRedis } from '../support/redis-stack.ts';
import { fillInBulk, fillRegister, highestRevision, revoke } from '../support/small-register.ts';
import { startSync } from '../support/sync-run.ts';

let database: TestDatabase;
let redis: TestRedis;
let lifecycle: ReturnType<typeof makeLifecycle>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
});
afterEach(() => lifecycle.close());

async function projection(): Promise<Projection> {
  return openRedisProjection({ client: await redisClient(lifecycle, redis.url) });
}

/** Ends the session that leads, as Postgres does when it takes its client for dead. */
async function endLeadingSession(): Promise<void> {
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objsubid = 2
     and database = (select oid from pg_database where datname = current_database()) and granted`,
  );
}

async function assertEqual(live: Projection): Promise<void> {
  const verification = await eventually('both are at one revision', async () => {
    const found = await verify({ databaseUrl: database.url, projection: live });
    return !found.moved && found;
  });
  expect(verification.projection.digest).toEqual(verification.postgres.digest);
  expect(verification.equal).toBe(true);
}

test('a leader that was frozen while it wrote is refused when it wakes', async () => {
  await fillRegister(database.pool, 1, 5);
  const live = await projection();
  let frozen: (() => void) | undefined;
  let refused: unknown;
  const first = startSync({
    databaseUrl: database.url,
    projection: {
      ...live,
      async apply(batch, fence) {
        await new Promise<void>((resolve) => {
          frozen = resolve;
        });
        await live.apply(batch, fence).catch((thrown) => {
          refused = thrown;
          throw thrown;
        });
      },
    },
    standbyMs: 3_600_000,
  });
  lifecycle.onClose('first', first.stop);
  await eventually('the projection stands', () => live.state());
  await revoke(database.pool, 1);
  const wake = await eventually('the first is about to apply', () => frozen);

  await endLeadingSession();
  const second = await syncToRedis(lifecycle, database.url, redis.url);
  await eventually('the second has applied', () => second.events.some((event) => event.startsWith('applied')));
  wake();
  await eventually('the first is refused', () => refused);
  expect(refused).toMatchObject({ code: 'conflict', message: expect.stringMatching(/^fence \d+ is lower than/) });
  expect(first.events.some((event) => event.startsWith('applied'))).toBe(false);
  await revoke(database.pool, 2);
  await assertEqual(live);
});

test('a process frozen for a while neither harms the projection nor keeps the lead', async () => {
  await fillRegister(database.pool, 1, 5);
  const live = await projection();
  const child = spawnSync(lifecycle, database.url, redis.url);
  await eventually('the projection stands', () => live.state());
  child.signal('SIGSTOP');
  await revoke(database.pool, 1);
  await endLeadingSession();
  const second = await syncToRedis(lifecycle, database.url, redis.url);
  await eventually('the second leads', () => second.events.includes('leader'));
  await revoke(database.pool, 2);
  child.signal('SIGCONT');
  await eventually('the first stands by', () => child.lines.at(-1) === 'standby');
  await revoke(database.pool, 3);
  await assertEqual(live);
});

test('kill -9 in the middle of a rebuild leaves the live projection alone; the next leader rebuilds', async () => {
  await fillRegister(database.pool, 1, 5);
  const live = await projection();
  const first = await syncToRedis(lifecycle, database.url, redis.url);
  await eventually('the projection stands', () => live.state());
  await first.stop();
  await fillInBulk(database.pool, 6, 20_000);

  const child = spawnSync(lifecycle, database.url, redis.url);
  await eventually('mandates are being loaded', () =>
    child.lines.some((line) => /^progress mandate_facts [1-9]/.test(line)),
  );
  await child.kill();
  expect((await live.state())?.revision.epoch).toBe(1);

  const second = await syncToRedis(lifecycle, database.url, redis.url);
  await eventually('it is rebuilt', async () => (await live.state())?.revision.epoch === 2);
  expect(second.events).toContain('rebuild: the register has begun a new epoch');
  await assertEqual(live);
});

test('kill -9 in the middle of a stream of changes loses nothing and repeats nothing', async () => {
  await fillRegister(database.pool, 1, 300);
  const live = await projection();
  const child = spawnSync(lifecycle, database.url, redis.url);
  await eventually('the projection stands', () => live.state());
  const { statusOf } = await sidecar(lifecycle, redis.url);

  const writing = (async () => {
    for (let i = 1; i <= 300; i++) await revoke(database.pool, i);
  })();
  await eventually('some are applied', () => child.lines.filter((line) => line.startsWith('applied')).length > 5);
  await child.kill();
  const second = await syncToRedis(lifecycle, database.url, redis.url);
  await writing;
  const highest = await highestRevision(database.pool);
  await eventually('all are applied', async () => (await live.state())?.revision.n === highest);
  expect(second.events.some((event) => event.startsWith('rebuild'))).toBe(false);
  await eventually('the sidecar knows the last', async () => (await statusOf(300)) === 'revoked');
  await assertEqual(live);
});

test('Redis emptied in the middle of a rebuild never gets half a projection', async () => {
  await fillInBulk(database.pool, 1, 5000);
  const live = await projection();
  const client = await redisClient(lifecycle, redis.url);
  let flushed = false;
  const run = startSync({
    databaseUrl: database.url,
    projection: {
      ...live,
      async rebuild(header, fence) {
        const rebuild = await live.rebuild(header, fence);
        return {
          ...rebuild,
          async swap(at, hash) {
            if (!flushed) await client.flushall();
            flushed = true;
            await rebuild.swap(at, hash);
          },
        };
      },
    },
  });
  lifecycle.onClose('sync', run.stop);
  await eventually('the projection stands', () => live.state());
  expect(run.events.some((event) => event.includes('Redis was emptied'))).toBe(true);
  await assertEqual(live);
});
