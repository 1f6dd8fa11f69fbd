import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAnchors, takeAnchor } from '../../src/administer/audit/anchor.ts';
import { type AuditProgress, verifyAudit } from '../../src/administer/audit/verify.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { makeRegisterRows, type RegisterRows } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;
const NOW = new Date('2026-06-01T12:00:00Z');

beforeEach(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
  for (let i = 0; i < 20; i++) await rows.insert('mandates', rows.mandate());
});
afterEach(() => database.drop());

/** As somebody with all rights over the database does it: past the triggers. */
const tamper = (sql: string) =>
  database.pool.query(`begin; set local session_replication_role = replica; ${sql}; commit`);
const verify = (options = {}) => verifyAudit(database.pool, { batch: 7, ...options });
const headOf = async () => (await takeAnchor(database.pool, NOW)).revision;

describe('verifying the audit chain', () => {
  it('finds a chain right, in pieces, and says how far it is', async () => {
    const head = await headOf();
    const told: AuditProgress[] = [];
    const audited = await verifyAudit(database.pool, { batch: 7 }, (progress) => told.push(progress));
    expect(audited).toEqual({ verified: head, head, anchors: 0 });
    expect(told.at(-1)).toEqual({ done: head, total: head });
    expect(told.length).toBe(Math.ceil(head / 7));
  });

  it.each([
    ['who acted', `acted_by = '{"who": "somebody else", "channel": "test"}'`],
    ['what was', `before = '{}'`],
    ['when', `at = at + interval '1 ms'`],
    ['what its facts were', 'facts_after = null'],
    ['its hash', `hash = sha256('x')`],
  ])('names the first change of which %s was altered', async (_what, columns) => {
    await tamper(`update changes set ${columns} where revision in (15, 20)`);
    const { fault, verified } = await verify();
    expect([fault, verified]).toEqual([{ revision: 15, fault: 'altered' }, 14]);
  });

  it('sees a change that was altered together with its own hash', async () => {
    await tamper(`update changes c set acted_by = '{"who": "x", "channel": "y"}' where revision = 15`);
    await tamper('update changes c set hash = change_hash(c) where revision = 15');
    expect((await verify()).fault).toEqual({ revision: 16, fault: 'does not follow the change before it' });
  });

  it('sees that a change is missing, and that the first ones are', async () => {
    await tamper('delete from changes where revision = 14');
    expect((await verify()).fault).toEqual({ revision: 14, fault: 'missing' });
    await tamper('delete from changes where revision < 5');
    expect((await verify()).fault).toEqual({ revision: 1, fault: 'missing' });
  });

  it('begins where it is told, at a change that follows the one before', async () => {
    await tamper(`update changes set acted_by = '{"who": "x", "channel": "y"}' where revision = 3`);
    const head = await headOf();
    expect(await verify({ from: 10 })).toEqual({ verified: head - 9, head, anchors: 0 });
    await tamper(`update changes set hash = sha256('x') where revision = 9`);
    expect((await verify({ from: 10 })).fault?.revision).toBe(10);
  });

  it('finds nothing wrong with a register that nobody has written yet', async () => {
    const empty = await cloneDatabase();
    try {
      expect(await verifyAudit(empty.pool)).toEqual({ verified: 0, head: 0, anchors: 0 });
      expect(await takeAnchor(empty.pool, NOW)).toMatchObject({ revision: 0 });
    } finally {
      await empty.drop();
    }
  });
});

describe('an anchor', () => {
  it('holds as long as the chain only grows', async () => {
    const anchors = [await takeAnchor(database.pool, NOW)];
    await rows.insert('mandates', rows.mandate());
    anchors.push(await takeAnchor(database.pool, NOW));
    expect(await verify({ anchors })).toMatchObject({ anchors: 2, verified: await headOf() });
    expect((await verify({ anchors })).fault).toBeUndefined();
  });

  it('shows that the end was cut off', async () => {
    const anchor = await takeAnchor(database.pool, NOW);
    await tamper(`delete from changes where revision > ${anchor.revision - 3}`);
    expect((await verify()).fault).toBeUndefined();
    expect((await verify({ anchors: [anchor] })).fault).toEqual({
      revision: anchor.revision,
      fault: `the chain ends at ${anchor.revision - 3}, but reached ${anchor.revision} on ${NOW.toISOString()}`,
    });
  });

  it('shows that the end was written anew, with hashes that fit', async () => {
    const anchor = await takeAnchor(database.pool, NOW);
    await tamper(`delete from changes where revision >= ${anchor.revision - 1}`);
    await rows.insert('mandates', rows.mandate());
    await rows.insert('mandates', rows.mandate());
    expect((await verify()).fault).toBeUndefined();
    expect((await verify({ anchors: [anchor] })).fault?.fault).toBe(
      `is another change than it was on ${NOW.toISOString()}`,
    );
  });

  it('is one line of a file, which is read back as it was written', async () => {
    const anchor = await takeAnchor(database.pool, NOW);
    expect(parseAnchors(`${JSON.stringify(anchor)}\n\n${JSON.stringify(anchor)}\n`)).toEqual([anchor, anchor]);
    expect(() => parseAnchors(`${JSON.stringify(anchor)}\nno anchor\n`)).toThrow(
      expect.objectContaining({ faults: [{ at: 'line 2', message: 'is no anchor' }] }),
    );
  });
});
