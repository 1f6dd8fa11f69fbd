import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { insertRow, makeRegisterRows, type RegisterRows, type Row, ruleAgainst } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;

beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
});
afterAll(() => database.drop());

/** One transaction: the set goes to this version, if any, and a service joins it. */
const join = (version: number | undefined, since_version: number, service_uuid: string) =>
  ruleAgainst(
    rows.act(async (client) => {
      const raise = 'update service_sets set version = $2 where set_id = $1';
      if (version !== undefined) await client.query(raise, [rows.set, version]);
      await insertRow(client, 'service_set_members', { set_id: rows.set, service_uuid, since_version });
    }),
  );

async function service(): Promise<string> {
  const service_uuid = randomUUID();
  await rows.act((client) =>
    client.query(
      `insert into services select (jsonb_populate_record(s, jsonb_build_object('service_uuid', $1::text))).*
       from services s where service_uuid = $2`,
      [service_uuid, rows.service],
    ),
  );
  return service_uuid;
}

const refused = (statement: string, values: unknown[] = []) =>
  ruleAgainst(rows.act((client) => client.query(statement, values)));

describe('a set', () => {
  it('takes nothing into a version that grantors may have confirmed', async () => {
    const late = await service();
    expect(await join(undefined, 1, late)).toBe('addition_needs_a_new_version');
    expect(await join(2, 1, late)).toBe('addition_needs_a_new_version');
    expect(await join(2, 2, late)).toBeUndefined();
    expect(await join(undefined, 2, await service())).toBe('addition_needs_a_new_version');
    expect(await join(3, 2, await service())).toBe('addition_needs_a_new_version');
    expect(await join(3, 4, await service())).toBe('membership_within_the_version');
  });

  it('says itself which versions it has had', async () => {
    const pretend = 'update service_sets set version_before = 0, version_transaction = pg_current_xact_id()';
    const late = await service();
    const rule = ruleAgainst(
      rows.act(async (client) => {
        await client.query(pretend);
        await insertRow(client, 'service_set_members', { set_id: rows.set, service_uuid: late, since_version: 1 });
      }),
    );
    expect(await rule).toBe('addition_needs_a_new_version');
  });

  it('ends a membership once, and begins it again with another', async () => {
    const member = await service();
    expect(await join(4, 4, member)).toBeUndefined();
    await rows.act((client) => client.query('update service_sets set version = 5 where set_id = $1', [rows.set]));
    const set = (what: string) =>
      refused(`update service_set_members set ${what} where set_id = $1 and service_uuid = $2`, [rows.set, member]);
    expect(await set('until_version = 5')).toBeUndefined();
    for (const what of ['until_version = null', 'until_version = 6', 'since_version = 3', 'service_uuid = set_id']) {
      expect([what, await set(what)]).toEqual([what, 'membership_only_ends']);
    }
    expect(await join(6, 6, member)).toBeUndefined();
  });
});

describe('a row keeps what it is known by', () => {
  const fresh = `'${randomUUID()}'`;
  const changes: Record<string, () => string> = {
    'a party': () => `parties set party_id = ${fresh} where party_id = '${rows.other}'`,
    'a definition': () => `services set service_uuid = ${fresh}`,
    'an owner': () => `service_owners set owner_id = ${fresh}`,
    'a set': () => `service_sets set set_id = ${fresh}`,
    'an identifier, its party': () => `aliases set party_id = '${rows.office}'`,
    'an identifier, its scheme': () => `aliases set scheme = 'oin', public_value = '00000003000000000001'`,
    'an identifier, its number': () => `aliases set public_value = '87654321'`,
    'a branch': () => `branches set branch = '000000000001'`,
    'a portal': () => `portal_services set portal = 'urn:second'`,
    'what is behind a portal': () => `portal_services set sub_service = 'urn:second'`,
    'a state, its beginning': () => `party_states set since = '2026-02-01Z'`,
  };

  beforeAll(async () => {
    const kvk: Row = { key_id: 'k', party_kind: 'organisation', scheme: 'kvk', public_value: '12345678' };
    await rows.insert('aliases', { alias: Buffer.alloc(16, 1), party_id: rows.firm, ...kvk });
    await rows.insert('party_states', {
      party_id: rows.other,
      party_kind: 'person',
      state: 'wsnp',
      since: '2026-01-01Z',
    });
    const instance = (service_id: string) => ({ service_id, service_uuid: rows.service, owner_id: rows.owner });
    await rows.insert('service_instances', instance('urn:portal'), instance('urn:second'));
    await rows.insert('portal_services', { portal: 'urn:portal', sub_service: rows.serviceId });
  });

  it.each(Object.entries(changes))('%s', async (_, change) => {
    expect(await refused(`update ${change()}`)).toBe('row_keeps_its_key');
  });
});
