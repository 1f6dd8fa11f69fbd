import type pg from 'pg';
import { withTransaction } from '../../src/store/postgres.ts';

/** A register of `size` firms with one employee each, one service, and a mandate from each firm to its employee. */
export const SERVICE = '11111111-1111-4111-8111-111111111111';
export const SERVICE_ID = 'urn:etoegang:DV:00000003000000000001:services:1';
const OWNER = '22222222-2222-4222-8222-222222222222';
const ACTED_BY = { who: 'test', channel: 'operator' };

/** Party and mandate ids by number: `firm(7)`, `person(7)`, `mandate(7)`. */
export const firm = (i: number) => numbered('a', i);
export const person = (i: number) => numbered('b', i);
export const mandate = (i: number) => numbered('c', i);

function numbered(letter: string, i: number): string {
  return `${letter.repeat(8)}-0000-4000-8000-${String(i).padStart(12, '0')}`;
}

/** SQL for the same ids. */
const ID = (letter: string) => `('${letter.repeat(8)}-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid`;

/** Adds firms, persons and mandates numbered from `from` to `to`, and the service when it is not there yet. */
export async function fillRegister(pool: pg.Pool, from: number, to: number): Promise<void> {
  await act(pool, (client) => insertAll(client, from, to));
}

/** The same without a change for each row, as a bulk load does it. */
export async function fillInBulk(pool: pg.Pool, from: number, to: number): Promise<void> {
  await act(pool, async (client) => {
    await client.query('set local session_replication_role = replica; update register set epoch = epoch + 1');
    await insertAll(client, from, to);
  });
}

async function insertAll(client: pg.PoolClient, from: number, to: number): Promise<void> {
  await client.query(`
    update register set key_id = 'test', key_check = 'check' where key_id is null;
    insert into service_owners (owner_id, oin, name) values ('${OWNER}', '00000003000000000001', 'Test')
      on conflict do nothing;
    insert into services (service_uuid, name, description, consequence, loa, kinds, domain, chains, branches, follow_up)
      values ('${SERVICE}', 'Melden', 'Iets melden', 'Het wordt gemeld', 'eh3', '{employee}', 'general', true, true,
        'delegate') on conflict do nothing;
    insert into service_instances (service_id, service_uuid, owner_id) values ('${SERVICE_ID}', '${SERVICE}', '${OWNER}')
      on conflict do nothing`);
  const series = 'from generate_series($1::int, $2::int) as i';
  await client.query(
    `insert into parties (party_id, kind, name) select ${ID('a')}, 'organisation', 'firm ' || i ${series}`,
    [from, to],
  );
  await client.query(
    `insert into parties (party_id, kind, name) select ${ID('b')}, 'person', 'person ' || i ${series}`,
    [from, to],
  );
  await client.query(
    `insert into aliases (alias, key_id, party_id, party_kind, scheme, public_value)
     select decode(md5('a' || i), 'hex'), 'test', ${ID('a')}, 'organisation', 'kvk', lpad(i::text, 8, '0') ${series}`,
    [from, to],
  );
  await client.query(`${grantSql} ${series}`, [from, to]);
}

const grantSql = `
  insert into mandates (mandate_id, name, kind, represented, represented_kind, delegate, delegate_kind, services,
    all_operations, all_branches, all_cases, loa, reach, valid_from, valid_until, granted_by, granted_at, channel, source)
  select ${ID('c')}, 'mandate ' || i, 'employee', ${ID('a')}, 'organisation', ${ID('b')}, 'person', '{${SERVICE}}',
    true, true, true, 'eh3', 'both', '2026-01-01Z', '2029-01-01Z', ${ID('a')}, '2026-01-01Z', 'digital', 'test'`;

export async function revoke(pool: pg.Pool, ...numbers: number[]): Promise<void> {
  await act(pool, (client) =>
    client.query(`update mandates set status = 'revoked' where mandate_id = any ($1)`, [numbers.map(mandate)]),
  );
}

/** One transaction on behalf of the test. */
export async function act<T>(pool: pg.Pool, write: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withTransaction(pool, ACTED_BY, write);
}

/** The highest revision committed. */
export async function highestRevision(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: string }>('select coalesce(max(revision), 0)::text as n from changes');
  return Number(rows[0]?.n);
}
