import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { formatRevision, isBefore } from '../../src/domain/revision.ts';
import type { Projection, Write } from '../../src/mandates/projection.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { verify } from '../../src/mandates/sync/digest.ts';
import type { Difference } from '../../src/mandates/sync/reconcile-compare.ts';
import { verifyRecords } from '../../src/mandates/sync/verify-records.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { aMandate, contentsOf } from '../contract/projection.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { LIMITS, mandatesKey, redisClient, sidecar } from '../support/redis-stack.ts';
import { act, fillRegister, firm, mandate, person, revoke, SERVICE } from '../support/small-register.ts';
import { type SyncRun, startSync } from '../support/sync-run.ts';

const SIZE = 12;

let database: TestDatabase;
let redis: TestRedis;
let lifecycle: ReturnType<typeof makeLifecycle>;
let client: Redis;
let projection: Projection;
let run: SyncRun;
let found: Difference[];

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  await fillRegister(database.pool, 1, SIZE);
  await fillLists();
  client = await redisClient(lifecycle, redis.url);
  projection = await openRedisProjection({ client });
  found = [];
});
afterEach(() => lifecycle.close());

/** Lists that are too long to stand with others: six mandates between one pair. */
async function fillLists(): Promise<void> {
  const sql = `insert into mandates select (jsonb_populate_record(m, jsonb_build_object('mandate_id', gen_random_uuid()))).*
    from mandates m, generate_series(1, 6) where mandate_id = $1`;
  await act(database.pool, (connection) => connection.query(sql, [mandate(1)]));
  const branch = "insert into branches (branch, party_id, party_kind) values ('000012345678', $1, 'organisation')";
  await act(database.pool, (connection) => connection.query(branch, [firm(2)]));
}

/** A sync that compares without end. */
async function sync(share = 1): Promise<void> {
  run = startSync({
    databaseUrl: database.url,
    projection,
    reconcile: { share, everyMs: 0 },
    hooks: {
      onRebuild: (reason) => run.events.push(`rebuild: ${reason}`),
      onFailure: (error) => run.events.push(`failure: ${error.message}`),
      onDifferences: (differences) => found.push(...differences),
      onPass: () => run.events.push('pass'),
    },
  });
  lifecycle.onClose('sync', run.stop);
  await eventually('the projection stands', () => projection.state());
}

function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

const equal = async () => (await verify({ databaseUrl: database.url, projection })).equal;
const rebuilds = () => run.events.filter((event) => event.startsWith('rebuild'));
const passes = () => run.events.filter((event) => event === 'pass').length;

async function wholePass(): Promise<void> {
  const before = passes();
  await eventually('another pass is over', () => passes() > before + 1);
}

/** Writes past the feed, as a defect would: what the register never said, at the revision where the projection is. */
async function spoil(...writes: Write[]): Promise<void> {
  const state = await projection.state();
  if (state === undefined) throw new Error('there is nothing to spoil');
  const { revision, hash, fence } = state;
  await projection.apply({ from: revision, to: revision, hash, writes }, fence);
}

const place = (i: number) => ({ represented: firm(i), delegate: person(i), scope: scopeKey.service(SERVICE) });

async function keysOfCopy(): Promise<Buffer[]> {
  const generation = await client.hget('{m0}:head', 'generation');
  const keys = await client.keysBuffer('*');
  return keys.filter((key) => key.toString('latin1').startsWith(`{m0}:${generation}:`));
}

