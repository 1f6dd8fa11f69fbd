import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Projection } from '../../src/mandates/projection.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../../src/mandates/redis-reach.ts';
import { canonical } from '../../src/mandates/sync/canonical.ts';
import { openSnapshot } from '../../src/mandates/sync/snapshot.ts';
import { writesOf } from '../../src/mandates/writes.ts';
import { at, contentsOf, HEADER } from '../contract/projection.ts';
import { everyone } from '../contract/reach.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { makeRegisterRows, type RegisterRows, type Row } from '../support/register-rows.ts';

const ENTITIES = ['party', 'branch', 'alias', 'mandate'] as const;
/** More of one delegate than stand inline, and than fit in a leaf of the bytes below. */
const CLIENTS = 40;
const LEAF_BYTES = 300;

let database: TestDatabase;
let redis: TestRedis;
let rows: RegisterRows;
beforeAll(async () => {
  [database, redis] = await Promise.all([cloneDatabase(), startRedis()]);
  rows = await makeRegisterRows(database.pool);
  await fill(rows);
}, 60_000);
afterAll(async () => {
  await redis?.stop();
  await database?.drop();
});

async function fill({ insert, mandate, firm, office, person, other, service, serviceId, set, owner }: RegisterRows) {
  const born = (n: number, birth_date: string): Row => ({
    party_id: uuid('1', n),
    kind: 'person',
    name: 'p',
    birth_date,
  });
  await insert('parties', born(1, '2004-02-29'), born(2, '1899-12-31'), born(3, '0999-01-02'), born(4, '2026-06-30'));
  const alias = (n: number, party_id: string, columns: Row): Row => ({
    alias: Buffer.from(uuid('a', n).replaceAll('-', ''), 'hex'),
    key_id: 'k',
    party_id,
    party_kind: 'person',
    scheme: 'pseudonym',
    means_active: true,
    ...columns,
  });
  const number = { party_kind: 'organisation', scheme: 'kvk', means_active: null };
  await insert('aliases', alias(1, person, {}), alias(2, person, { means_active: false }));
  await insert('aliases', alias(3, other, { scheme: 'bsn', means_active: null }));
  await insert('aliases', alias(4, firm, { ...number, public_value: '00000019' }));
  await insert('aliases', alias(5, firm, { ...number, scheme: 'rsin', public_value: '001234560' }));
  const state = { party_kind: 'organisation', state: 'bankrupt', since: '2026-03-01 UTC' };
  await insert('party_states', { ...state, party_id: office });
  await insert('party_states', { ...state, party_kind: 'person', state: 'deceased', party_id: uuid('1', 1) });
  const clients = Array.from({ length: CLIENTS }, (_, n) => uuid('c', n));
  await insert('parties', ...clients.map((party_id) => ({ party_id, kind: 'organisation', name: 'client' })));
  const granted = [...clients, ...clients.slice(0, 3)].map((represented) => mandate({ represented, delegate: person }));
  await insert('mandates', ...granted);
  await insert('mandates', mandate({ all_operations: false, operations: '{view,"say \\"yes\\" é"}' }));
  await insert('mandates', mandate({ all_branches: false, branches: '{000012345678}', delegate: other }));
  await insert('mandates', mandate({ all_cases: false, cases: `{${serviceId}#1,${serviceId}#2}`, delegate: other }));
  await insert('mandates', mandate({ services: '{}', sets: JSON.stringify([{ set, version: 1 }]), owner_id: owner }));
  expect(service).not.toBe(owner);
}

function uuid(letter: string, n: number): string {
  return `${letter.repeat(8)}-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

const spelled = async (of: Projection) => (await contentsOf(of)).map(canonical).sort();

describe.each([1, 3])('records by their columns in %i partitions', (partitions) => {
  it('are those of the views', async () => {
    const [client, snapshot] = [await redis.client(), await openSnapshot(database.url)];
    await client.flushall();
    const projection = await openRedisProjection({ client, partitions, leafBytes: LEAF_BYTES });
    const [rebuild, memory] = [await projection.rebuild(HEADER, 1), makeMemoryStore().projection];
    const [bulk, told] = [rebuild.bulk?.(), await memory.rebuild(HEADER, 1)];
    if (bulk === undefined) throw new Error('Redis takes bytes');
    for (const entity of ENTITIES) {
      expect(await snapshot.bulk(entity, bulk, bulk.settle)).toBe(true);
      await bulk.end();
      for await (const some of snapshot.rows(entity, 10)) await told.load(some.flatMap((row) => writesOf(entity, row)));
    }
    await snapshot.close();
    for (const one of [rebuild, told]) await one.swap(at(0), '');
    const [held, expected] = [await spelled(projection), await spelled(memory)];
    expect(expected.length).toBeGreaterThan(2 * CLIENTS);
    expect(held).toEqual(expected);
    const reach = makeRedisReach({ client, partitions, key: HEADER });
    const clients = Array.from({ length: CLIENTS }, (_, n) => uuid('c', n));
    expect((await everyone(reach.represented(rows.person))).sort()).toEqual([...clients, rows.firm].sort());
    expect(await everyone(reach.represented(rows.other))).toEqual([rows.firm]);
    client.disconnect();
  });
});
