import { setTimeout as sleep } from 'node:timers/promises';
import { to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession, type Session } from '../../src/mandates/sync/session.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
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

/** An address of its own: the port is the usual one. */
const ADDRESS = `127.${1 + (process.pid % 250)}.${(process.pid >> 8) % 250}.1`;

test('a server on the network waits for a reader that pauses', async () => {
  const server = await startEmbeddedPostgres({ settings: { listen_addresses: ADDRESS, fsync: 'off' } });
  try {
    const databaseUrl = `postgresql://postgres@${ADDRESS}/postgres`;
    const reading = await openSession({ databaseUrl, purpose: 'test', answerWithinMs: 0, unreadAtMostMs: 60_000 });
    const rows = "select repeat('x', 1000) from generate_series(1, 50000)";
    let bytes = 0;
    for await (const piece of reading.client.query(copyTo(`copy (${rows}) to stdout`))) {
      if (bytes === 0) await sleep(7000);
      bytes += (piece as Buffer).length;
    }
    expect(bytes).toBe(50_000 * 1001);
    await reading.close();
  } finally {
    await server.stop();
  }
}, 60_000);
