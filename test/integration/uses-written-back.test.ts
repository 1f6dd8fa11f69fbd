import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { USES } from '../../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedisUseSource } from '../../src/mandates/redis-uses.ts';
import { countUses } from '../../src/mandates/sync/count-uses.ts';
import { openSession, type Session } from '../../src/mandates/sync/session.ts';
import type { UseSource } from '../../src/mandates/use-source.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { makeRedisUseSink } from '../../src/records/redis-uses.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis } from '../support/redis.ts';
import { fillRegister, highestRevision, mandate } from '../support/small-register.ts';
import { type SyncRun, startSync } from '../support/sync-run.ts';

const MAY = Date.parse('2026-05-01T21:59:59.500Z'); // One day in Amsterdam, and half a second later the next.
const JUNE = Date.parse('2026-06-10T12:00:00Z');

let lifecycle: ReturnType<typeof makeLifecycle>;
let database: TestDatabase;
let redis: Awaited<ReturnType<Awaited<ReturnType<typeof startRedis>>['client']>>;
let source: UseSource;
let report: ReturnType<typeof makeRedisUseSink>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  await fillRegister(database.pool, 1, 3);
  const server = await startRedis();
  lifecycle.onClose('redis', server.stop);
  redis = await server.client();
  source = makeRedisUseSource(() => redis, USES);
  report = makeRedisUseSink(redis, USES);
});
afterEach(() => lifecycle.close());

const use = (i: number, count: number, last: number) => ({ mandate_id: mandate(i), count, last });

async function written(): Promise<unknown[]> {
  const { rows } = await database.pool.query(
    `select right(mandate_id::text, 1)::integer as mandate, day::text, uses::integer, to_ms(last_used_at)::float8 as last
     from mandate_uses order by mandate_id, day`,
  );
  return rows.map(({ mandate: i, day, uses, last }) => [i, day, uses, last]);
}

async function connected(): Promise<Session> {
  const session = await openSession({ databaseUrl: database.url, purpose: 'test', answerWithinMs: 10_000 });
  lifecycle.onClose('session', session.close);
  return session;
}

