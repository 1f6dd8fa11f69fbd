import { describe, expect, test } from 'vitest';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { changeWrites, type MandateRow, mandateWrites, touchedKey } from '../../src/mandates/writes.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [FIRM, PERSON, SERVICE, SET, OWNER] = [1, 2, 3, 4, 5].map(id) as [string, string, string, string, string];

function aRow(changes: Partial<MandateRow> = {}): MandateRow {
  return {
    mandate_id: id(10),
    represented: FIRM,
    delegate: PERSON,
    facts: {
      mandate_id: id(10),
      kind: 'employee',
      status: 'active',
      valid_from: 1,
      loa: 'eh3',
      operations: 'all',
      branches: 'all',
      cases: 'all',
      granted_at: 1,
    },
    service_uuids: [SERVICE],
    sets: [],
    owner_id: null,
    all_services: false,
    cases: null,
    second_link: false,
    ...changes,
  };
}

const scopesOf = (row: MandateRow) =>
  mandateWrites(row).map((write) => ('scope' in write && 'facts' in write ? [write.scope, write.facts.scope] : write));

describe('what a mandate writes', () => {
  test('is one entry for each part of its scope, which says by which part', () => {
    const row = aRow({ sets: [{ set: SET, version: 2 }], owner_id: OWNER });
    expect(scopesOf(row)).toEqual([
      [scopeKey.service(SERVICE), { by: 'service' }],
      [scopeKey.set(SET), { by: 'set', set: SET, version: 2 }],
      [scopeKey.owner(OWNER), { by: 'owner' }],
    ]);
    expect(scopesOf(aRow({ service_uuids: [], all_services: true }))).toEqual([['e', { by: 'everything' }]]);
  });

  test('is a link as well when its delegate can be a second link', () => {
    expect(mandateWrites(aRow({ second_link: true })).at(-1)).toEqual({
      put: 'link',
      actor: PERSON,
      organisation: FIRM,
      mandateId: id(10),
    });
  });

  test.each([
    ['the service itself', { service_uuid: SERVICE, sets: [SET] }, { by: 'service' }],
    ['a set', { service_uuid: id(99), sets: [SET], owner_id: OWNER }, { by: 'set', set: SET, version: 2 }],
    ['the owner', { service_uuid: id(99), sets: [], owner_id: OWNER }, { by: 'owner' }],
  ])('stands under its cases alone, covered by %s', (_name, known, scope) => {
    const cases = [{ service_id: 'urn:s', case: '1', ...known }];
    const row = aRow({ sets: [{ set: SET, version: 2 }], owner_id: OWNER, cases });
    expect(mandateWrites(row)).toMatchObject([
      { scope: scopeKey.case('urn:s', '1'), facts: { scope, cases: ['urn:s#1'] } },
    ]);
  });

  test('is nothing for a case of a service that no part of the scope covers, nor for no cases at all', () => {
    const cases = [{ service_id: 'urn:s', case: '1', service_uuid: id(99), sets: [], owner_id: id(98) }];
    expect(mandateWrites(aRow({ cases, owner_id: OWNER }))).toEqual([]);
    expect(mandateWrites(aRow({ cases: [] }))).toEqual([]);
  });
});

describe('what a change writes', () => {
  const change = (before: MandateRow | null, after: MandateRow | null) =>
    changeWrites({ entity: 'mandate', facts_before: before, facts_after: after });

  test('drops what went away and puts what there is', () => {
    const before = aRow({ second_link: true, sets: [{ set: SET, version: 1 }] });
    const after = aRow({ sets: [{ set: SET, version: 2 }], service_uuids: [] });
    expect(change(before, after)).toEqual([
      { drop: 'mandate', represented: FIRM, delegate: PERSON, scope: scopeKey.service(SERVICE), mandateId: id(10) },
      { drop: 'link', actor: PERSON, organisation: FIRM, mandateId: id(10) },
      ...mandateWrites(after),
    ]);
  });

  test('drops everything of a mandate that has no facts any more', () => {
    expect(change(aRow(), null)).toMatchObject([{ drop: 'mandate', mandateId: id(10) }]);
    expect(change(null, aRow())).toEqual(mandateWrites(aRow()));
  });

  test('drops a mandate under all its cases, whatever seems to cover them now', () => {
    const covered = { service_id: 'urn:s', case: '1', service_uuid: SERVICE, sets: [], owner_id: null };
    const uncovered = { service_id: 'urn:s', case: '2', service_uuid: id(99), sets: [], owner_id: id(98) };
    const gone = change(aRow({ cases: [covered, uncovered] }), null);
    expect(gone.map(touchedKey)).toEqual(
      ['1', '2'].map((one) => recordKey.mandates(FIRM, PERSON, scopeKey.case('urn:s', one))),
    );
    const shrunk = change(aRow({ cases: [covered, uncovered] }), aRow({ cases: [covered] }));
    expect(shrunk.map((write) => ('drop' in write ? 'drop' : 'put'))).toEqual(['drop', 'put']);
  });

  test('drops whatever left the register, but never a party', () => {
    const gone = (entity: string, facts_before: unknown) => changeWrites({ entity, facts_before, facts_after: null });
    expect(gone('alias', { alias: 'ab', facts: { party_id: FIRM } })).toEqual([{ drop: 'alias', hmac: 'ab' }]);
    expect(gone('branch', { party_id: FIRM, branch: '1' })).toEqual([{ drop: 'branch', party: FIRM, branch: '1' }]);
    expect(gone('definition', { service_uuid: SERVICE, instances: [] })).toEqual([
      { drop: 'definition', serviceUuid: SERVICE },
    ]);
    expect(gone('party', { party_id: FIRM, facts: { party_id: FIRM, kind: 'person', states: [] } })).toEqual([]);
  });

  test('is refused for a row that is none, and for an entity that is none', () => {
    expect(() => changeWrites({ entity: 'mandate', facts_before: null, facts_after: { mandate_id: 1 } })).toThrow();
    expect(() => changeWrites({ entity: 'other', facts_before: null, facts_after: null })).toThrow('other');
  });

  test('touches the record under which it is found', () => {
    expect(change(null, aRow({ second_link: true })).map(touchedKey)).toEqual([
      recordKey.mandates(FIRM, PERSON, scopeKey.service(SERVICE)),
      recordKey.links(PERSON),
    ]);
  });
});
