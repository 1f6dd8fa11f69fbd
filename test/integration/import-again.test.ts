import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { importRegister } from '../../src/register/import.ts';
import { suspendMandate } from '../../src/register/operate.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { withTransaction } from '../../src/store/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const keys = makeKeys({ hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'k1', sealKey: Buffer.alloc(32, 2) });
const [SERVICE, LATER, SET] = [1, 2, 3].map((n) => `5e000000-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
const MANDATE = '3a000000-0000-4000-8000-000000000001';
const OIN = '00000003000000000001';
const ACT = { who: 'other feed', channel: 'test' };

const service = (uuid: string, n: number) => ({
  uuid,
  name: `Dienst ${n}`,
  description: 'Iets melden',
  consequence: 'Het is gemeld',
  loa: 'eh3',
  kinds: ['employee'],
  domain: 'general',
  chains: true,
  branches: true,
  follow_up: 'delegate',
  instances: [{ service_id: `urn:dienst:${n}`, owner: OIN }],
});
const bakker = { key: 'bakker', kind: 'organisation', name: 'Bakker', identifiers: ['urn:nl:kvk:90000001'] };
const anna = { key: 'anna', kind: 'person', name: 'Anna', means: [{ id: 'urn:etoegang:pseudonym:anna' }] };
const mandate = {
  id: MANDATE,
  name: 'eerste',
  kind: 'employee',
  represented: 'bakker',
  delegate: 'anna',
  sets: [{ set: SET, version: 1 }],
  operations: 'all',
  branches: 'all',
  cases: 'all',
  loa: 'eh3',
  valid_from: '2026-01-01',
  valid_until: '2030-12-31',
  granted_by: 'anna',
};
const set = (version: number, ...members: object[]) => ({ id: SET, name: 'Set', owner: OIN, version, members });
const file = (changes: object = {}): string =>
  JSON.stringify({
    source: 'proef',
    service_owners: [{ oin: OIN, name: 'Dienst' }],
    services: [service(SERVICE, 1), service(LATER, 2)],
    sets: [set(1, { service: SERVICE, since: 1 })],
    parties: [bakker, anna],
    mandates: [mandate],
    ...changes,
  });

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await load(file());
});
afterAll(() => database.drop());

const load = (text: string) => importRegister(text, { pool: database.pool, keys });
const lastRevision = async () => (await database.pool.query('select max(revision) as n from changes')).rows[0]?.n;
const elsewhere = (statement: string) =>
  withTransaction(database.pool, ACT, (client) => client.query(statement)).then(() => undefined);
const one = async (query: string) => Object.values((await database.pool.query(query)).rows[0] ?? {})[0];

async function faultsOf(act: Promise<unknown>): Promise<string[]> {
  try {
    await act;
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.faults.map(({ message }) => message);
  }
}

/** Imports the same twice: the second time nothing may change. */
async function loadTwice(text: string): Promise<void> {
  await load(text);
  const before = await lastRevision();
  await load(text);
  expect(await lastRevision()).toBe(before);
}

describe('a file imported again', () => {
  it('leaves to another feed what it does not say: means and services stay inactive', async () => {
    await elsewhere(`update aliases set means_active = false where scheme = 'pseudonym'`);
    await elsewhere(`update services set active = false where service_uuid = '${LATER}'`);
    await elsewhere(`update service_instances set active = false where service_id = 'urn:dienst:2'`);
    await loadTwice(file());
    expect(await one(`select means_active from aliases where scheme = 'pseudonym'`)).toBe(false);
    expect(await one(`select active from services where service_uuid = '${LATER}'`)).toBe(false);
    expect(await one(`select active from service_instances where service_id = 'urn:dienst:2'`)).toBe(false);
  });

  it('says what it does say', async () => {
    const means = [{ id: 'urn:etoegang:pseudonym:anna', active: true }];
    await loadTwice(
      file({ parties: [bakker, { ...anna, means }], services: [{ ...service(LATER, 2), active: true }], sets: [] }),
    );
    expect(await one(`select means_active from aliases where scheme = 'pseudonym'`)).toBe(true);
    expect(await one(`select active from services where service_uuid = '${LATER}'`)).toBe(true);
  });

  it('takes back only the states that its own source said', async () => {
    const state = { state: 'bankrupt', since: '2026-03-01' };
    const states = `select coalesce(string_agg(source, ',' order by source), '') from party_states`;
    const facts = `select jsonb_array_length(facts -> 'states') from party_facts where facts ->> 'kind' = 'organisation'`;
    const insolvency = { services: [], sets: [], mandates: [], source: 'insolventieregister' };
    await load(file({ parties: [{ ...bakker, states: [state] }, anna] }));
    await load(file({ ...insolvency, parties: [{ ...bakker, states: [state] }] }));
    expect([await one(states), await one(facts)]).toEqual(['insolventieregister,proef', 1]);
    await loadTwice(file({ parties: [{ ...bakker, states: [] }, anna] }));
    expect([await one(states), await one(facts)]).toEqual(['insolventieregister', 1]);
    await loadTwice(file({ ...insolvency, parties: [{ ...bakker, states: [] }] }));
    expect([await one(states), await one(facts)]).toEqual(['', 0]);
  });

  it('adds to a set only together with a version that is new', async () => {
    const both = [
      { service: SERVICE, since: 1 },
      { service: LATER, since: 1 },
    ];
    const refused = [expect.stringContaining('only together with a version above those that it has had')];
    expect(await faultsOf(load(file({ sets: [set(1, ...both)] })))).toEqual(refused);
    expect(await faultsOf(load(file({ sets: [set(2, ...both)] })))).toEqual(refused);
    await loadTwice(file({ sets: [set(2, { service: SERVICE, since: 1 }, { service: LATER, since: 2 })] }));
    const sets = `select facts -> 'sets' ->> '${SET}' from service_facts where service_id = 'urn:dienst:2'`;
    expect(await one(sets)).toBe('2');
    await loadTwice(file({ sets: [set(3, { service: SERVICE, since: 1 }, { service: LATER, since: 2, until: 3 })] }));
    expect(await one(sets)).toBeNull();
    const undone = file({ sets: [set(3, { service: SERVICE, since: 1 }, { service: LATER, since: 2 })] });
    expect(await faultsOf(load(undone))).toEqual([expect.stringContaining('can only be ended, once')]);
  });
});

describe('an import at the same time as an operator', () => {
  it('does not undo a suspension', async () => {
    const operator = await database.pool.connect();
    await operator.query('begin');
    await operator.query(`select set_config('machtig.acted_by', '{"who": "operator", "channel": "operator"}', true)`);
    await operator.query(`update mandates set status = 'suspended' where mandate_id = $1`, [MANDATE]);
    const imported = load(file({ sets: [], mandates: [{ ...mandate, reads_messages: true }] }));
    await waitsForLock();
    await operator.query('commit');
    operator.release();
    expect((await imported).mandates.changed).toBe(1);
    expect(await one(`select status from mandates where reads_messages`)).toBe('suspended');
  });

  it('makes the operator wait who comes later, and he has the last word', async () => {
    await elsewhere(`update mandates set status = 'active'`);
    await Promise.all([load(file({ sets: [] })), suspendMandate({ pool: database.pool, mandateId: MANDATE })]);
    expect(await one(`select status from mandates`)).toBe('suspended');
  });
});

async function waitsForLock(): Promise<void> {
  const waiting = `select count(*)::integer from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await one(waiting)) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}
