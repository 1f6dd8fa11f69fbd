import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAdminister } from '../../src/administer/administer.ts';
import { verifyAudit } from '../../src/administer/audit/verify.ts';
import { makePool } from '../../src/store/postgres.ts';
import { type AdminWorld, MANAGE, startAdminWorld } from '../support/admin.ts';
import { type Call, callsOf } from '../support/admin-calls.ts';

let world: AdminWorld;
/** As an account that is nothing but `machtig_admin`. */
let pool: pg.Pool;
let call: Call;
const account = `machtig_test_${randomBytes(6).toString('hex')}`;

const M = (n: string) => `3a000000-0000-4000-8000-0000000000${n}`;

beforeAll(async () => {
  world = await startAdminWorld();
  await world.pool.query(`create role ${account} login password 'secret' in role machtig_admin`);
  pool = makePool(urlFor(account), { onError: () => {} });
  const { keys, policy, clock } = world;
  const administer = makeAdminister({ pool, keys, policy, manageService: MANAGE, now: () => clock.now });
  call = callsOf({ ...world, administer });
});
afterAll(async () => {
  await pool.end();
  await world.pool.query(`drop role ${account}`);
  await world.close();
});

function urlFor(user: string): string {
  const url = new URL(world.database.url);
  url.username = user;
  url.password = 'secret';
  return url.href;
}

/** SQLSTATE by which Postgres refuses; undefined when it did not. */
async function refusalOf(sql: string, by = pool): Promise<string | undefined> {
  try {
    await by.query(sql);
    return undefined;
  } catch (error) {
    return error instanceof pg.DatabaseError ? error.code : String(error);
  }
}

const FORBIDDEN = '42501';

describe('the database role of the admin API', () => {
  it.each([
    ["update changes set acted_by = '{}'"],
    ['delete from changes'],
    ['truncate changes'],
    ['insert into changes select * from changes limit 1'],
    ['alter table changes disable trigger all'],
    ['drop trigger changes_are_append_only on changes'],
    ['alter table mandates disable trigger record_change'],
    ['set session_replication_role = replica'],
    [
      'create or replace function refuse_altering_changes() returns trigger language plpgsql as $$ begin return new; end $$',
    ],
    [`select write_change('mandate', 'x', 'insert', 'mandates', null, '{}', null, null)`],
    ['delete from mandates'],
    ['delete from parties'],
    ['delete from party_states'],
    ['truncate mandates cascade'],
    ['drop table mandates cascade'],
    ['update register set epoch = epoch + 1'],
    ['update migrations set name = name'],
    ['create table mine ()'],
  ])('cannot: %s', async (sql) => {
    expect(
      await refusalOf(`begin; select set_config('machtig.acted_by', '{"who": "x", "channel": "x"}', true); ${sql}`),
    ).toBe(FORBIDDEN);
    await pool.query('rollback');
  });

  it('cannot let the triggers write into a table of its own in place of the chain', async () => {
    const client = await pool.connect();
    try {
      await client.query('create temp table changes (like public.changes)');
      await client.query('begin');
      await client.query(`select set_config('machtig.acted_by', '{"who": "x", "channel": "x"}', true)`);
      await client.query(`update public.mandates set status = 'suspended' where mandate_id = '${M('02')}'`);
      await client.query('commit');
      expect((await client.query('select from pg_temp.changes')).rowCount).toBe(0);
    } finally {
      client.release(true);
    }
    const { rows } = await world.pool.query(
      `select acted_by ->> 'who' as who from changes where entity_id = '${M('02')}' order by revision desc limit 1`,
    );
    expect(rows).toEqual([{ who: 'x' }]);
  });

  it('does what the admin API does, and every act of it stands in the chain', async () => {
    const read = await call(world.as('karin'), `GET /mandates/${M('21')}`);
    const suspended = await call(
      world.as('karin'),
      `POST /mandates/${M('21')}/suspensions`,
      { reason: 'verlof' },
      { 'if-match': read.headers.get('etag') ?? '', 'idempotency-key': 'once' },
    );
    expect(suspended.status).toBeLessThan(300);
    const { body } = await call(world.as('karin'), `GET /mandates/${M('21')}/history`);
    expect(body.items.at(-1).event).toBe('suspended');
    expect((await call(world.as('karin'), 'POST /notices/_search', { party: 'urn:nl:kvk:90000004' })).status).toBe(200);
    expect((await pool.query('select * from write_notices(1000)')).rows[0].written).not.toBe('0');
    expect((await verifyAudit(pool)).fault).toBeUndefined();
  });

  it('may change what it must, in every table that there is', async () => {
    const { rows } = await world.pool.query<{ table: string }>(
      `select c.relname as table from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and c.relname <> all (array['changes', 'register', 'migrations'])
         and not (has_table_privilege('machtig_admin', c.oid, 'select')
           and has_table_privilege('machtig_admin', c.oid, 'insert') and has_table_privilege('machtig_admin', c.oid, 'update'))`,
    );
    expect(rows).toEqual([]);
  });

  it('writes the chain through triggers with the rights of their owner, all of them', async () => {
    const { rows } = await world.pool.query(
      String.raw`select proname from pg_proc where prorettype = 'trigger'::regtype and prosrc ~ '\mwrite_(entity_)?change\('
         and (not prosecdef or proconfig is null or not exists (
           select from unnest(proconfig) as setting where setting like 'search\_path=public, pg\_temp'))`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the database role of sync', () => {
  it('reads everything and writes nothing but uses, its fence and the epoch', async () => {
    const { rows } = await world.pool.query<{ table: string }>(
      `select c.relname as table from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and (has_table_privilege('machtig_sync', c.oid, 'insert') or has_table_privilege('machtig_sync', c.oid, 'update')
           or has_table_privilege('machtig_sync', c.oid, 'delete') or has_table_privilege('machtig_sync', c.oid, 'truncate'))
       order by 1`,
    );
    expect(rows.map(({ table }) => table)).toEqual(['mandate_uses', 'register', 'use_position']);
  });
});
