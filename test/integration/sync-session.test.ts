import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession, type Session } from '../../src/mandates/sync/session.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const ANSWER_WITHIN_MS = 200;

let database: TestDatabase;
let session: Session;
beforeAll(async () => {
  database = await cloneDatabase();
  session = await openSession({ databaseUrl: database.url, purpose: 'test', answerWithinMs: ANSWER_WITHIN_MS });
});
afterAll(async () => {
  await session?.close();
  await database?.drop();
});

/** As a process to which the machine gives no time. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a process that stood still finds the answer that came meanwhile', async () => {
  const answer = session.query<{ one: number }>('select 1 as one');
  standStill(2 * ANSWER_WITHIN_MS);
  expect(await answer).toEqual([{ one: 1 }]);
  expect(session.lost.aborted).toBe(false);
});

test('a server that does not answer is given up', async () => {
  await expect(session.query('select pg_sleep(30)')).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(session.lost.aborted).toBe(true);
});
