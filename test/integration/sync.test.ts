import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { verify } from '../../src/mandates/sync/digest.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import {
  act,
  fillRegister,
  firm,
  highestRevision,
  mandate,
  person,
  revoke,
  SERVICE,
} from '../support/small-register.ts';
import { startSync } from '../support/sync-run.ts';

let database: TestDatabase;
let lifecycle: ReturnType<typeof makeLifecycle>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
});
afterEach(() => lifecycle.close());

function sync(store = makeMemoryStore()) {
  const run = startSync({ databaseUrl: database.url, projection: store.projection });
  lifecycle.onClose('sync', run.stop);
  return { store, run };
}

async function statusOf(store: ReturnType<typeof makeMemoryStore>, i: number): Promise<string | undefined> {
  const [found] = await store.lookups.read([recordKey.mandates(firm(i), person(i), scopeKey.service(SERVICE))]);
  return Array.isArray(found) ? JSON.parse(JSON.stringify(found))[0]?.status : undefined;
}

test('projects what the register holds, then what changes', async () => {
  await fillRegister(database.pool, 1, 20);
  const { store, run } = sync();
  await eventually('the projection stands', () => store.projection.state());
  expect(await statusOf(store, 20)).toBe('active');

  await revoke(database.pool, 20);
  await eventually('the revocation is projected', async () => (await statusOf(store, 20)) === 'revoked');
  await fillRegister(database.pool, 21, 22);
  await eventually('the new mandate is projected', () => statusOf(store, 22));
  expect(run.events.filter((event) => event.startsWith('rebuild'))).toEqual(['rebuild: there is no projection']);
  expect((await store.projection.state())?.revision.n).toBe(await highestRevision(database.pool));
});

test('a commit out of order is not skipped, and a long transaction delays nobody', async () => {
  await fillRegister(database.pool, 1, 3);
  const { store } = sync();
  await eventually('the projection stands', () => store.projection.state());

  const [older, unrelated] = [await database.pool.connect(), await database.pool.connect()];
  await unrelated.query('begin; select pg_current_xact_id()');
  await older.query(`begin; select set_config('machtig.acted_by', '{"who": "test", "channel": "operator"}', true)`);
  await older.query(`update mandates set status = 'suspended' where mandate_id = $1`, [mandate(1)]);
  await revoke(database.pool, 2);
  await eventually('the later transaction is projected', async () => (await statusOf(store, 2)) === 'revoked');
  expect(await statusOf(store, 1)).toBe('active');
  await older.query('commit');
  await eventually('the older transaction is projected', async () => (await statusOf(store, 1)) === 'suspended');
  await unrelated.query('rollback');
  older.release();
  unrelated.release();
});

