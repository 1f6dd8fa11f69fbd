import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { insertRow, makeRegisterRows, type RegisterRows, type Row } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;

beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
});
afterAll(() => database.drop());

/** What the register answers to a mandate with these columns: the name of the rule, or nothing. */
async function refusal(columns: Row): Promise<string | undefined> {
  try {
    await rows.insert('mandates', rows.mandate(columns));
    return undefined;
  } catch (error) {
    return (error as { constraint?: string }).constraint; // pg errors name their constraint.
  }
}

async function refusalOf(statement: string, values: unknown[] = []): Promise<string | undefined> {
  try {
    await rows.act((client) => client.query(statement, values));
    return undefined;
  } catch (error) {
    return (error as { constraint?: string }).constraint; // pg errors name their constraint.
  }
}

async function added(columns: Row = {}): Promise<string> {
  const row = rows.mandate(columns);
  await rows.insert('mandates', row);
  return String(row.mandate_id);
}

const firmToOffice = () => ({
  kind: 'business',
  reach: null,
  delegate: rows.office,
  delegate_kind: 'organisation',
});
const personToOther = () => ({
  kind: 'voluntary',
  reach: null,
  represented: rows.person,
  represented_kind: 'person',
  delegate: rows.other,
});
const bewind = () => ({ ...personToOther(), kind: 'statutory', ground: 'bewind', valid_until: null, granted_by: null });

describe('a mandate that can be right', () => {
  const cases: Record<string, () => Row> = {
    'employee: organisation to person': () => ({}),
    'business: organisation to organisation': firmToOffice,
    'voluntary: person to person': personToOther,
    'statutory: open-ended, without a grantor': bewind,
    'limited to a branch of its own': () => ({ all_branches: false, branches: '{000012345678}' }),
    'limited to a case': () => ({ all_cases: false, cases: `{${rows.serviceId}#OLO-1}` }),
    'exactly five calendar years over a leap day': () => ({
      valid_from: '2024-02-29 00:00 Europe/Amsterdam',
      valid_until: '2029-02-28 00:00 Europe/Amsterdam',
    }),
    'joint, with one other': () => ({ joint_required: 2, joint_with: `{${rows.other}}` }),
    'asked for, without a grantor yet': () => ({ status: 'requested', granted_by: null }),
    'everything, for a firm': () => ({ services: '{}', all_services: true }),
  };
  it.each(Object.entries(cases))('%s', async (_, columns) => {
    expect(await refusal(columns())).toBeUndefined();
  });
});

describe('a mandate that can never be right is refused by', () => {
  const unknown = randomUUID();
  const cases: [string, () => Row][] = [
    ['ends_fit_the_kind', () => ({ delegate: rows.office, delegate_kind: 'organisation' })],
    ['ends_fit_the_kind', () => ({ ...firmToOffice(), delegate: rows.person, delegate_kind: 'person' })],
    ['ends_fit_the_kind', () => ({ ...bewind(), represented: rows.firm, represented_kind: 'organisation' })],
    ['mandates_delegate_delegate_kind_fkey', () => ({ delegate: rows.office })],
    ['mandates_represented_represented_kind_fkey', () => ({ represented: rows.other })],
    ['two_different_ends', () => ({ ...personToOther(), delegate: rows.person })],
    ['ends_after_it_begins', () => ({ valid_until: '2026-01-01 00:00 Europe/Amsterdam' })],
    ['lasts_five_years_at_most', () => ({ valid_until: '2031-01-01 00:00:00.001 Europe/Amsterdam' })],
    ['only_statutory_is_open_ended', () => ({ valid_until: null })],
    ['moments_are_finite', () => ({ granted_at: 'infinity' })],
    ['ground_is_of_a_statutory_mandate', () => ({ ground: 'bewind' })],
    ['ends_fit_the_kind', () => ({ ...bewind(), ground: null })],
    ['reach_is_of_an_employee', () => ({ reach: null })],
    ['reach_is_of_an_employee', () => ({ ...firmToOffice(), reach: 'own' })],
    ['reach_to_clients_has_all_branches', () => ({ reach: 'both', all_branches: false, branches: '{000012345678}' })],
    ['all_services_not_for_voluntary', () => ({ ...personToOther(), services: '{}', all_services: true })],
    ['all_services_stands_alone', () => ({ all_services: true })],
    ['covers_something', () => ({ services: '{}' })],
    ['operations_all_or_named', () => ({ all_operations: false })],
    ['branches_all_or_named', () => ({ all_branches: false })],
    ['cases_all_or_named', () => ({ all_cases: false })],
    ['survivor_is_voluntary_or_appointed', () => ({ survivor: true })],
    ['joint_authority_is_whole', () => ({ joint_required: 2 })],
    ['joint_numbers_fit', () => ({ joint_required: 3, joint_with: `{${rows.other}}` })],
    ['joint_numbers_fit', () => ({ joint_required: 1, joint_with: `{${rows.other}}` })],
    ['joint_holders_are_others', () => ({ joint_required: 2, joint_with: `{${rows.person}}` })],
    ['joint_holders_exist', () => ({ joint_required: 2, joint_with: `{${rows.office}}` })],
    ['service_exists', () => ({ services: `{${unknown}}` })],
    ['set_exists', () => ({ sets: JSON.stringify([{ set: unknown, version: 1 }]) })],
    ['set_exists', () => ({ sets: JSON.stringify([{ set: rows.set, version: 2 }]) })],
    ['sets_have_their_form', () => ({ sets: '[{"set": 1}]' })],
    ['mandates_owner_id_fkey', () => ({ owner_id: unknown })],
    ['branch_is_of_the_represented', () => ({ all_branches: false, branches: '{000087654321}' })],
    ['branch_is_of_the_represented', () => ({ ...personToOther(), all_branches: false, branches: '{000012345678}' })],
    ['case_is_of_a_covered_service', () => ({ all_cases: false, cases: '{urn:nobody#1}' })],
    ['case_is_of_a_covered_service', () => ({ all_cases: false, cases: `{${rows.serviceId}}` })],
    ['grantor_is_known', () => ({ granted_by: null })],
    ['paper_needs_evidence', () => ({ channel: 'paper' })],
    [
      'paper_at_eh2_checks_the_document',
      () => ({ channel: 'paper', loa: 'eh2', evidence: '[{"kind": "signature", "checked_at": "2026-01-01"}]' }),
    ],
    ['loa_is_known', () => ({ loa: 'eh1' })],
    ['parent_exists', () => ({ derived_from: unknown })],
  ];
  it.each(cases)('%s (%#)', async (rule, columns) => {
    expect(await refusal(columns())).toBe(rule);
  });
});

