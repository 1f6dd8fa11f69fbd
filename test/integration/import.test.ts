import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { registerJsonSchema } from '../../src/register/file.ts';
import { importRegister, importRegisterFile } from '../../src/register/import.ts';
import { revokeMandate, suspendMandate } from '../../src/register/operate.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { makePool } from '../../src/store/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const keys = makeKeys({ hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'k1', sealKey: Buffer.alloc(32, 2) });

const SERVICE = '5e000000-0000-4000-8000-000000000001';
const first = '3a000000-0000-4000-8000-000000000001';
const second = '3a000000-0000-4000-8000-000000000002';

const mandate = (id: string, more = '') => `
  - id: ${id}
    name: eerste
    kind: employee
    represented: bakker
    delegate: anna
    services: [${SERVICE}]
    operations: all
    branches: all
    cases: all
    loa: eh3
    valid_from: 2026-01-01
    valid_until: 2030-12-31
    granted_by: anna${more}`;

const file = (mandates: string, more = '') => `source: proef
service_owners: [{oin: "00000003000000000001", name: Dienst}]
services:
  - uuid: ${SERVICE}
    name: Melden
    description: Iets melden
    consequence: Het is gemeld
    loa: eh3
    kinds: [employee]
    domain: general
    chains: true
    branches: true
    follow_up: delegate
    instances: [{service_id: "urn:dienst:1", owner: "00000003000000000001"}]
parties:
  - key: bakker
    kind: organisation
    name: Bakker
    identifiers: [urn:nl:kvk:90000001]
    branches: [{number: "000012345678"}]${more}
  - key: anna
    kind: person
    name: Anna
    identifiers: [urn:nl:bsn:999990019]
    means: [{id: "urn:etoegang:pseudonym:anna"}]
mandates:${mandates}
`;