describe('uses that sidecars report', () => {
  test('of two projections are counted each as far as its own stream was', async () => {
    const session = await connected();
    const other = makeRedisUseSource(() => redis, 'use:other');
    await makeRedisUseSink(redis, 'use:other')([use(2, 7, MAY)]);
    await report([use(1, 2, MAY)]);
    expect(await countUses(session, source)).toMatchObject({ entries: 1 });
    expect(await countUses(session, other, 'other')).toMatchObject({ entries: 1 });
    expect(await countUses(session, other, 'other')).toMatchObject({ entries: 0 });
    expect(await written()).toEqual([
      [1, '2026-05-01', 2, MAY],
      [2, '2026-05-01', 7, MAY],
    ]);
  });

  test('are added up by mandate and day in Amsterdam, and let go of', async () => {
    const session = await connected();
    await report([use(1, 2, MAY), use(2, 1, MAY)]);
    await report([use(1, 3, MAY - 1), use(1, 1, MAY + 500)]);
    expect(await countUses(session, source)).toEqual({ entries: 2, malformed: 0, more: false });
    await report([use(1, 1, JUNE)]);
    await countUses(session, source);
    expect(await written()).toEqual([
      [1, '2026-05-01', 5, MAY],
      [1, '2026-05-02', 1, MAY + 500],
      [1, '2026-06-10', 1, JUNE],
      [2, '2026-05-01', 1, MAY],
    ]);
    expect(await redis.xlen(USES)).toBe(0);
    const { rows } = await database.pool.query(
      'select uses::integer, to_ms(last_used_at)::float8 as last from mandate_last_use where mandate_id = $1',
      [mandate(1)],
    );
    expect(rows).toEqual([{ uses: 7, last: JUNE }]);
  });

  test('are no change of the register', async () => {
    const before = await highestRevision(database.pool);
    await report([use(1, 1, MAY)]);
    await countUses(await connected(), source);
    expect(await highestRevision(database.pool)).toBe(before);
  });

  test('are passed over when they cannot be read, or name no mandate of this register', async () => {
    const [one, two] = [mandate(1), mandate(2)];
    await redis.xadd(USES, '*', 'uses', '{');
    await redis.xadd(USES, '*', 'other', '[]');
    await redis.xadd(USES, '*', 'uses', JSON.stringify([{ mandate_id: one, count: -1, last: MAY }]));
    await redis.xadd(USES, '*', 'uses', JSON.stringify([{ mandate_id: "';--", count: 1, last: MAY }]));
    await redis.xadd(USES, '*', 'uses', JSON.stringify([{ mandate_id: two, count: 1, last: 1e300 }]));
    await report([use(9, 1, MAY), use(1, 1, MAY)]);
    expect(await countUses(await connected(), source)).toEqual({ entries: 6, malformed: 5, more: false });
    expect(await written()).toEqual([[1, '2026-05-01', 1, MAY]]);
    expect(await redis.xlen(USES)).toBe(0);
  });

  test('are never later than their report', async () => {
    await redis.xadd(USES, `${MAY}-0`, 'uses', JSON.stringify([use(1, 1, 8e15)]));
    await countUses(await connected(), source);
    expect(await written()).toEqual([[1, '2026-05-01', 1, MAY]]);
  });

  test('count once when they could not be let go of', async () => {
    const session = await connected();
    await report([use(1, 2, MAY)]);
    const dies: UseSource = { ...source, forget: () => Promise.reject(new Error('killed here')) };
    await expect(countUses(session, dies)).rejects.toThrow('killed here');
    expect(await redis.xlen(USES)).toBe(1);
    expect(await countUses(await connected(), source)).toMatchObject({ entries: 0 });
    await report([use(1, 1, MAY)]);
    await countUses(session, source);
    expect(await written()).toEqual([[1, '2026-05-01', 3, MAY]]);
    expect(await redis.xlen(USES)).toBe(0);
  });

  test('count once when two leaders have read them', async () => {
    await report([use(1, 2, MAY), use(2, 1, MAY)]);
    let arrived = 0;
    let both = () => {};
    const met = new Promise<void>((resolve) => {
      both = resolve;
    });
    const slow: UseSource = {
      ...source,
      async read(after, limit) {
        const entries = await source.read(after, limit);
        if (++arrived === 2) both();
        await met;
        return entries;
      },
    };
    const sessions = [await connected(), await connected()];
    const counted = await Promise.all(sessions.map((session) => countUses(session, slow)));
    expect(counted.filter((found) => found !== undefined)).toHaveLength(1);
    expect(await written()).toEqual([
      [1, '2026-05-01', 2, MAY],
      [2, '2026-05-01', 1, MAY],
    ]);
  });
});

test('leaders that come and go write back every use, and each only once', async () => {
  const runs: SyncRun[] = [];
  for (const name of ['one', 'other']) {
    const projection = await openRedisProjection({ client: redis, partitions: 1 });
    const run = startSync({ databaseUrl: database.url, projection });
    lifecycle.onClose(name, run.stop);
    runs.push(run);
  }
  const rounds = 100;
  for (let round = 1; round <= rounds; round++) {
    await report([use(1, 1, MAY), use(2, 2, MAY)]);
    if (round % 40 !== 0) continue;
    await eventually('somebody leads', () => runs.some(({ events }) => events.includes('leader')));
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name like 'machtig sync%' and datname = current_database()`,
    );
  }
  await eventually('all reports were taken', async () => (await redis.xlen(USES)) === 0);
  expect(await written()).toEqual([
    [1, '2026-05-01', rounds, MAY],
    [2, '2026-05-01', 2 * rounds, MAY],
  ]);
});