describe('what differs from the register is found and repaired', () => {
  it('finds nothing where nothing differs, also while changes flow', async () => {
    await sync();
    for (let i = 1; i <= SIZE; i++) {
      await revoke(database.pool, i);
      await fillRegister(database.pool, SIZE + i, SIZE + i);
    }
    await wholePass();
    expect(found).toEqual([]);
    expect(await equal()).toBe(true);
  });

  it('takes away a mandate that the register never gave, and those who read it hear of it', async () => {
    await sync(0);
    const reader = await sidecar(lifecycle, redis.url);
    await eventually('the reader is fresh', () => reader.state() === 'fresh');
    await spoil({
      put: 'mandate',
      represented: firm(3),
      delegate: person(4),
      scope: scopeKey.service(SERVICE),
      facts: aMandate(99),
    });
    const key = recordKey.mandates(firm(3), person(4), scopeKey.service(SERVICE));
    await eventually('the reader believes it', async () => (await reader.lookups.read([key]))[0] !== null);
    await run.stop();
    await sync();
    await eventually('the reader forgets it', async () => (await reader.lookups.read([key]))[0] === null);
    expect(found).toMatchObject([{ kind: 'mandates', extra: 1, missing: 0, wrong: 0 }]);
    expect(await equal()).toBe(true);
  });

  it('does not write again what was taken back by a batch whose answer was lost', async () => {
    await sync(0);
    await run.stop();
    const real = projection;
    const key = mandatesKey(5);
    const [lost, positioned] = [signal(), signal()];
    let stage: 'armed' | 'losing' | 'lost' | 'over' = 'armed';
    projection = {
      ...real,
      async apply(batch, fence) {
        await real.apply(batch, fence);
        if (stage !== 'losing') return;
        stage = 'lost';
        lost.give();
        throw new AppError('store_unavailable', 'no answer');
      },
      async state() {
        const state = await real.state();
        if (stage === 'lost') positioned.give();
        return state;
      },
      /** Behind what the register said of the record before: the mandate is revoked, and sync loses its position. */
      async held(keys) {
        if (stage === 'armed' && keys.includes(key)) {
          stage = 'losing';
          await revoke(database.pool, 5);
          await lost.given;
          await positioned.given;
          stage = 'over';
        }
        return real.held(keys);
      },
    };
    await sync();
    await eventually('the position was lost', () => stage === 'over');
    await wholePass();
    expect(found).toEqual([]);
    expect(await equal()).toBe(true);
  });

  it('brings back what was lost, and says again what was said wrongly, of every kind of record', async () => {
    await sync(0);
    await spoil(
      { drop: 'mandate', ...place(5), mandateId: mandate(5) },
      { put: 'mandate', ...place(6), facts: aMandate(6, { mandate_id: mandate(6), operations: ['view'] }) },
      { drop: 'alias', hmac: ALIASES.first },
      { put: 'alias', hmac: ALIASES.second, facts: { party_id: firm(9) } },
      { put: 'alias', hmac: 'f'.repeat(32), facts: { party_id: firm(9) } },
      {
        put: 'party',
        party: person(7),
        facts: { party_id: person(7), kind: 'person', states: [], has_branches: true },
      },
      { drop: 'party', party: person(8) },
      {
        put: 'party',
        party: randomUUID(),
        facts: { party_id: firm(1), kind: 'person', states: [], has_branches: false },
      },
      { drop: 'link', actor: person(9), organisation: firm(9), mandateId: mandate(9) },
      { put: 'link', actor: person(9), organisation: firm(8), mandateId: mandate(8) },
      { drop: 'definition', serviceUuid: SERVICE },
      { drop: 'branch', party: firm(2), branch: '000012345678' },
      { put: 'branch', party: firm(2), branch: '000087654321' },
      { drop: 'names', party: firm(3) },
      { put: 'names', party: firm(4), facts: { oin: '00000000000000000000' } },
    );
    expect(await equal()).toBe(false);
    await run.stop();
    await sync();
    await eventually('it is repaired', equal);
    expect(new Set(found.map(({ kind }) => kind))).toEqual(
      new Set(['mandates', 'alias', 'party', 'links', 'definition', 'branch', 'names']),
    );
    expect(rebuilds()).toEqual([]);
  });

  it('survives the loss of any one key of Redis', async () => {
    await sync();
    const before = await contentsOf(projection);
    for (const key of await keysOfCopy()) {
      await client.del(key);
      await eventually(`all is there again without ${key.toString('latin1')}`, equal);
    }
    expect((await contentsOf(projection)).length).toBe(before.length);
    await revoke(database.pool, 1);
    await wholePass();
    expect(await equal()).toBe(true);
  });

  it('builds the copy anew when a list cannot be read, and replaces a single value', async () => {
    await sync();
    const damaged: string[] = [];
    for (const key of await keysOfCopy()) {
      const kind = key.toString('latin1').split(':')[2] ?? '';
      if (!['a', 'm'].includes(kind) || damaged.includes(kind)) continue;
      damaged.push(kind);
      if (kind === 'm') await client.set(key, flipped((await client.getBuffer(key)) ?? Buffer.alloc(0)));
      else {
        const [name] = (await client.callBuffer('HKEYS', key)) as Buffer[];
        const value = name && (await client.hgetBuffer(key, name));
        if (!name || !value) throw new Error('an empty hash');
        await client.hset(key, name, flipped(value));
      }
    }
    expect(damaged.sort()).toEqual(['a', 'm']);
    await eventually('all is legible and equal', equal);
    // Perhaps found again while another copy was built beside this one.
    const kinds = new Set(found.filter(({ unreadable }) => unreadable).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['alias', 'mandates']);
    expect(rebuilds()).toContain('rebuild: it holds records that cannot be read');
  });

  it('feeds the live copy, and vouches for it, while another is built in its place', async () => {
    let held: ReturnType<typeof signal> | undefined;
    const { given: begun, give: tellBegun } = signal();
    const own = projection;
    projection = {
      ...own,
      async rebuild(...asked) {
        if (held) tellBegun();
        await held?.given;
        return own.rebuild(...asked);
      },
    };
    await sync();
    const reader = await sidecar(lifecycle, redis.url);
    await eventually('the reader is fresh', () => reader.state() === 'fresh');
    held = signal();
    const [leaf] = (await keysOfCopy()).filter((key) => key.toString('latin1').split(':')[2] === 'm');
    if (leaf === undefined) throw new Error('there is no leaf');
    const before = await client.hget('{m0}:head', 'generation');
    const whole = (await client.getBuffer(leaf)) ?? Buffer.alloc(0);
    await client.set(leaf, flipped(whole));
    await begun;
    await client.set(leaf, whole); // A change that meets what is damaged would end this copy.
    const revoked = Array.from({ length: SIZE - 2 }, (_, i) => i + 2);
    for (const i of revoked) {
      await revoke(database.pool, i);
      await eventually('the reader has heard', async () => (await reader.statusOf(i)) === 'revoked');
    }
    const from = performance.now();
    while (performance.now() - from < 2 * LIMITS.maxStalenessMs) {
      expect(reader.why()).toBe('');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await client.hget('{m0}:head', 'generation')).toBe(before);
    const at = reader.freshness.position().revision;
    held.give();
    held = undefined;
    await eventually(
      'the other is the live one',
      async () => (await client.hget('{m0}:head', 'generation')) !== before,
    );
    await eventually('the reader is fresh again', () => reader.state() === 'fresh');
    expect(isBefore(reader.freshness.position().revision, at)).toBe(false);
    for (const i of revoked) expect(await reader.statusOf(i)).toBe('revoked');
    expect(await reader.statusOf(SIZE)).toBe('active');
    await eventually('it is equal', equal);
    // Nor was anything of it mended afterwards.
    await wholePass();
    expect(found.filter(({ unreadable }) => !unreadable)).toEqual([]);
  });

  it('repairs while changes flow, and loses none of them', async () => {
    await sync();
    const reader = await sidecar(lifecycle, redis.url);
    for (let i = 2; i <= SIZE; i++) {
      const spoilt = spoil({ drop: 'mandate', ...place(i), mandateId: mandate(i) }).catch(() => {});
      const revoked = i % 2 === 0 ? revoke(database.pool, i) : Promise.resolve();
      await Promise.all([spoilt, revoked]);
    }
    await eventually('it is equal', equal);
    await eventually('the reader is fresh', () => reader.state() === 'fresh');
    for (let i = 2; i <= SIZE; i++) expect(await reader.statusOf(i)).toBe(i % 2 === 0 ? 'revoked' : 'active');
    const at = (await projection.state())?.revision;
    expect(at && formatRevision(at)).toBe(formatRevision(reader.freshness.position().revision));
  });
});

