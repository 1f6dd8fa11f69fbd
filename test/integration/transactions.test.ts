import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSqlState, makePool, withTransaction } from '../../src/store/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const actedBy = { who: 'test', channel: 'test' };

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase({ empty: true });
  await database.pool.query(
    'create table counters (name text primary key, n integer); insert into counters values ($$a$$, 0), ($$b$$, 0)',
  );
});
afterAll(() => database.drop());

describe('withTransaction', () => {
  it('tries again after a deadlock, so that both of two that cross succeed', async () => {
    const meet = makeMeeting(2);
    const add = (first: string, second: string) => {
      let tries = 0;
      return withTransaction(database.pool, actedBy, async (client) => {
        tries++;
        await client.query('update counters set n = n + 1 where name = $1', [first]);
        if (tries === 1) await meet();
        await client.query('update counters set n = n + 1 where name = $1', [second]);
        return tries;
      });
    };
    const tries = await Promise.all([add('a', 'b'), add('b', 'a')]);
    expect(tries.sort()).toEqual([1, 2]);
    expect((await database.pool.query('select n from counters')).rows).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('undoes everything when it fails, and names the failure', async () => {
    const act = withTransaction(database.pool, actedBy, async (client) => {
      await client.query('update counters set n = 100');
      await client.query(`insert into counters values ('a', 1)`);
    });
    expect(isSqlState(await act.catch((error: unknown) => error), 'uniqueViolation')).toBe(true);
    expect((await database.pool.query('select max(n) as n from counters')).rows).toEqual([{ n: 2 }]);
  });

  it('says that all connections are busy, rather than that there is no database', async () => {
    const pool = makePool(database.url, { max: 1, onError: () => {} });
    pool.options.connectionTimeoutMillis = 50;
    await withTransaction(pool, actedBy, async () => {
      await expect(withTransaction(pool, actedBy, async () => 0)).rejects.toMatchObject({ code: 'overloaded' });
    });
    await pool.end();
  });

  it('says who acts, within the transaction only', async () => {
    const said = `select nullif(current_setting('machtig.acted_by', true), '')::jsonb as said`;
    const inside = await withTransaction(database.pool, actedBy, (client) => client.query(said));
    expect(inside.rows).toEqual([{ said: actedBy }]);
    expect((await database.pool.query(said)).rows).toEqual([{ said: null }]);
  });
});

/** Resolves for all when that many have come. */
function makeMeeting(size: number): () => Promise<void> {
  let come = 0;
  let open = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    come++;
    if (come === size) open();
    return all;
  };
}
