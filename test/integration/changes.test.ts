import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { insertRow, makeRegisterRows, type RegisterRows, type Row } from '../support/register-rows.ts';

let database: TestDatabase;
let rows: RegisterRows;

beforeAll(async () => {
  database = await cloneDatabase();
  rows = await makeRegisterRows(database.pool);
});
afterAll(() => database.drop());

interface Change {
  revision: string;
  entity_id: string;
  operation: string;
  facts_before: { facts: { status: string }; status: string } | null;
  facts_after: { facts: { status: string }; status: string; represented: string } | null;
  acted_by: Row;
}

async function changesOf(entity: string, id: unknown): Promise<Change[]> {
  const { rows: found } = await database.pool.query<Change>(
    `select revision, entity_id, operation, facts_before, facts_after, acted_by from changes
     where entity = $1 and entity_id = $2 order by revision`,
    [entity, id],
  );
  return found;
}

async function faults(): Promise<unknown[]> {
  return (await database.pool.query('select * from verify_changes()')).rows;
}

async function begin(isolation = 'read committed'): Promise<pg.PoolClient> {
  const client = await database.pool.connect();
  await client.query(`begin isolation level ${isolation}`);
  await client.query(`select set_config('machtig.acted_by', '{"who": "t", "channel": "t"}', true)`);
  return client;
}

describe('changes', () => {
  it('carry a mandate as it was and as it became, and who did it', async () => {
    const row = rows.mandate();
    await rows.insert('mandates', row);
    await rows.act((client) =>
      client.query(`update mandates set status = 'suspended' where mandate_id = $1`, [row.mandate_id]),
    );
    const [first, second] = await changesOf('mandate', row.mandate_id);
    expect(first).toMatchObject({
      operation: 'insert',
      facts_before: null,
      acted_by: { who: 'test', channel: 'test' },
    });
    expect(second?.facts_before).toEqual(first?.facts_after);
    expect(second?.facts_after).toMatchObject({
      status: 'suspended',
      represented: rows.firm,
      facts: { status: 'suspended' },
    });
  });

  it('show a mandate that leaves the facts as gone', async () => {
    const row = rows.mandate({ status: 'requested' });
    await rows.insert('mandates', row);
    await rows.act((client) =>
      client.query(`update mandates set status = 'rejected' where mandate_id = $1`, [row.mandate_id]),
    );
    const change = (await changesOf('mandate', row.mandate_id)).at(-1);
    expect(change?.facts_before).not.toBeNull();
    expect(change?.facts_after).toBeNull();
  });

  it('stand in the order of commit, also when the older transaction commits last', async () => {
    const [older, younger] = [await begin(), await begin()];
    const [first, second] = [rows.mandate(), rows.mandate()];
    await insertRow(older, 'mandates', first);
    await insertRow(younger, 'mandates', second);
    await younger.query('commit');
    await older.query('commit');
    older.release();
    younger.release();
    const revision = async (row: Row) => Number((await changesOf('mandate', row.mandate_id))[0]?.revision);
    expect(await revision(first)).toBe((await revision(second)) + 1);
    expect(await faults()).toEqual([]);
  });

  it('are visible before a later revision is drawn', async () => {
    const writers = Array.from({ length: 30 }, () => rows.insert('mandates', rows.mandate()));
    let seen = 0;
    const watch = async () => {
      const { rows: found } = await database.pool.query<{ n: string; top: string }>(
        'select count(*) as n, max(revision) as top from changes',
      );
      expect(found[0]?.n).toBe(found[0]?.top);
      seen++;
    };
    await Promise.all([...writers, watch(), watch(), watch()]);
    await watch();
    expect(seen).toBe(4);
  });

  it('are not delayed by a long transaction elsewhere in the cluster', async () => {
    const elsewhere = await cloneDatabase();
    const long = await elsewhere.pool.connect();
    await long.query('begin; create table held (x integer); select pg_current_xact_id()');
    const row = rows.mandate();
    await rows.insert('mandates', row);
    await rows.act((client) =>
      client.query(`update mandates set status = 'revoked' where mandate_id = $1`, [row.mandate_id]),
    );
    expect(await changesOf('mandate', row.mandate_id)).toHaveLength(2);
    await long.query('rollback');
    long.release();
    await elsewhere.drop();
  });

  it('leave no gap after a rollback, even one at commit', async () => {
    const lost = await begin();
    await insertRow(lost, 'mandates', rows.mandate());
    await lost.query('set constraints record_change immediate');
    await lost.query('rollback');
    lost.release();
    await rows.insert('mandates', rows.mandate());
    expect(await faults()).toEqual([]);
  });

  it('wake listeners', async () => {
    const listener = new pg.Client(database.url);
    await listener.connect();
    const woken = new Promise((resolve) => listener.once('notification', resolve));
    await listener.query('listen machtig_changes');
    await rows.insert('mandates', rows.mandate());
    expect(await woken).toMatchObject({ channel: 'machtig_changes', payload: '' });
    await listener.end();
  });

  it('hold nothing when nothing changed', async () => {
    const row = rows.mandate();
    await rows.insert('mandates', row);
    await rows.act((client) => client.query('update mandates set name = name where mandate_id = $1', [row.mandate_id]));
    expect(await changesOf('mandate', row.mandate_id)).toHaveLength(1);
  });

  it('name every service that a change of its definition or set touches', async () => {
    const before = await changesOf('service', rows.serviceId);
    await rows.act((client) => client.query(`update services set loa = 'eh2' where service_uuid = $1`, [rows.service]));
    await rows.act((client) => client.query('update service_sets set version = 2 where set_id = $1', [rows.set]));
    await rows.act((client) =>
      client.query('update service_set_members set until_version = 2 where set_id = $1', [rows.set]),
    );
    const after = (await changesOf('service', rows.serviceId)).slice(before.length);
    expect(after.map(({ facts_after }) => facts_after)).toMatchObject([
      { facts: { definition: { loa: 'eh2' }, sets: { [rows.set]: 1 } } },
      { facts: { sets: { [rows.set]: 1 } } },
      { facts: { sets: {} } },
    ]);
  });
});