/** Its last bit is another. */
function flipped(value: Buffer): Buffer {
  return Buffer.concat([value.subarray(0, -1), Buffer.from([(value.at(-1) ?? 0) ^ 1])]);
}

describe('what differs in one of several partitions', () => {
  it('is repaired there, and told there', async () => {
    projection = await openRedisProjection({ client, partitions: 3 });
    await sync();
    const reader = await sidecar(lifecycle, redis.url, { partitions: 3 });
    for (let i = 2; i <= SIZE; i++) await spoil({ drop: 'mandate', ...place(i), mandateId: mandate(i) });
    await eventually('it is equal', equal);
    await eventually('the reader is fresh', () => reader.state() === 'fresh');
    for (let i = 2; i <= SIZE; i++) expect(await reader.statusOf(i)).toBe('active');
    expect(rebuilds()).toEqual(['rebuild: there is no projection']);
  });
});

describe('verifying on demand', () => {
  const verifying = (repair: boolean) => verifyRecords({ databaseUrl: database.url, projection, repair });

  it('says what differs while changes flow, and has it repaired by whoever leads', async () => {
    await sync(0);
    expect(await verifying(false)).toMatchObject({
      equal: true,
      differences: {},
      strange: 0,
      undecided: 0,
      repaired: 0,
    });
    const stop = new AbortController();
    const flow = (async () => {
      for (let i = 1; !stop.signal.aborted; i++) await fillRegister(database.pool, 100 + i, 100 + i);
    })();
    await spoilBetweenChanges();
    const differing = { equal: false, differences: { mandates: { missing: 1, extra: 1 }, alias: { wrong: 1 } } };
    expect(await verifying(false)).toMatchObject({ ...differing, repaired: 0 });
    expect(await verifying(true)).toMatchObject({ ...differing, equal: true, repaired: 3 });
    stop.abort();
    await flow;
    await eventually('it is equal', equal);
  });

  it('says so when the projection does not follow', async () => {
    await sync(0);
    await run.stop();
    await revoke(database.pool, 1);
    const options = { databaseUrl: database.url, projection, repair: false, keepsUpWithinMs: 300 };
    await expect(verifyRecords(options)).rejects.toMatchObject({ code: 'data_stale' });
  });

  /** Between two changes: spoiling at the revision where the projection was is refused when it has moved on. */
  async function spoilBetweenChanges(): Promise<void> {
    const extra = { put: 'mandate' as const, ...place(3), delegate: person(4), facts: aMandate(99) };
    const wrong = { put: 'alias' as const, hmac: ALIASES.first, facts: { party_id: firm(9) } };
    const lost = { drop: 'mandate' as const, ...place(5), mandateId: mandate(5) };
    await eventually('it is spoilt', () => spoil(extra, wrong, lost).then(() => true));
  }
});

describe('comparing costs the feed little', () => {
  it('leaves a whole pass undone without a share, but looks at what is named', async () => {
    await sync(0);
    await spoil({ drop: 'mandate', ...place(5), mandateId: mandate(5) });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(found).toEqual([]);
    await eventually('it is named and repaired', async () => {
      await database.pool.query('select pg_notify($1, $2)', ['machtig_suspects', JSON.stringify([mandatesKey(5)])]);
      return found.length > 0;
    });
    await eventually('it is there', equal);
    expect(passes()).toBe(0);
  });
});

/** md5, as the small register makes them of `a1` and `a2`. */
const ALIASES = { first: '8a8bb7cd343aa2ad99b7d762030857a2', second: '693a9fdd4c2fd0700968fba0d07ff3c0' };
