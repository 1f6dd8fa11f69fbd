import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { withTransaction } from '../../src/store/postgres.ts';

const TEST_ACT = { who: 'test', channel: 'test' };

/** A register with one of everything that a mandate can refer to, and a way to add mandates with other columns. */
export interface RegisterRows {
  firm: string;
  office: string;
  person: string;
  other: string;
  owner: string;
  service: string;
  serviceId: string;
  set: string;
  /** Columns of a mandate that is right: firm → person, employee, one service. */
  mandate(columns?: Row): Row;
  insert(table: string, ...rows: Row[]): Promise<void>;
  act<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T>;
}

export type Row = Record<string, unknown>;

export async function makeRegisterRows(pool: pg.Pool): Promise<RegisterRows> {
  const [firm, office, person, other, owner, service, set] = Array.from({ length: 7 }, () => randomUUID());
  const serviceId = 'urn:etoegang:DV:00000003000000000001:services:1';
  const act = <T>(fn: (client: pg.PoolClient) => Promise<T>) => withTransaction(pool, TEST_ACT, fn);
  const insert = (table: string, ...rows: Row[]) =>
    act(async (client) => {
      for (const row of rows) await insertRow(client, table, row);
    });
  await insert('parties', ...parties([firm, office], 'organisation'), ...parties([person, other], 'person'));
  await insert('branches', { branch: '000012345678', party_id: firm });
  await insert('service_owners', { owner_id: owner, oin: '00000003000000000001', name: 'Dienst' });
  await insert('services', definition(service));
  await insert('service_instances', { service_id: serviceId, service_uuid: service, owner_id: owner });
  await act(async (client) => {
    await insertRow(client, 'service_sets', { set_id: set, name: 'Set', owner_id: owner, version: 1 });
    await insertRow(client, 'service_set_members', { set_id: set, service_uuid: service, since_version: 1 });
  });
  const ends = { represented: firm, represented_kind: 'organisation', delegate: person, delegate_kind: 'person' };
  const mandate = (columns: Row = {}): Row => ({
    mandate_id: randomUUID(),
    ...ends,
    ...MANDATE,
    services: `{${service}}`,
    granted_by: other,
    ...columns,
  });
  const ids = { firm, office, person, other, owner, service, set } as Record<string, string>; // Filled above.
  return {
    ...(ids as Omit<RegisterRows, 'serviceId' | 'mandate' | 'insert' | 'act'>),
    serviceId,
    mandate,
    insert,
    act,
  };
}

const MANDATE = {
  name: 'machtiging',
  kind: 'employee',
  reach: 'own',
  all_operations: true,
  all_branches: true,
  all_cases: true,
  loa: 'eh3',
  valid_from: '2026-01-01 00:00 Europe/Amsterdam',
  valid_until: '2031-01-01 00:00 Europe/Amsterdam',
  granted_at: '2026-01-01 00:00 Europe/Amsterdam',
  channel: 'digital',
  source: 'test',
};

function parties(ids: (string | undefined)[], kind: string): Row[] {
  return ids.map((party_id) => ({ party_id, kind, name: kind }));
}

function definition(service_uuid: string | undefined): Row {
  return {
    service_uuid,
    name: 'Dienst',
    description: 'Wat de dienst is',
    consequence: 'Wat machtigen betekent',
    loa: 'eh3',
    kinds: '{employee,business,voluntary,statutory,appointed}',
    grounds: '{bewind}',
    domain: 'general',
    chains: true,
    branches: true,
    follow_up: 'delegate',
  };
}

export async function insertRow(client: pg.ClientBase, table: string, row: Row): Promise<void> {
  const names = Object.keys(row);
  const places = names.map((_, i) => `$${i + 1}`);
  await client.query(`insert into ${table} (${names.join(', ')}) values (${places.join(', ')})`, Object.values(row));
}

/** The name of the rule by which the register refuses this, or nothing. */
export async function ruleAgainst(act: Promise<unknown>): Promise<string | undefined> {
  try {
    await act;
    return undefined;
  } catch (error) {
    return (error as { constraint?: string }).constraint; // pg errors name their constraint.
  }
}