describe('an onward mandate', () => {
  const parent = () => added({ ...firmToOffice(), substitution: true, operations: '{view}', all_operations: false });
  const child = (derived_from: string, columns: Row = {}): Row => ({
    operations: '{view}',
    all_operations: false,
    derived_from,
    ...columns,
  });

  it('may stand within its parent', async () => {
    expect(await refusal(child(await parent()))).toBeUndefined();
  });

  it.each<[string, Row]>([
    ['begins before its parent', { valid_from: '2025-12-31 23:59 Europe/Amsterdam', valid_until: '2030-01-01' }],
    ['has operations that its parent has not', { operations: '{}', all_operations: true }],
    ['is above its level', { loa: 'eh4' }],
  ])('may not when it %s', async (_, columns) => {
    expect(await refusal(child(await parent(), columns))).toBe('derived_fits_its_parent');
  });

  it('may not when its parent lacks the right of substitution, or was itself passed on', async () => {
    const plain = await added(firmToOffice());
    expect(await refusal({ derived_from: plain })).toBe('derived_fits_its_parent');
    const first = await added(child(await parent()));
    expect(await refusal(child(first, { delegate: rows.other }))).toBe('derived_fits_its_parent');
  });

  it('ends with its parent, in the same transaction', async () => {
    const top = await parent();
    const onward = await added(child(top));
    const asked = await added(child(top, { delegate: rows.other, status: 'requested' }));
    await rows.act((client) => client.query(`update mandates set status = 'revoked' where mandate_id = $1`, [top]));
    const { rows: found } = await database.pool.query(
      'select mandate_id, status from mandates where derived_from = $1 order by status',
      [top],
    );
    expect(found).toEqual([
      { mandate_id: asked, status: 'lapsed' },
      { mandate_id: onward, status: 'revoked' },
    ]);
  });

  it('is refused when its parent was revoked in the meantime', async () => {
    const top = await parent();
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query(`select set_config('machtig.acted_by', '{"who": "t", "channel": "t"}', true)`);
    await client.query(`update mandates set status = 'revoked' where mandate_id = $1`, [top]);
    const late = refusal(child(top));
    await client.query('commit');
    client.release();
    expect(await late).toBe('derived_fits_its_parent');
  });

  it('keeps its parent from shrinking below it', async () => {
    const top = await parent();
    await added(child(top));
    const shorten = `update mandates set valid_until = '2027-01-01' where mandate_id = $1`;
    expect(await refusalOf(shorten, [top])).toBe('derived_fits_its_parent');
  });
});

describe('the status of a mandate', () => {
  const steps: [string, string, boolean][] = [
    ['requested', 'active', true],
    ['requested', 'rejected', true],
    ['offered', 'withdrawn', true],
    ['active', 'suspended', true],
    ['suspended', 'active', true],
    ['suspended', 'revoked', true],
    ['active', 'requested', false],
    ['requested', 'revoked', false],
    ['revoked', 'active', false],
    ['rejected', 'requested', false],
    ['withdrawn', 'offered', false],
    ['lapsed', 'active', false],
  ];
  it.each(steps)('from %s to %s: %s', async (from, to, allowed) => {
    const id = await added({ status: from });
    const rule = await refusalOf('update mandates set status = $2 where mandate_id = $1', [id, to]);
    expect(rule === undefined).toBe(allowed);
  });

  it('once final, nothing of the mandate changes', async () => {
    const id = await added({ status: 'revoked' });
    expect(await refusalOf(`update mandates set name = 'anders' where mandate_id = $1`, [id])).toBe('final_is_final');
  });

  it('can end even when what it names is gone', async () => {
    await rows.insert('branches', { branch: '000099999999', party_id: rows.firm });
    const id = await added({ all_branches: false, branches: '{000099999999}' });
    await rows.act((client) => client.query(`delete from branches where branch = '000099999999'`));
    expect(await refusalOf(`update mandates set status = 'revoked' where mandate_id = $1`, [id])).toBeUndefined();
  });
});

