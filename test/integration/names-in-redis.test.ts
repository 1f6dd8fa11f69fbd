import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NameFacts } from '../../src/domain/facts.ts';
import type { Identifier } from '../../src/domain/identifier.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import type { Projection } from '../../src/mandates/projection.ts';
import { recordKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { verify } from '../../src/mandates/sync/digest.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { toAliasRow } from '../../src/register/alias-row.ts';
import { importRegisterFile } from '../../src/register/import.ts';
import { insertRows } from '../../src/register/write-rows.ts';
import { withTransaction } from '../../src/store/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { TEST_KEYS } from '../support/decision-stack.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis } from '../support/redis.ts';
import { highestRevision } from '../support/small-register.ts';
import { startSync } from '../support/sync-run.ts';

const lifecycle = makeLifecycle();
let database: TestDatabase;
let client: Redis;
let projection: Projection;
let lookups: Lookups;

beforeAll(async () => {
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  await importRegisterFile('examples/register.yaml', { pool: database.pool, keys: TEST_KEYS });
  const redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  client = await redis.client({ commandTimeoutMs: 10_000 });
  projection = await openRedisProjection({ client, partitions: 2 });
  lifecycle.onClose('sync', startSync({ databaseUrl: database.url, projection, layout: LAYOUT }).stop);
  lookups = makeRedisLookups({
    client,
    partitions: 2,
    key: { keyId: TEST_KEYS.keyId, keyCheck: TEST_KEYS.check() },
  });
  await followed();
}, 60_000);
afterAll(() => lifecycle.close());

async function followed(): Promise<void> {
  const n = await highestRevision(database.pool);
  await eventually('sync has followed', async () => expect((await projection.state())?.revision.n).toBe(n), 20_000);
}

/** Every byte that stands in Redis: names of keys, fields, values, entries of streams. */
async function everything(): Promise<Buffer> {
  const read: Record<string, (key: Buffer) => Promise<unknown>> = {
    hash: (key) => client.callBuffer('HGETALL', key),
    string: (key) => client.getBuffer(key),
    stream: (key) => client.callBuffer('XRANGE', key, '-', '+'),
  };
  const all: unknown[] = [];
  for (const key of await client.keysBuffer('*')) all.push(key, await read[await client.type(key)]?.(key));
  return Buffer.concat(all.flat(10).filter((one) => Buffer.isBuffer(one)));
}

/** The BSN of each person, as whoever may know them all would read them from the register. */
async function personalNumbers(): Promise<Map<string, string>> {
  const { rows } = await database.pool.query<{ party: string; alias: string; sealed: Buffer }>(
    "select party_id as party, encode(alias, 'hex') as alias, sealed from aliases where scheme = 'bsn'",
  );
  return new Map(rows.map(({ party, alias, sealed }) => [party, TEST_KEYS.unseal(sealed, alias)]));
}

async function named(party: string): Promise<string | undefined> {
  const [found] = await lookups.read([recordKey.names(party)]);
  const bsn = (found as NameFacts | null)?.bsn;
  return bsn && TEST_KEYS.unseal(Buffer.from(bsn.sealed, 'base64'), bsn.alias);
}

async function register(identifier: Identifier): Promise<string> {
  const partyId = randomUUID();
  await withTransaction(database.pool, { who: 'test', channel: 'test' }, async (connection) => {
    await insertRows(connection, 'parties', [{ party_id: partyId, kind: 'person', name: 'Nieuw' }]);
    await insertRows(connection, 'aliases', [toAliasRow(identifier, { partyId, kind: 'person' }, TEST_KEYS)]);
  });
  return partyId;
}

/** In clear, as digits in hex, packed two to a byte, and in base64 at any of its three alignments. */
function spellings(digits: string): Buffer[] {
  const text = Buffer.from(digits);
  const base64 = ['', 'x', 'xx'].map((before) =>
    Buffer.from(before + digits)
      .toString('base64')
      .slice(4, 12),
  );
  return [
    text,
    Buffer.from(text.toString('hex')),
    Buffer.from(`0${digits}`, 'hex'),
    ...base64.map((one) => Buffer.from(one)),
  ];
}

describe('names in Redis', () => {
  it('give every person with a BSN to whoever holds the seal key, those who came later too', async () => {
    const later = await register({ scheme: 'bsn', value: '123456782' });
    await followed();
    const numbers = await personalNumbers();
    expect(numbers.size).toBeGreaterThan(10);
    expect(numbers.get(later)).toBe('urn:nl:bsn:123456782');
    for (const [party, urn] of numbers) expect(await named(party)).toBe(urn);
  });

  it('give it to nobody else: it stands nowhere in clear', async () => {
    const held = await everything();
    for (const urn of (await personalNumbers()).values()) {
      expect(spellings(urn.slice(-9)).filter((spelling) => held.includes(spelling))).toEqual([]);
    }
  });

  it('would be found out: a number in clear anywhere is seen', async () => {
    const [number = ''] = [...(await personalNumbers()).values()].map((urn) => urn.slice(-9));
    for (const spelling of spellings(number)) {
      await client.hset('leak', 'field', Buffer.concat([Buffer.from('abc'), spelling]));
      expect((await everything()).includes(spelling)).toBe(true);
    }
    await client.set(`leak:${number}`, '');
    await client.del('leak');
    expect((await everything()).includes(number)).toBe(true);
    await client.del(`leak:${number}`);
  });

  it('say nothing of a person without one, nor of who has a KvK number', async () => {
    const { rows } = await database.pool.query<{ party: string }>(
      `select party_id as party from parties where not exists (
         select from aliases a where a.party_id = parties.party_id and a.scheme = 'bsn')`,
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { party } of rows) expect(await named(party)).toBeUndefined();
  });

  it('are what the register holds, record for record', async () => {
    const { equal, postgres } = await verify({ databaseUrl: database.url, projection });
    expect(equal).toBe(true);
    expect(postgres.digest.names?.count).toBeGreaterThan(10);
  });
});
