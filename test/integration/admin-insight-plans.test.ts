import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientsStatement, type ResolvedClientSearch } from '../../src/administer/insight/clients.ts';
import {
  countStatement,
  type MandateSearch,
  ORDERS,
  SIDES,
  searchStatement,
} from '../../src/administer/insight/search-sql.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { makeRegisterRows, type RegisterRows } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;
/** The share that 70,000 of one office have in a register of a million. */
const MANDATES = 10_000;
const ALL = 140_000;

beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
  const client = (i: string) => `('aaaaaaaa-0000-4000-8000-' || lpad((${i})::text, 12, '0'))::uuid`;
  const grant = (from: number, to: number, represented: string, delegate: string) => `
    insert into mandates (mandate_id, name, kind, represented, represented_kind, delegate, delegate_kind, status,
        services, all_operations, all_branches, all_cases, loa, valid_from, valid_until, granted_by, granted_at, channel, source)
      select gen_random_uuid(), 'machtiging ' || i, 'business', ${represented}, 'organisation', ${delegate}, 'organisation',
        case when i % 50 = 0 then 'revoked' else 'active' end, array['${rows.service}']::uuid[], true, true, true, 'eh3',
        '2026-01-01', timestamptz '2028-01-01' + i * interval '1 minute', '${rows.other}',
        timestamptz '2026-01-01' + i * interval '1 minute', 'digital', 'test'
      from generate_series(${from}, ${to}) as i`;
  await database.pool.query(`begin; set local session_replication_role = replica;
    insert into parties (party_id, kind, name)
      select ${client('i')}, 'organisation', 'klant ' || i from generate_series(1, ${ALL}) as i;
    ${grant(1, MANDATES, client('i'), `'${rows.office}'`)};
    ${grant(1, MANDATES, `'${rows.firm}'`, client('i'))};
    ${grant(2 * MANDATES, ALL - 1, client('i'), client('i + 1'))};
    commit`);
  await database.pool.query('vacuum analyze mandates, parties, mandate_uses');
}, 120_000);
afterAll(() => database.drop());

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}

async function planOf({ text, values }: { text: string; values: unknown[] }): Promise<Plan[]> {
  const { rows: found } = await database.pool.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
    `explain (format json) ${text}`,
    values,
  );
  const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
  return found.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan: top }) => flat(top)));
}

const NOW = '2026-06-01T12:00:00Z';
const CLIENT = 'aaaaaaaa-0000-4000-8000-000000000007';
const searchOf = (side: MandateSearch['side'], order: MandateSearch['order'], more: Partial<MandateSearch> = {}) => ({
  side,
  order,
  party: side === 'granted' ? rows.firm : rows.office,
  reference: NOW,
  ...more,
});

const service = () => ({ serviceUuid: rows.service, owners: [rows.owner], sets: [rows.set], since: [1] });

const FILTERS: [string, () => Partial<MandateSearch>][] = [
  ['nothing more', () => ({})],
  ['in force', () => ({ statuses: ['in_force'] })],
  ['suspended or requested', () => ({ statuses: ['suspended', 'requested'] })],
  ['a service', () => ({ service: service() })],
  ['a service, in force', () => ({ service: service(), statuses: ['in_force'] })],
  ['the other party', () => ({ other: CLIENT })],
  ['a set', () => ({ set: rows.set })],
  ['a branch', () => ({ branch: '000012345678' })],
  ['kind and level', () => ({ kinds: ['business'], loas: ['eh3'] })],
  ['unused', () => ({ unusedSince: NOW })],
  ['a part of a name', () => ({ text: 'klant 12' })],
  ['ends before', () => ({ endsBefore: '2028-01-02T00:00:00Z' })],
  ['valid at', () => ({ validAt: NOW })],
];

describe('the clients of an office', () => {
  const asked = { party: '', now: new Date(NOW), service: undefined };
  it.each<[string, () => Partial<ResolvedClientSearch>]>([
    ['all', () => ({})],
    ['a part of a name', () => ({ text: 'klant 12' })],
    ['with requests that wait', () => ({ with: 'requested' })],
    ['for a service', () => ({ service: service() })],
    ['a later page', () => ({ after: ['klant 5', CLIENT] as const })],
  ])('are never read by scanning all mandates: %s', async (_name, more) => {
    const plan = await planOf(clientsStatement({ ...asked, party: rows.office, ...more() }, 51));
    expect(
      plan.filter((node) => node['Node Type'].includes('Seq Scan')).map((node) => node['Relation Name']),
    ).not.toContain('mandates');
  });
});

describe.each(SIDES)('what was %s', (side) => {
  it.each(ORDERS)('by %s reads the first page from the index of that order, and no more', async (order) => {
    const plan = await planOf(searchStatement(searchOf(side, order), undefined, 51));
    const suffix = { newest: 'age', ends: 'end', name: 'name' }[order];
    expect(plan.map((node) => node['Index Name'] ?? node['Node Type'])).toEqual([
      'Limit',
      `mandates_${side}_by_${suffix}`,
    ]);
  });

  it.each(ORDERS)('by %s goes on from where a page ended', async (order) => {
    const key = order === 'name' ? 'machtiging 5' : '2028-01-03T00:00:00Z';
    const plan = await planOf(searchStatement(searchOf(side, order), [key, CLIENT], 51));
    expect(plan.map((node) => node['Node Type'].replace(' Only', ''))).toEqual(['Limit', 'Index Scan']);
  });

  describe.each(ORDERS)('by %s', (order) => {
    it.each(FILTERS)('is never read by scanning all mandates: %s', async (_name, filter) => {
      for (const after of [undefined, [order === 'name' ? 'machtiging 5' : NOW, CLIENT] as const]) {
        const plan = await planOf(searchStatement(searchOf(side, order, filter()), after, 51));
        expect(
          plan.filter((node) => node['Node Type'].includes('Seq Scan')).map((node) => node['Relation Name']),
        ).not.toContain('mandates');
      }
    });
  });

  it('is counted no further than it pays', async () => {
    const { text, values } = countStatement(searchOf(side, 'newest'), 1001);
    const { rows: found } = await database.pool.query<{ count: number }>(text, values);
    expect(found[0]?.count).toBe(1001);
  });
});