describe('what a mandate is stays', () => {
  it.each(['represented = represented, delegate', 'kind', 'derived_from', 'valid_from'])('%s', async (column) => {
    const id = await added();
    const value = column.endsWith('delegate')
      ? rows.other
      : column === 'kind'
        ? 'business'
        : column === 'valid_from'
          ? '2026-02-01'
          : id;
    expect(await refusalOf(`update mandates set ${column} = $2 where mandate_id = $1`, [id, value])).toBe(
      column === 'valid_from' ? 'begun_is_begun' : 'mandate_keeps_its_identity',
    );
  });

  it('is not erased', async () => {
    const id = await added();
    expect(await refusalOf('delete from mandates where mandate_id = $1', [id])).toBe('ended_not_erased');
    expect(await refusalOf('truncate mandates cascade')).toBe('ended_not_erased');
  });
});

describe('the catalogue', () => {
  const instance = (columns: Row): Row => ({
    service_id: `urn:i:${randomUUID()}`,
    service_uuid: rows.service,
    owner_id: rows.owner,
    ...columns,
  });
  const refusedInstance = async (columns: Row) => {
    const row = instance(columns);
    return refusalOfRows('service_instances', row);
  };
  const refusalOfRows = async (table: string, row: Row) => {
    try {
      await rows.act((client) => insertRow(client, table, row));
      return undefined;
    } catch (error) {
      return (error as { constraint?: string }).constraint; // pg errors name their constraint.
    }
  };

  it('lets an instance narrow its definition, and no more', async () => {
    expect(await refusedInstance({ loa: 'eh4', kinds: '{employee}', chains: false })).toBeUndefined();
    expect(await refusedInstance({ loa: 'eh2' })).toBe('instance_may_only_narrow');
    expect(await refusedInstance({ grounds: '{curatele}' })).toBe('instance_may_only_narrow');
  });

  it('does not let a definition shrink below its instances', async () => {
    const narrow = `update services set kinds = '{business}', grounds = '{}' where service_uuid = $1`;
    expect(await refusalOf(narrow, [rows.service])).toBe('instance_may_only_narrow');
  });

  it('knows portals of one level', async () => {
    const [a, b, c] = [instance({}), instance({}), instance({})];
    await rows.insert('service_instances', a, b, c);
    const behind = (portal: Row, sub_service: Row) =>
      refusalOfRows('portal_services', { portal: portal.service_id, sub_service: sub_service.service_id });
    expect(await behind(a, b)).toBeUndefined();
    expect(await behind(b, c)).toBe('portals_have_one_level');
    expect(await behind(c, c)).toBe('portal_is_not_behind_itself');
  });

  it('keeps sets and their members in order of version', async () => {
    expect(await refusalOf('update service_sets set version = 0 where set_id = $1', [rows.set])).toBe(
      'set_version_only_rises',
    );
    const end = 'update service_set_members set until_version = 2 where set_id = $1';
    expect(await refusalOf(end, [rows.set])).toBe('membership_within_the_version');
  });
});

describe('identifiers', () => {
  const alias = (columns: Row): Row => ({
    alias: Buffer.from(randomUUID().replaceAll('-', ''), 'hex'),
    key_id: 'k',
    party_id: rows.person,
    party_kind: 'person',
    scheme: 'bsn',
    ...columns,
  });
  const refused = async (columns: Row) => {
    try {
      await rows.insert('aliases', alias(columns));
      return undefined;
    } catch (error) {
      return (error as { constraint?: string }).constraint; // pg errors name their constraint.
    }
  };
  const firm = () => ({ party_id: rows.firm, party_kind: 'organisation' });

  it('never hold a BSN or pseudonym in clear', async () => {
    expect(await refused({ public_value: '999990019' })).toBe('only_public_numbers_in_clear');
    expect(await refused({ scheme: 'pseudonym', public_value: 'x', means_active: true })).toBe(
      'only_public_numbers_in_clear',
    );
  });

  it('fit the party, their form and each other', async () => {
    expect(await refused({ ...firm() })).toBe('scheme_fits_the_party');
    expect(await refused({ ...firm(), scheme: 'rsin', public_value: '123456789' })).toBe('public_number_has_its_form');
    expect(await refused({ ...firm(), scheme: 'kvk', public_value: '12345678' })).toBeUndefined();
    expect(await refused({ ...firm(), scheme: 'kvk', public_value: '87654321' })).toBe(
      'party_has_one_number_of_a_scheme',
    );
    expect(await refused({ scheme: 'pseudonym' })).toBe('only_means_are_active_or_not');
  });
});