test('a notification wakes it, and losing them loses nothing', async () => {
  await fillRegister(database.pool, 1, 3);
  const store = makeMemoryStore();
  const run = startSync({ databaseUrl: database.url, projection: store.projection, pollMs: 3_600_000 });
  lifecycle.onClose('sync', run.stop);
  await eventually('the projection stands', () => store.projection.state());
  await revoke(database.pool, 1);
  await eventually('it is projected without a poll', async () => (await statusOf(store, 1)) === 'revoked');
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'machtig sync: hints' and datname = current_database()`,
  );
  await revoke(database.pool, 2);
  await eventually('it looks again when it listens again', async () => (await statusOf(store, 2)) === 'revoked');
});

test('one leads, the other takes over when it stops', async () => {
  await fillRegister(database.pool, 1, 3);
  const store = makeMemoryStore();
  const first = sync(store).run;
  await eventually('the projection stands', () => store.projection.state());
  const second = sync(store).run;
  await eventually('the second stands by', () => second.events.includes('standby'));
  expect(second.events).not.toContain('leader');
  await first.stop();
  await eventually('the second leads', () => second.events.includes('leader'));
  await revoke(database.pool, 1);
  await eventually('it projects', async () => (await statusOf(store, 1)) === 'revoked');
  expect(second.events.some((event) => event.startsWith('rebuild'))).toBe(false);
});

test('a raised epoch rebuilds the projection', async () => {
  await fillRegister(database.pool, 1, 3);
  const { store, run } = sync();
  await eventually('the projection stands', () => store.projection.state());
  await database.pool.query('update register set epoch = epoch + 1');
  await eventually('the new epoch is projected', async () => (await store.projection.state())?.revision.epoch === 2);
  expect(run.events).toContain('rebuild: the register has begun a new epoch');
});

test('a register that was restored elsewhere begins a new epoch', async () => {
  await fillRegister(database.pool, 1, 3);
  const { store, run } = sync();
  await eventually('the projection stands', () => store.projection.state());
  await run.stop();
  await database.pool.query(`update register set system_identifier = 'the one in the backup'`);
  const second = sync(store);
  await eventually('the new epoch is projected', async () => (await store.projection.state())?.revision.epoch === 2);
  expect(second.run.events).toContain('rebuild: the register has moved to another Postgres or timeline');
});

test('a register that went back in time begins a new epoch', async () => {
  await fillRegister(database.pool, 1, 3);
  const { store, run } = sync();
  await eventually('the projection stands', () => store.projection.state());
  await run.stop();
  await act(database.pool, async (client) => {
    await client.query('alter table changes disable trigger all');
    await client.query('delete from changes where revision = (select max(revision) from changes)');
    await client.query('alter table changes enable trigger all');
  });
  const second = sync(store);
  await eventually('the new epoch is projected', async () => (await store.projection.state())?.revision.epoch === 2);
  expect(second.run.events).toContain('rebuild: the projection is ahead of the register');
});

test('a register with another history begins a new epoch', async () => {
  await fillRegister(database.pool, 1, 3);
  const { store, run } = sync();
  await eventually('the projection stands', () => store.projection.state());
  await run.stop();
  await act(database.pool, async (client) => {
    await client.query('alter table changes disable trigger all');
    await client.query(`update changes set hash = sha256(hash) where revision = (select max(revision) from changes)`);
    await client.query('alter table changes enable trigger all');
  });
  const second = sync(store);
  await eventually('the new epoch is projected', async () => (await store.projection.state())?.revision.epoch === 2);
  expect(second.run.events).toContain('rebuild: the register remembers another change at the cursor of the projection');
});

test('a projection of a later epoch is left alone', async () => {
  await fillRegister(database.pool, 1, 3);
  const store = makeMemoryStore();
  const rebuild = await store.projection.rebuild({ layout: LAYOUT, keyId: 'test', keyCheck: 'check' }, 1);
  await rebuild.swap({ epoch: 7, n: 1 }, 'ab');
  const { run } = sync(store);
  await eventually('sync refuses', () => run.events.some((event) => event.includes('another primary has taken over')));
  expect((await store.projection.state())?.revision).toEqual({ epoch: 7, n: 1 });
});

test('a fence that the register never gave out is passed', async () => {
  await fillRegister(database.pool, 1, 3);
  const store = makeMemoryStore();
  await (await store.projection.rebuild({ layout: LAYOUT, keyId: 'old', keyCheck: 'old' }, 1000)).swap(
    { epoch: 1, n: 0 },
    '',
  );
  sync(store);
  await eventually('it is rebuilt', async () => ((await store.projection.state())?.fence ?? 0) > 1000);
});

test('a fence that another leader was given by another Postgres is passed, not shared', async () => {
  await fillRegister(database.pool, 1, 3);
  const store = makeMemoryStore();
  const rebuild = await store.projection.rebuild({ layout: LAYOUT, keyId: 'test', keyCheck: 'check' }, 1);
  await rebuild.swap({ epoch: 1, n: await highestRevision(database.pool) }, '');
  const { run } = sync(store); // It is the first to draw a fencing number here: 1 as well.
  await eventually('it vouches for the data', async () => ((await store.projection.state())?.fence ?? 0) > 1);
  expect(run.events.filter((event) => event.startsWith('rebuild'))).toEqual([]);
});

test('a new epoch waits for those who are writing', async () => {
  await fillRegister(database.pool, 1, 3);
  await database.pool.query(`update register set system_identifier = 'the one in the backup'`);
  const writer = await database.pool.connect();
  await writer.query('begin');
  await writer.query(`select set_config('machtig.acted_by', '{"who": "test", "channel": "operator"}', true)`);
  await writer.query(`update mandates set status = 'suspended' where mandate_id = $1`, [mandate(1)]);
  await writer.query('set constraints all immediate'); // It has drawn its revision, and is not visible yet.
  const { store } = sync();
  await eventually('sync waits', async () => {
    const { rows } = await database.pool.query(
      `select 1 from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length > 0;
  });
  expect((await database.pool.query('select epoch from register')).rows).toEqual([{ epoch: 1 }]);
  await writer.query('commit');
  writer.release();
  await eventually('the new epoch is projected', async () => (await store.projection.state())?.revision.epoch === 2);
  expect(await statusOf(store, 1)).toBe('suspended');
});

test('projection and register have the same digest, until one of them is altered', async () => {
  await fillRegister(database.pool, 1, 50);
  const { store, run } = sync();
  await eventually('the projection stands', () => store.projection.state());
  await revoke(database.pool, 3, 4);
  await eventually('the revocation is projected', async () => (await statusOf(store, 4)) === 'revoked');
  await run.stop();

  const same = await verify({ databaseUrl: database.url, projection: store.projection });
  expect(same.equal).toBe(true);
  expect(same.projection.digest.mandate?.count).toBe(50);

  const { revision } = same.postgres;
  const forged = { put: 'branch', party: firm(1), branch: 'forged' } as const;
  await store.projection.apply({ from: revision, to: revision, hash: revision.hash, writes: [forged] }, 99);
  expect((await verify({ databaseUrl: database.url, projection: store.projection })).equal).toBe(false);
});
