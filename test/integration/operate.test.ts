import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reactivateMandate, revokeMandate, suspendMandate } from '../../src/register/operate.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { makeRegisterRows, type RegisterRows, type Row } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;
beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
});
afterAll(() => database.drop());

async function added(columns: Row = {}): Promise<{ pool: TestDatabase['pool']; mandateId: string }> {
  const row = rows.mandate(columns);
  await rows.insert('mandates', row);
  return { pool: database.pool, mandateId: String(row.mandate_id) };
}

describe('the operator', () => {
  it('revokes, and is recorded with the reason', async () => {
    const mandate = await added();
    expect(await revokeMandate({ ...mandate, reason: 'vonnis 12' })).toMatchObject({
      status: 'revoked',
      changed: true,
    });
    const { rows: changes } = await database.pool.query(
      `select acted_by, after ->> 'status_cause' as cause from changes where entity_id = $1 order by revision desc limit 1`,
      [mandate.mandateId],
    );
    expect(changes).toEqual([
      { acted_by: { who: 'operator', channel: 'operator', reason: 'vonnis 12' }, cause: 'vonnis 12' },
    ]);
  });

  it('revokes with it what was passed on', async () => {
    const office = { kind: 'business', reach: null, delegate: rows.office, delegate_kind: 'organisation' };
    const parent = await added({ ...office, substitution: true });
    const onward = await added({ derived_from: parent.mandateId });
    expect(await revokeMandate(parent)).toMatchObject({ onward: [onward.mandateId] });
  });

  it('suspends and reactivates; the same again changes nothing', async () => {
    const mandate = await added();
    expect(await suspendMandate(mandate)).toMatchObject({ status: 'suspended', changed: true });
    expect(await suspendMandate(mandate)).toMatchObject({ changed: false });
    expect(await reactivateMandate(mandate)).toMatchObject({ status: 'active', changed: true });
  });

  it('cannot bring back what has ended, nor activate what was only asked for', async () => {
    const ended = await added({ status: 'revoked' });
    await expect(reactivateMandate(ended)).rejects.toMatchObject({ code: 'conflict' });
    await expect(suspendMandate(ended)).rejects.toMatchObject({ code: 'conflict' });
    await expect(reactivateMandate(await added({ status: 'requested' }))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is told when there is no such mandate', async () => {
    const unknown = { pool: database.pool, mandateId: randomUUID() };
    await expect(revokeMandate(unknown)).rejects.toMatchObject({ code: 'not_found' });
    await expect(revokeMandate({ ...unknown, mandateId: 'x' })).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
