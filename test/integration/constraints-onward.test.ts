import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { makeRegisterRows, type RegisterRows, type Row, ruleAgainst } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;
const [third, fourth, provider, shared] = Array.from({ length: 4 }, () => randomUUID());

beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
  for (const party_id of [third, fourth])
    await rows.insert('parties', { party_id, kind: 'person', name: 'Medebeslisser' });
  await rows.insert('service_owners', { owner_id: provider, oin: '00000003000000000009', name: 'Ander' });
  await rows.act((client) =>
    client.query(
      `insert into services select (jsonb_populate_record(s, jsonb_build_object('service_uuid', $1::text))).*
       from services s where service_uuid = $2`,
      [shared, rows.service],
    ),
  );
  const at = (owner_id: string | undefined): Row => ({ service_id: `urn:${owner_id}`, service_uuid: shared, owner_id });
  await rows.insert('service_instances', at(rows.owner), at(provider));
});
afterAll(() => database.drop());

/** firm → person, employee, own affairs, passable. */
async function parent(columns: Row = {}): Promise<string> {
  const row = rows.mandate({ substitution: true, ...columns });
  await rows.insert('mandates', row);
  return String(row.mandate_id);
}

/** What the register says to a mandate passed on from it by the person to another. */
const passOn = (derived_from: string, columns: Row): Promise<string | undefined> =>
  ruleAgainst(rows.insert('mandates', rows.mandate({ delegate: rows.other, derived_from, ...columns })));

const joint = (joint_required: number, ...holders: (string | undefined)[]): Row => ({
  joint_required,
  joint_with: `{${holders.join()}}`,
});
const toOffice = (): Row => ({ kind: 'business', reach: null, delegate: rows.office, delegate_kind: 'organisation' });
const byLaw = { kind: 'statutory', ground: 'owner', reach: null };
const appointed = { kind: 'appointed', reach: null };

describe('an onward mandate is refused when it', () => {
  const cases: Record<string, [parent: () => Row, child: () => Row]> = {
    'reaches clients as well': [() => ({}), () => ({ reach: 'both' })],
    'reaches clients instead': [() => ({}), () => ({ reach: 'clients' })],
    'reaches own affairs instead of clients': [() => ({ reach: 'clients' }), () => ({ reach: 'own' })],
    'reaches own affairs by its kind': [() => ({ reach: 'clients' }), toOffice],
    'reaches clients and its parent is of no employee': [toOffice, () => ({ reach: 'clients' })],
    'is statutory': [() => ({}), () => byLaw],
    'is appointed and its parent is not': [() => ({}), () => appointed],
    'stands alone and its parent does not': [() => joint(2, third), () => ({})],
    'goes to an organisation, which cannot act jointly': [() => joint(2, third), toOffice],
    'asks fewer holders': [() => joint(3, third, fourth), () => joint(2, third, fourth)],
    'lets others take the place of co-holders': [() => joint(2, third), () => joint(2, third, fourth)],
    'has other co-holders': [() => joint(2, third), () => joint(2, fourth)],
    'outlives the represented': [() => appointed, () => ({ ...appointed, survivor: true })],
    'is granted under an authority of its own': [() => ({}), () => ({ granted_under: 'bankruptcy_curator' })],
    'reads messages': [() => ({}), () => ({ reads_messages: true })],
    'has its messages sent elsewhere': [() => ({}), () => ({ follow_up: 'delegate' })],
    'covers what another owner provides too': [
      () => ({ services: '{}', owner_id: rows.owner }),
      () => ({ services: `{${shared}}` }),
    ],
    'covers a later version of the set': [
      () => ({ services: '{}', sets: [{ set: rows.set, version: 1 }] }),
      () => ({ services: '{}', sets: [{ set: rows.set, version: 2 }] }),
    ],
  };
  it.each(Object.entries(cases))('%s', async (_, [top, child]) => {
    await rows.act((client) => client.query('update service_sets set version = 2 where set_id = $1', [rows.set]));
    const derived = await parent(asColumns(top()));
    expect(await passOn(derived, asColumns(child()))).toBe('derived_fits_its_parent');
  });
});

describe('an onward mandate may have', () => {
  const cases: Record<string, [parent: () => Row, child: () => Row]> = {
    'own affairs of both': [() => ({ reach: 'both' }), () => ({ reach: 'own' })],
    'clients of both': [() => ({ reach: 'both' }), () => ({ reach: 'clients' })],
    'clients, by an owner': [() => ({ ...byLaw, granted_by: null }), () => ({ reach: 'clients' })],
    'the same co-holders': [() => joint(2, third), () => joint(2, third)],
    'others besides, when as many more must act': [() => joint(2, third), () => joint(3, third, fourth)],
    'joint authority of its own': [() => ({}), () => joint(2, third)],
    'its messages sent to the represented': [() => ({}), () => ({ follow_up: 'represented' })],
    'the services of the owner': [() => ({ services: '{}', owner_id: rows.owner }), () => ({})],
    'a lower level': [() => ({}), () => ({ loa: 'eh2plus' })],
  };
  it.each(Object.entries(cases))('%s', async (_, [top, child]) => {
    expect(await passOn(await parent(top()), child())).toBeUndefined();
  });
});

describe('a mandate that was passed on', () => {
  it('does not let its parent become joint', async () => {
    const top = await parent();
    expect(await passOn(top, {})).toBeUndefined();
    const change = `update mandates set joint_required = 2, joint_with = $2 where mandate_id = $1`;
    const rule = await ruleAgainst(rows.act((client) => client.query(change, [top, [third]])));
    expect(rule).toBe('derived_fits_its_parent');
  });

  it('never keeps its parent from being suspended, whatever became of the catalogue', async () => {
    const top = await parent({ services: '{}', owner_id: rows.owner });
    expect(await passOn(top, {})).toBeUndefined();
    await rows.insert('service_instances', {
      service_id: 'urn:elsewhere',
      service_uuid: rows.service,
      owner_id: provider,
    });
    const suspend = `update mandates set status = 'suspended' where mandate_id = $1`;
    expect(await ruleAgainst(rows.act((client) => client.query(suspend, [top])))).toBeUndefined();
  });
});

function asColumns({ sets, ...row }: Row): Row {
  return sets === undefined ? row : { ...row, sets: JSON.stringify(sets) };
}
