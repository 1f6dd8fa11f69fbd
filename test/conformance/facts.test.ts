import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Identifier, parseIdentifier } from '../../src/domain/identifier.ts';
import { importRegister } from '../../src/register/import.ts';
import { ownerId, registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { mandateFactRow } from '../../src/workbench/cases/register-writes.ts';
import type { Register } from '../oracle/register.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { TEST_KEYS } from '../support/decision-stack.ts';
import { loadCases } from './cases.ts';

const { storable } = loadCases();
const expected = registerFacts(registerFile.parse(storable));
let database: TestDatabase;
/** Ids that the register made up → those of the reading in tests. */
let ids: Map<string, string>;

beforeAll(async () => {
  database = await cloneDatabase();
  await importRegister(JSON.stringify(storable), { pool: database.pool, keys: TEST_KEYS });
  ids = await sameIds(expected);
});

afterAll(async () => {
  await database.drop();
});

async function sameIds(register: Register): Promise<Map<string, string>> {
  const aliases = await database.pool.query<{ alias: string; party_id: string }>(
    `select alias, facts->>'party_id' as party_id from alias_facts`,
  );
  const partyOf = new Map(aliases.rows.map(({ alias, party_id }) => [alias, party_id]));
  const parties = [...register.aliases].map(([urn, { party_id }]): [string, string] => [
    partyOf.get(TEST_KEYS.alias(identifier(urn))) ?? `no alias for ${urn}`,
    party_id,
  ]);
  const owners = await database.pool.query<{ owner_id: string; oin: string }>(
    'select owner_id, oin from service_owners',
  );
  return new Map([...parties, ...owners.rows.map(({ owner_id, oin }): [string, string] => [owner_id, ownerId(oin)])]);
}

function identifier(urn: string): Identifier {
  const parsed = parseIdentifier(urn);
  if (typeof parsed === 'string') throw new Error(`${urn}: ${parsed}`);
  return parsed;
}

async function view<Row extends object>(name: string): Promise<Row[]> {
  const { rows } = await database.pool.query(`select * from ${name}`);
  const text = JSON.stringify(rows).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? id);
  return JSON.parse(text) as Row[]; // Rows of that view.
}

function byKey<T>(items: T[], keyOf: (item: T) => string): Map<string, T> {
  return new Map(items.map((item): [string, T] => [keyOf(item), item]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

it('parties read the same from the register and from the file', async () => {
  const rows = await view<{ party_id: string; facts: object }>('party_facts');
  expect(byKey(rows, (row) => row.party_id)).toEqual(
    byKey(
      [...expected.parties].map(([party_id, facts]) => ({ party_id, facts })),
      (row) => row.party_id,
    ),
  );
});

it('services read the same from the register and from the file', async () => {
  const rows = await view<{ service_id: string; facts: object }>('service_facts');
  expect(byKey(rows, (row) => row.service_id)).toEqual(
    byKey(
      [...expected.services].map(([service_id, facts]) => ({ service_id, facts })),
      (row) => row.service_id,
    ),
  );
});

it('branches read the same from the register and from the file', async () => {
  const rows = await view<{ party_id: string; branch: string }>('branch_facts');
  expect(rows.map(({ party_id, branch }) => `${party_id} ${branch}`).sort()).toEqual([...expected.branches].sort());
});

it('mandates read the same from the register and from the file', async () => {
  const rows = await view<{ mandate_id: string; facts: object; status?: unknown }>('mandate_facts');
  const kept = new Set(rows.map(({ mandate_id }) => mandate_id));
  const wanted = expected.mandates
    .map((row) => mandateFactRow(row, expected))
    .filter((row) => kept.has(row.mandate_id));
  const facts = rows.map(({ mandate_id, facts }) => ({ mandate_id, facts }));
  expect(byKey(facts, (row) => row.mandate_id)).toEqual(
    byKey(
      wanted.map(({ mandate_id, facts }) => ({ mandate_id, facts })),
      (row) => row.mandate_id,
    ),
  );
  const gone = expected.mandates.filter(({ facts }) => !kept.has(facts.mandate_id)).map(({ facts }) => facts.status);
  expect([...new Set(gone)].sort()).toEqual(['lapsed', 'rejected', 'withdrawn']);
});
