import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemoryStore, makeMemoryStore } from '../../src/mandates/memory.ts';
import { recordKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { verify } from '../../src/mandates/sync/digest.ts';
import { changeWrites, type EntityChange } from '../../src/mandates/writes.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { type RandomWrite, randomWrites, recordedTables } from '../support/random-writes.ts';
import { makeRegisterRows, type RegisterRows, type Row } from '../support/register-rows.ts';

/** Tables that say nothing about who may act for whom. */
const WITHOUT_FACTS = [
  'changes',
  'code_tries',
  'consents',
  'idempotent_answers',
  'identifications',
  'interventions',
  'mandate_uses',
  'means_evidence',
  'migrations',
  'notice_position',
  'notices',
  'offers',
  'paper_requests',
  'reconfirmations',
  'register',
  'service_set_consents',
  'service_set_drafts',
  'use_position',
];
const STATEMENTS = 2;

let database: TestDatabase;
let rows: RegisterRows;
let store: MemoryStore;
let revision = { epoch: 1, n: 0 };

beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
  await fill();
  store = makeMemoryStore();
  const rebuild = await store.projection.rebuild({ layout: LAYOUT, keyId: '', keyCheck: '' }, 1);
  await rebuild.swap(revision, '');
});
afterAll(() => database.drop());

/** Enough of everything that most statements find a row upon which they are right. */
async function fill(): Promise<void> {
  const { firm, person, other, owner, service, serviceId, set } = rows;
  const service_uuid = randomUUID();
  const act = (sql: string, ...values: unknown[]) => rows.act((client) => client.query(sql, values));
  await act(
    `insert into services select (jsonb_populate_record(s, jsonb_build_object('service_uuid', $1::text))).* from services s`,
    service_uuid,
  );
  const instance = (service_id: string): Row => ({ service_id, service_uuid, owner_id: owner });
  await rows.insert('service_instances', instance('urn:second'), instance('urn:portal'), instance('urn:third'));
  await rows.insert('portal_services', { portal: 'urn:portal', sub_service: serviceId });
  const kvk = (party_id: string, public_value: string): Row => ({
    ...{ alias: Buffer.from(`${public_value}${public_value}`), key_id: 'k', party_id, party_kind: 'organisation' },
    ...{ scheme: 'kvk', public_value },
  });
  await rows.insert('aliases', kvk(firm, '12345678'), {
    ...{ alias: Buffer.alloc(16, 9), key_id: 'k', party_id: person, party_kind: 'person' },
    ...{ scheme: 'pseudonym', means_active: true },
  });
  const sealed = { alias: Buffer.alloc(16, 8), sealed: Buffer.alloc(48, 7) };
  await rows.insert('aliases', { ...sealed, key_id: 'k', party_id: other, party_kind: 'person', scheme: 'bsn' });
  const office = { party_id: rows.office, party_kind: 'organisation', key_id: 'k' };
  await rows.insert('aliases', { ...office, alias: Buffer.alloc(16, 6), scheme: 'rsin', public_value: '123456782' });
  const state = (party_id: string, party_kind: string, name: string): Row => ({
    ...{ party_id, party_kind, state: name, since: '2026-03-01Z', source: 'test' },
  });
  await rows.insert('party_states', state(firm, 'organisation', 'bankrupt'), state(other, 'person', 'wsnp'));
  const bySet = { services: '{}', sets: JSON.stringify([{ set, version: 1 }]) };
  const top = rows.mandate({ substitution: true, reach: 'both' });
  await rows.insert(
    'mandates',
    top,
    rows.mandate({ delegate: other, derived_from: top.mandate_id }),
    rows.mandate({ ...bySet }),
    rows.mandate({ ...bySet, all_cases: false, cases: `{${serviceId}#one,${serviceId}#two}` }),
    rows.mandate({ services: '{}', owner_id: owner, all_cases: false, cases: `{${serviceId}#one,urn:second#one}` }),
    rows.mandate({ services: '{}', all_services: true, reach: 'clients' }),
    rows.mandate({ services: `{${service},${service_uuid}}`, joint_required: 2, joint_with: `{${other}}` }),
    rows.mandate({ delegate: other, joint_required: 2, joint_with: `{${person}}`, status: 'requested' }),
    rows.mandate({ kind: 'statutory', ground: 'signatory', reach: null, valid_until: null }),
    rows.mandate({ all_branches: false, branches: '{000012345678}', all_operations: false, operations: '{view}' }),
  );
}

/** Several statements in one transaction; those that the register refuses are left out. Returns those that passed. */
async function transaction(writes: readonly RandomWrite[]): Promise<RandomWrite[]> {
  try {
    return await rows.act(async (client) => {
      const passed = [];
      for (const write of writes) if (await attempt(client, write)) passed.push(write);
      return passed;
    });
  } catch {
    return []; // Refused at commit.
  }
}