async function faultsOf(act: Promise<unknown>): Promise<string[]> {
  try {
    await act;
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.faults.map(({ at, message }) => `${at}: ${message}`);
  }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

const load = (text: string, replaceSource = false) =>
  importRegister(text, { pool: database.pool, keys, replaceSource });
const statusOf = async (id: string) =>
  (await database.pool.query('select status, status_cause from mandates where mandate_id = $1', [id])).rows[0];
const lastRevision = async () => (await database.pool.query('select max(revision) as n from changes')).rows[0]?.n;

describe('import', () => {
  it('loads a file, and the same file again changes nothing', async () => {
    const imported = await load(file(mandate(first) + mandate(second)));
    expect(imported.mandates).toEqual({ added: 2, changed: 0, unchanged: 0, ended: 0 });
    const before = await lastRevision();
    expect((await load(file(mandate(first) + mandate(second)))).mandates).toMatchObject({ unchanged: 2 });
    expect(await lastRevision()).toBe(before);
  });

  it('keeps personal numbers sealed and public ones in clear', async () => {
    const { rows } = await database.pool.query<{ scheme: string; public_value: string; alias: string; sealed: Buffer }>(
      `select scheme, public_value, encode(alias, 'hex') as alias, sealed from aliases order by scheme`,
    );
    expect(rows.map(({ scheme, public_value }) => [scheme, public_value])).toEqual([
      ['bsn', null],
      ['kvk', '90000001'],
      ['pseudonym', null],
    ]);
    expect(keys.unseal(rows[0]?.sealed ?? Buffer.alloc(0), rows[0]?.alias ?? '')).toBe('urn:nl:bsn:999990019');
    const { rows: texts } = await database.pool.query(`select from changes where changes::text like '%999990019%'`);
    expect(texts).toEqual([]);
  });

  it('changes a mandate, and ends with --replace-source what the file no longer names', async () => {
    const changed = await load(file(mandate(first, '\n    reads_messages: true')), true);
    expect(changed.mandates).toEqual({ added: 0, changed: 1, unchanged: 0, ended: 1 });
    expect(await statusOf(second)).toEqual({ status: 'revoked', status_cause: 'no longer in source proef' });
  });

  it('never brings an ended mandate back, nor lifts a suspension', async () => {
    await suspendMandate({ pool: database.pool, mandateId: first });
    await load(file(mandate(first) + mandate(second)));
    expect(await statusOf(first)).toMatchObject({ status: 'suspended' });
    expect(await statusOf(second)).toMatchObject({ status: 'revoked' });
    await revokeMandate({ pool: database.pool, mandateId: first });
    await load(file(mandate(first)));
    expect(await statusOf(first)).toMatchObject({ status: 'revoked' });
  });

  it('refuses another key', async () => {
    const other = makeKeys({ hmacKey: Buffer.alloc(32, 9), hmacKeyId: 'k1' });
    await expect(importRegister(file(mandate(first)), { pool: database.pool, keys: other })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('refuses a mandate that belongs to another source', async () => {
    const text = file(mandate(first)).replace('source: proef', 'source: ander');
    expect(await faultsOf(load(text))).toEqual(['27:5 /mandates/0/id: is a mandate of source proef, not of ander']);
  });
});

describe('all faults at once, each with its place', () => {
  it('of form', async () => {
    const text = file(mandate('x', '\n    wrong: 1').replace('2026-01-01', '2026-02-30')).replace(
      'loa: eh3',
      'loa: eh1',
    );
    const faults = await faultsOf(load(text));
    expect(faults).toEqual([
      '8:5 /services/0/loa: must be one of eh2, eh2plus, eh3, eh4',
      expect.stringMatching(/^27:5 \/mandates\/0\/id: must be a lower-case UUID/),
      expect.stringMatching(/^37:5 \/mandates\/0\/valid_from: is no day/),
      expect.stringMatching(/^40:5 \/mandates\/0\/wrong: is not a known key/),
    ]);
  });

  it.each(['0000-01-01', '2026-01-01T24:00Z', '2026-01-01T12:60Z', '2026-01-01T12:00+16:00'])(
    'a moment that is none: %s',
    async (moment) => {
      const faults = await faultsOf(load(file(mandate(first)).replace('2026-01-01', moment)));
      expect(faults).toEqual([expect.stringMatching(/^37:5 \/mandates\/0\/valid_from: (is no day|must be YYYY)/)]);
    },
  );

  it.each(['"pro\\0ef"', '"pro\\ud800ef"'])('a text that cannot be kept: %s', async (source) => {
    const faults = await faultsOf(load(file(mandate(first)).replace('source: proef', `source: ${source}`)));
    expect(faults).toEqual(['1:1 /source: must not hold NUL or half of a surrogate pair']);
  });

  it('of form, in every part of the file, in its order and in plain words', async () => {
    const text = `source: 1
sets: [{id: ${SERVICE}, name: S, version: "1", members: [{service: ${SERVICE}, since: 0}], x: 1}]
services: [{uuid: X, kinds: [employee, other], y: 1, instances: [{service_id: "a b", z: 1}]}]
parties: [{key: a, nam: q, kind: firm, name: " ", branches: [{number: 000012345678}]}]
mandates:
  - {id: ${first}, name: M, kind: employee, represented: a, delegate: a, loa: eh3, valid_from: 2026-01-01,
     operations: [], branches: some, joint: {required: 1.5, with: []}, survivor: ja}
`;
    const faults = await faultsOf(load(text));
    expect(faults.map((fault) => fault.replace(/^\S+ /, ''))).toEqual([
      '/source: must be text: put it in quotes',
      '/sets/0/owner: is missing',
      '/sets/0/version: must be a number',
      '/sets/0/members/0/since: must be at least 1',
      '/sets/0/x: is not a known key',
      ...['name', 'description', 'consequence'].map((name) => `/services/0/${name}: is missing`),
      '/services/0/loa: is missing: one of eh2, eh2plus, eh3, eh4',
      '/services/0/domain: is missing: one of assets, personal_care, general',
      '/services/0/chains: is missing',
      '/services/0/branches: is missing',
      '/services/0/follow_up: is missing: one of delegate, represented, both',
      '/services/0/uuid: must be a lower-case UUID',
      '/services/0/kinds/1: must be one of employee, business, voluntary, statutory, appointed',
      '/services/0/y: is not a known key',
      '/services/0/instances/0/owner: is missing',
      '/services/0/instances/0/service_id: must be a ServiceID without spaces or #',
      '/services/0/instances/0/z: is not a known key',
      '/parties/0/nam: is not a known key',
      '/parties/0/kind: must be one of organisation, person',
      '/parties/0/name: must not be empty',
      '/parties/0/branches/0/number: must be text: put it in quotes',
      '/mandates/0/cases: is missing: "all" or a list',
      '/mandates/0/operations: must not be empty',
      '/mandates/0/branches: must be "all" or a list',
      '/mandates/0/joint/required: must be a whole number',
      '/mandates/0/joint/with: must not be empty',
      '/mandates/0/survivor: must be true or false',
    ]);
  });

  it('of names, doubles and identifiers', async () => {
    const text = file(mandate(first).replace('represented: bakker', 'represented: slager') + mandate(first))
      .replace('bsn:999990019', 'bsn:999990018')
      .replace('  - key: anna', '  - key: bakker\n    kind: organisation\n    name: X\n  - key: anna');
    expect((await faultsOf(load(text))).join('\n')).toMatch(/elfproef/);
    const right = text.replace('bsn:999990018', 'bsn:999990019');
    const faults = await faultsOf(load(right));
    expect(faults.map((fault) => fault.replace(/^\S+ /, ''))).toEqual([
      '/parties/1/key: stands more than once: each key may stand once',
      '/parties/1: needs at least one identifier or means',
      '/mandates/0/represented: names a party that is not in this file',
      '/mandates/1/id: stands more than once: each mandate id may stand once',
    ]);
  });

  it('of what the register itself refuses, and nothing is written', async () => {
    const third = '3a000000-0000-4000-8000-000000000003';
    const fourth = '3a000000-0000-4000-8000-000000000004';
    const before = await lastRevision();
    const text = file(
      mandate(third).replace('2030-12-31', '2031-01-02') +
        mandate(fourth).replace(SERVICE, '5e000000-0000-4000-8000-000000000099') +
        mandate('3a000000-0000-4000-8000-000000000005'),
    );
    expect(await faultsOf(load(text))).toEqual([
      '27:5 /mandates/0: the register refuses it: lasts five years at most',
      `40:5 /mandates/1: mandate ${fourth} names service 5e000000-0000-4000-8000-000000000099, which does not exist`,
    ]);
    expect(await lastRevision()).toBe(before);
  });

  it('of YAML', async () => {
    expect(await faultsOf(load('source: [1'))).toEqual([expect.stringMatching(/^1:/)]);
    expect(await faultsOf(load('source: a\nsets: *none'))).toEqual([expect.stringMatching(/^2:7: Unresolved alias/)]);
    const tenfold = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(of).join(', ')}]`;
    const bomb = [tenfold('a', '1'), tenfold('b', '*a'), tenfold('c', '*b'), tenfold('d', '*c')];
    expect(await faultsOf(load(bomb.join('\n')))).toEqual([expect.stringMatching(/Excessive alias count/)]);
  });
});

describe('what cannot be imported at all', () => {
  const from = (path: string) => importRegisterFile(path, { pool: database.pool, keys });

  it.each([
    ['/nowhere/register.yaml', 'the register file /nowhere/register.yaml does not exist'],
    ['/', 'the register file / is a directory'],
  ])('says so of %s', async (path, message) => {
    await expect(from(path)).rejects.toMatchObject({ code: 'invalid_request', message });
  });

  it('says of an empty database what to do', async () => {
    const empty = await cloneDatabase({ empty: true });
    const act = importRegister(file(mandate(first)), { pool: empty.pool, keys });
    await expect(act).rejects.toMatchObject({
      code: 'not_ready',
      message: 'the database holds no register, or an older one: run machtig migrate first',
    });
    await empty.drop();
  });

  it('names a PostgreSQL that does not answer, without its credentials', async () => {
    const pool = makePool('postgresql://user:geheim@127.0.0.1:1/register', { onError: () => {} });
    const refused = await importRegister(file(mandate(first)), { pool, keys }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^PostgreSQL at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/),
    });
    expect(String(refused)).not.toContain('geheim');
    await pool.end();
  });
});

describe('the register file', () => {
  it('may be JSON', async () => {
    const text = JSON.stringify({ source: 'json', parties: [{ key: 'a', kind: 'person', name: 'A', wrong: 1 }] });
    expect(await faultsOf(load(text))).toEqual(['1:67 /parties/0/wrong: is not a known key']);
  });

  it('of the examples loads whole', async () => {
    const own = await cloneDatabase();
    const text = readFileSync(new URL('../../examples/register.yaml', import.meta.url), 'utf8');
    const stages = new Set<string>();
    const onProgress = ({ stage }: { stage: string }) => stages.add(stage);
    const { mandates } = await importRegister(text, { pool: own.pool, keys, onProgress });
    expect(mandates.added).toBeGreaterThan(30);
    expect([...stages]).toEqual(['parties', 'mandates']);
    await own.drop();
  });

  it('is published as JSON Schema (written by UPDATE_SCHEMAS=1)', async () => {
    const published = new URL('../../schemas/register.json', import.meta.url);
    if (process.env.UPDATE_SCHEMAS !== undefined) {
      const { writeFileSync } = await import('node:fs');
      writeFileSync(published, registerJsonSchema());
    }
    expect(readFileSync(published, 'utf8')).toBe(registerJsonSchema());
  });
});
