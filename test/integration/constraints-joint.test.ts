import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { makeRegisterRows, type RegisterRows, type Row } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;

beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
});
afterAll(() => database.drop());

const signatory = { kind: 'statutory', ground: 'signatory', reach: null, granted_by: null };

async function added(columns: Row): Promise<string> {
  const row = rows.mandate(columns);
  await rows.insert('mandates', row);
  return String(row.mandate_id);
}

/** Two signatories who may only act together. */
async function pair(): Promise<[string, string]> {
  const one = await added({ ...signatory, joint_required: 2, joint_with: `{${rows.other}}` });
  const two = await added({ ...signatory, delegate: rows.other, joint_required: 2, joint_with: `{${rows.person}}` });
  return [one, two];
}

const become = (id: string, status: string) =>
  rows.act((client) => client.query('update mandates set status = $2 where mandate_id = $1', [id, status]));

async function stands(id: string): Promise<Row> {
  const { rows: found } = await database.pool.query('select status, status_cause from mandates where mandate_id = $1', [
    id,
  ]);
  return found[0];
}

describe('when the authority of a co-holder stops', () => {
  it.each(['revoked', 'suspended'])(
    '%s: those whom he acted with are suspended, and it is recorded',
    async (status) => {
      const [one, two] = await pair();
      await become(one, status);
      expect(await stands(two)).toEqual({ status: 'suspended', status_cause: `joint holder of ${one} ${status}` });
      const { rows: changes } = await database.pool.query(
        `select facts_after -> 'facts' ->> 'status' as status, transaction_id = lag(transaction_id) over (order by revision)
         as together from changes where entity_id = any ($1) order by revision desc limit 2`,
        [[one, two]],
      );
      expect(changes.map((change) => change.status).sort()).toEqual([status, 'suspended'].sort());
      expect(changes[0]).toMatchObject({ together: true });
    },
  );

  it('also when he was sole signatory, as far as others count on him', async () => {
    const sole = await added(signatory);
    const counting = await added({ delegate: rows.other, joint_required: 2, joint_with: `{${rows.person}}` });
    const alone = await added({ delegate: rows.other });
    await become(sole, 'revoked');
    expect(await stands(counting)).toMatchObject({ status: 'suspended' });
    expect(await stands(alone)).toMatchObject({ status: 'active' });
  });

  it('others for another represented stay as they are, and so do those after an ordinary mandate', async () => {
    const [, two] = await pair();
    const elsewhere = { represented: rows.office, joint_required: 2, joint_with: `{${rows.other}}` };
    const other = await added(elsewhere);
    await become(await added({}), 'revoked');
    expect(await stands(two)).toMatchObject({ status: 'active' });
    await become(two, 'revoked');
    expect(await stands(other)).toMatchObject({ status: 'active' });
  });

  it('they can be taken up again without him', async () => {
    const [one, two] = await pair();
    const third = randomUUID();
    await rows.insert('parties', { party_id: third, kind: 'person', name: 'Derde' });
    await become(one, 'revoked');
    await rows.act((client) =>
      client.query(`update mandates set joint_with = $2, status = 'active' where mandate_id = $1`, [two, [third]]),
    );
    expect(await stands(two)).toMatchObject({ status: 'active' });
  });
});