describe('the register refuses', () => {
  it('a writer that does not say who acts', async () => {
    const client = await database.pool.connect();
    await client.query('begin');
    await insertRow(client, 'mandates', rows.mandate());
    await expect(client.query('commit')).rejects.toMatchObject({ code: 'MA002', constraint: 'writers_say_who_acts' });
    client.release();
  });

  it.each(['repeatable read', 'serializable'])('a writer that is %s', async (isolation) => {
    const client = await begin(isolation);
    await insertRow(client, 'mandates', rows.mandate());
    await expect(client.query('commit')).rejects.toMatchObject({ constraint: 'writers_are_read_committed' });
    client.release();
  });

  it.each(["update changes set entity_id = 'x'", 'delete from changes', 'truncate changes'])(
    '%s',
    async (statement) => {
      await expect(database.pool.query(statement)).rejects.toMatchObject({ constraint: 'changes_are_append_only' });
    },
  );
});

describe('the chain', () => {
  it('shows a change that was altered, and one that was taken away', async () => {
    const copy = await cloneDatabase();
    const own = await makeRegisterRows(copy.pool);
    await own.insert('mandates', own.mandate(), own.mandate());
    await copy.pool.query('alter table changes disable trigger user');
    const verify = async () => (await copy.pool.query('select * from verify_changes()')).rows;
    expect(await verify()).toEqual([]);
    await copy.pool.query(`update changes set acted_by = '{"who": "nobody"}' where revision = 3`);
    expect(await verify()).toEqual([{ revision: '3', fault: 'altered' }]);
    await copy.pool.query('delete from changes where revision = 3');
    expect(await verify()).toEqual([{ revision: '4', fault: 'does not follow the change before it' }]);
    await copy.drop();
  });
});

describe('facts', () => {
  it('are the same in the view and in what a change carries', async () => {
    await rows.insert(
      'mandates',
      rows.mandate({ all_cases: false, cases: `{${rows.serviceId}#A,${rows.serviceId}#B#C}` }),
      rows.mandate({ reach: 'both', sets: JSON.stringify([{ set: rows.set, version: 1 }]), follow_up: 'both' }),
    );
    const { rows: differ } = await database.pool.query(
      `select f.mandate_id from mandate_facts f join mandates m using (mandate_id)
       where to_jsonb(f) is distinct from mandate_facts_of(m)`,
    );
    expect(differ).toEqual([]);
  });

  it('of a party hold its states, KvK number and whether it has branches', async () => {
    const since = '2026-03-01 00:00 Europe/Amsterdam';
    await rows.insert('party_states', { party_id: rows.firm, party_kind: 'organisation', state: 'bankrupt', since });
    const { rows: found } = await database.pool.query('select facts from party_facts where party_id = $1', [rows.firm]);
    expect(found[0]?.facts).toEqual({
      party_id: rows.firm,
      kind: 'organisation',
      has_branches: true,
      states: [{ state: 'bankrupt', since: Date.parse('2026-03-01T00:00:00+01:00') }],
    });
  });
});

describe('the epoch', () => {
  it('rises when the database finds itself in another cluster', async () => {
    const copy = await cloneDatabase();
    const epoch = async () => (await copy.pool.query('select ensure_epoch() as epoch')).rows[0]?.epoch;
    expect(await epoch()).toBe(1);
    await copy.pool.query(`update register set system_identifier = 'other'`);
    expect([await epoch(), await epoch()]).toEqual([2, 2]);
    await copy.drop();
  });
});