async function attempt(client: pg.ClientBase, { sql, values }: RandomWrite): Promise<boolean> {
  await client.query('savepoint one');
  try {
    return (await client.query(sql, values)).rowCount === 1;
  } catch {
    await client.query('rollback to savepoint one');
    return false;
  }
}

/** Brings the projection up to date by the recorded changes alone; false when there were none. */
async function follow(): Promise<boolean> {
  const { rows: changes } = await database.pool.query<EntityChange & { revision: string; hash: string }>(
    `select revision, encode(hash, 'hex') as hash, entity, facts_before, facts_after, names_touched(changes) as names from changes
     where revision > $1 order by revision`,
    [revision.n],
  );
  const last = changes.at(-1);
  if (last === undefined) return false;
  const to = { epoch: 1, n: Number(last.revision) };
  await store.projection.apply({ from: revision, to, hash: last.hash, writes: changes.flatMap(changeWrites) }, 1);
  revision = to;
  return true;
}

/** A set in its next version, with a member that joins in it. */
const JOIN: RandomWrite = {
  table: 'service_set_members',
  sql: `with raised as (
      update service_sets set version = version + 1 where set_id = (select set_id from service_sets order by random() limit 1)
      returning set_id, version)
    insert into service_set_members (set_id, service_uuid, since_version)
    select set_id, (select service_uuid from services order by random() limit 1), version from raised`,
  values: [],
};

describe('the recorded changes', () => {
  it('are those of every table that says anything about who may act for whom', async () => {
    const { rows: tables } = await database.pool.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all ($1) order by 1`,
      [WITHOUT_FACTS],
    );
    expect(await recordedTables(database.pool)).toEqual(tables.map(({ name }) => name));
  });

  it('name a person whose number is sealed later, and no longer when it is not', async () => {
    const { person } = rows;
    const alias = 'ab'.repeat(16);
    const act = async (sql: string, ...values: unknown[]) => {
      await rows.act((client) => client.query(sql, values));
      expect(await follow()).toBe(true);
      return (await store.lookups.read([recordKey.names(person)]))[0];
    };
    const unsealed = await act(
      `insert into aliases (alias, key_id, party_id, party_kind, scheme) values (decode($1, 'hex'), 'k', $2, 'person', 'bsn')`,
      ...[alias, person],
    );
    expect(unsealed).toBeNull();
    for (const byte of [1, 2]) {
      const sealed = Buffer.alloc(48, byte);
      expect(await act(`update aliases set sealed = $2 where alias = decode($1, 'hex')`, alias, sealed)).toEqual({
        bsn: { alias, sealed: sealed.toString('base64') },
      });
    }
    expect(await act(`update aliases set sealed = null where alias = decode($1, 'hex')`, alias)).toBeNull();
    await act(`update aliases set sealed = $2 where alias = decode($1, 'hex')`, alias, Buffer.alloc(48, 3));
    expect(await act(`delete from aliases where alias = decode($1, 'hex')`, alias)).toBeNull();
  });

  it('never hold a sealed number', async () => {
    const { rows: found } = await database.pool.query(
      "select c.revision from changes c where c::text ~ 'sealed' or c::text ~ repeat('07', 48)",
    );
    expect(found).toEqual([]);
  });

  it('name an organisation by what its KvK number does not say', async () => {
    const { office } = rows;
    await follow();
    const named = async () => (await store.lookups.read([recordKey.names(office)]))[0];
    expect(await named()).toEqual({ rsin: '123456782' });
    const kvk = { alias: Buffer.alloc(16, 5), key_id: 'k', party_id: office, party_kind: 'organisation' };
    await rows.insert('aliases', { ...kvk, scheme: 'kvk', public_value: '87654321' });
    await follow();
    expect(await named()).toBeNull();
  });

  it('lead to what a fresh snapshot says, whatever was written', async () => {
    const passed: RandomWrite[] = [];
    const writes = (await randomWrites(database.pool)).flatMap((write, i) => (i % 20 === 0 ? [write, JOIN] : [write]));
    for (let from = 0; from < writes.length; from += STATEMENTS) {
      const latest = await transaction(writes.slice(from, from + STATEMENTS));
      passed.push(...latest);
      if (!(await follow())) continue;
      const { equal, postgres, projection } = await verify({ databaseUrl: database.url, projection: store.projection });
      expect([projection.digest, latest, equal]).toEqual([postgres.digest, latest, true]);
    }
    expect([...new Set(passed.map(({ table }) => table))].sort()).toEqual(await recordedTables(database.pool));
  }, 120_000);
});
