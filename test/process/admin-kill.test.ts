import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminProcess, startAdminProcess } from '../support/admin-process.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const FARM_TO_HAULIER = '3a000000-0000-4000-8000-000000000001';
const PER_BATCH = 250;
const idsOf = (batch: number) =>
  Array.from({ length: PER_BATCH }, (_, i) => `3b00000${batch}-0000-4000-8000-${String(i).padStart(12, '0')}`);

let database: TestDatabase;
let admin: AdminProcess;

beforeAll(async () => {
  database = await cloneDatabase({ empty: true });
  admin = await startAdminProcess(database.url, ({ mandates }) => {
    const pattern = mandates.find(({ id }) => id === FARM_TO_HAULIER);
    for (const batch of [1, 2, 3]) for (const id of idsOf(batch)) mandates.push({ ...pattern, id });
  });
});
afterAll(async () => {
  await admin?.end();
  await database?.drop();
});

const bulk = (ids: readonly string[]) => ({ body: { ids, reason: 'another haulier' } });

function revoke(ids: readonly string[], idempotencyKey: string) {
  const headers = { 'idempotency-key': idempotencyKey };
  return admin.call('willem@weide', 'POST', '/v1/mandates/_revoke', { ...bulk(ids), headers });
}

async function revokedOf(ids: readonly string[]): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    "select count(*)::integer as count from mandates where mandate_id = any ($1) and status = 'revoked'",
    [ids],
  );
  return rows[0]?.count ?? 0;
}

/** Starts it again and sends the same until there is an answer; what was under way may hold its locks a moment longer. */
async function repeat(ids: readonly string[], idempotencyKey: string) {
  await admin.restart();
  return eventually('it is done', async () => {
    const answer = await revoke(ids, idempotencyKey);
    return answer.status === 200 && answer;
  });
}

describe('kill -9 of admin during a bulk revocation', () => {
  it('leaves nothing when all was written and nothing committed; the same request then does it once', async () => {
    const ids = idsOf(1);
    const idempotencyKey = randomUUID();
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    // The last act of each writing transaction is to wait for its turn: here it waits until it is killed.
    await holder.query("select pg_advisory_lock(hashtextextended('machtig.changes', 0))");
    const asked = revoke(ids, idempotencyKey).catch(() => 'cut off');
    await eventually('all is written and waits', async () => {
      const { rowCount } = await database.pool.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory'",
      );
      return rowCount !== 0;
    });
    await admin.process.kill('SIGKILL');
    expect(await asked).toBe('cut off');
    await holder.end();
    expect(await revokedOf(ids)).toBe(0);
    const done = await repeat(ids, idempotencyKey);
    expect(done.body).toMatchObject({ revoked: PER_BATCH });
    expect(await revokedOf(ids)).toBe(PER_BATCH);
    expect((await revoke(ids, idempotencyKey)).body).toEqual(done.body);
  });

  it('loses no answer when it was committed and nobody heard: the same request is answered the same', async () => {
    const ids = idsOf(2);
    const idempotencyKey = randomUUID();
    const asked = revoke(ids, idempotencyKey).catch(() => 'cut off');
    await eventually('it is committed', async () => (await revokedOf(ids)) > 0);
    await admin.process.kill('SIGKILL');
    await asked;
    expect(await revokedOf(ids)).toBe(PER_BATCH);
    const before = await changesOf(ids);
    const { body } = await repeat(ids, idempotencyKey);
    expect(body).toMatchObject({ revoked: PER_BATCH });
    expect(await changesOf(ids)).toBe(before);
  });

  it('is all or nothing at whatever moment', async () => {
    const left = idsOf(3);
    for (const afterMs of [5, 20, 40, 80, 160]) {
      const ids = left.splice(0, PER_BATCH / 5);
      const idempotencyKey = randomUUID();
      const asked = revoke(ids, idempotencyKey).catch(() => 'cut off');
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await admin.process.kill('SIGKILL');
      await asked;
      await nobodyWrites();
      expect([0, ids.length]).toContain(await revokedOf(ids));
      const { body } = await repeat(ids, idempotencyKey);
      expect(body).toMatchObject({ revoked: ids.length });
      expect(await revokedOf(ids)).toBe(ids.length);
    }
  });
});

async function changesOf(ids: readonly string[]): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    'select count(*)::integer as count from changes where entity_id = any ($1)',
    [ids],
  );
  return rows[0]?.count ?? 0;
}

/** The server notices that a client is gone when it has something to tell it. */
async function nobodyWrites(): Promise<void> {
  await eventually('nobody writes', async () => {
    const { rowCount } = await database.pool.query(
      'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_xid is not null',
    );
    return rowCount === 0;
  });
}
