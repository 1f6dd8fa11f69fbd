import { beforeEach, describe, expect, it } from 'vitest';
import { announce } from '../../src/administer/jobs/announce.ts';
import { endsSoon } from '../../src/administer/jobs/ends-soon.ts';
import type { JobDeps } from '../../src/administer/jobs/job.ts';
import { lapse } from '../../src/administer/jobs/lapse.ts';
import { paperDeadlines } from '../../src/administer/jobs/paper-deadlines.ts';
import { installQueue, startJobs } from '../../src/administer/jobs/queue.ts';
import { reconfirm } from '../../src/administer/jobs/reconfirm.ts';
import { tidy } from '../../src/administer/jobs/tidy.ts';
import { makeLog } from '../../src/process/log.ts';
import { importRegisterFile } from '../../src/register/import.ts';
import { suspendMandate } from '../../src/register/operate.ts';
import { withTransaction } from '../../src/store/postgres.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { TEST_KEYS } from '../support/decision-stack.ts';
import { eventually } from '../support/eventually.ts';

const MANAGE = '5e000000-0000-4000-8000-000000000041';
const FARM_TO_HAULIER = '3a000000-0000-4000-8000-000000000001';

let database: TestDatabase;
let deps: JobDeps;

beforeEach(async () => {
  database = await cloneDatabase();
  await importRegisterFile('examples/register.yaml', { pool: database.pool, keys: TEST_KEYS });
  deps = { pool: database.pool, manageService: MANAGE };
  return database.drop;
});

const query = async <T>(sql: string, values: unknown[] = []) => (await database.pool.query(sql, values)).rows as T[];
const statusOf = async (id: string) =>
  (await query<{ status: string }>('select status from mandates where mandate_id = $1', [id]))[0]?.status;
const outcomesOf = async (id: string) =>
  (
    await query<{ outcome: string | null }>(
      'select outcome from reconfirmations where $1 = any (mandates) order by asked_at',
      [id],
    )
  ).map(({ outcome }) => outcome);
const use = (id: string, at: string) =>
  query('insert into mandate_uses values ($1, $2::timestamptz::date, 1, $2)', [id, at]);

/** The last thing that happened to the mandates of the example register is their import, today. */
async function monthsFromNow(months: number, days = 0): Promise<Date> {
  const [row] = await query<{ at: Date }>(
    'select max(last_activity(m)) + make_interval(months => $1, days => $2) as at from mandates m',
    [months, days],
  );
  return row?.at ?? new Date(Number.NaN);
}

describe('reconfirmation of mandates that nobody uses (R81-R83)', () => {
  it('asks from the 24th month on, once', async () => {
    expect(await reconfirm.run(deps, await monthsFromNow(23))).toMatchObject({ asked: 0 });
    const at = await monthsFromNow(24);
    expect((await reconfirm.run(deps, at)).asked).toBeGreaterThan(0);
    expect(await reconfirm.run(deps, at)).toEqual({ asked: 0, used: 0, repeated: 0, revoked: 0 });
    expect(await outcomesOf(FARM_TO_HAULIER)).toEqual([null]);
    expect(await statusOf(FARM_TO_HAULIER)).toBe('active');
  });

  it('does not ask about a set of which one mandate was used', async () => {
    const at = await monthsFromNow(24);
    await use(FARM_TO_HAULIER, new Date(at.getTime() - 86_400_000).toISOString());
    await reconfirm.run(deps, at);
    expect(await outcomesOf(FARM_TO_HAULIER)).toEqual([]);
  });

  it('repeats after thirty days, and revokes after thirty more', async () => {
    await reconfirm.run(deps, await monthsFromNow(24));
    expect((await reconfirm.run(deps, await monthsFromNow(24, 29))).repeated).toBe(0);
    expect((await reconfirm.run(deps, await monthsFromNow(24, 30))).repeated).toBeGreaterThan(0);
    expect(await statusOf(FARM_TO_HAULIER)).toBe('active');
    expect((await reconfirm.run(deps, await monthsFromNow(24, 59))).revoked).toBe(0);
    expect((await reconfirm.run(deps, await monthsFromNow(24, 60))).revoked).toBeGreaterThan(0);
    expect(await statusOf(FARM_TO_HAULIER)).toBe('revoked');
    expect(await outcomesOf(FARM_TO_HAULIER)).toEqual(['unanswered']);
    const [change] = await query<{ acted_by: unknown }>(
      `select acted_by from changes where entity_id = $1 order by revision desc limit 1`,
      [FARM_TO_HAULIER],
    );
    expect(change?.acted_by).toMatchObject({ who: 'system:reconfirm', channel: 'job' });
  });

  it('lets alone what was used after it was asked about', async () => {
    const at = await monthsFromNow(24);
    await reconfirm.run(deps, at);
    await use(FARM_TO_HAULIER, at.toISOString());
    await reconfirm.run(deps, await monthsFromNow(24, 30));
    await reconfirm.run(deps, await monthsFromNow(24, 60));
    expect(await statusOf(FARM_TO_HAULIER)).toBe('active');
    expect(await outcomesOf(FARM_TO_HAULIER)).toEqual(['used']);
  });

  it('asks the legal representative about a manager who did nothing (R82)', async () => {
    await reconfirm.run(deps, await monthsFromNow(24));
    const rows = await query<{ asked_of: string; manages: boolean }>(
      `select r.asked_of, bool_or($1::uuid = any (m.services) or m.all_services) as manages
       from reconfirmations r join mandates m on m.mandate_id = any (r.mandates) group by 1, r.reconfirmation_id`,
      [MANAGE],
    );
    expect(new Set(rows.map(({ asked_of }) => asked_of))).toEqual(new Set(['manager', 'legal_representative']));
    for (const { asked_of, manages } of rows) expect(manages).toBe(asked_of === 'legal_representative');
  });

  it('asks nobody about statutory mandates or mandates below eh3', async () => {
    await reconfirm.run(deps, await monthsFromNow(30));
    const rows = await query(
      `select from reconfirmations r join mandates m on m.mandate_id = any (r.mandates)
       where m.kind = 'statutory' or m.loa in ('eh2', 'eh2plus')`,
    );
    expect(rows).toEqual([]);
  });

  it('gives the same from two processes at once', async () => {
    const at = await monthsFromNow(24);
    await Promise.all([reconfirm.run(deps, at), reconfirm.run(deps, at), reconfirm.run(deps, at)]);
    expect(await outcomesOf(FARM_TO_HAULIER)).toEqual([null]);
  });
});

describe('requests and offers', () => {
  const waiting = async (lapsesAt: string) => {
    const id = '3b000000-0000-4000-8000-00000000000f';
    await withTransaction(database.pool, { who: 'test', channel: 'test' }, (client) =>
      client.query(
        `insert into mandates select (jsonb_populate_record(m, jsonb_build_object(
           'mandate_id', $1::text, 'status', 'requested', 'granted_by', null, 'lapses_at', $2::text))).*
         from mandates m where mandate_id = $3`,
        [id, lapsesAt, FARM_TO_HAULIER],
      ),
    );
    return id;
  };

  it('lapse at their moment, not before, and nothing else does', async () => {
    const id = await waiting('2027-01-31T12:00:00Z');
    expect(await lapse.run(deps, new Date('2027-01-31T11:59:59.999Z'))).toEqual({ lapsed: 0 });
    expect(await statusOf(id)).toBe('requested');
    expect(await lapse.run(deps, new Date('2027-01-31T12:00:00Z'))).toEqual({ lapsed: 1 });
    expect(await statusOf(id)).toBe('lapsed');
    expect(await statusOf(FARM_TO_HAULIER)).toBe('active');
  });
});

describe('the end of a mandate', () => {
  const END = Date.parse('2030-12-30T23:00:00Z');
  const daysBefore = (days: number) => new Date(END - days * 86_400_000);
  const toldOf = (kind: string) =>
    query<{ details: { days: number } }>(
      'select details from notices where mandate_id = $1 and kind = $2 order by place',
      [FARM_TO_HAULIER, kind],
    );

  it('is told of to both sides at sixty, thirty and seven days, once each', async () => {
    for (const days of [61, 60, 59, 30, 30, 7, 1]) await endsSoon.run(deps, daysBefore(days));
    expect((await toldOf('ends_soon')).map(({ details }) => details.days)).toEqual([60, 60, 30, 30, 7, 7]);
  });

  it('is not told of when it was missed: only the nearest moment counts', async () => {
    await endsSoon.run(deps, daysBefore(5));
    expect((await toldOf('ends_soon')).map(({ details }) => details.days)).toEqual([7, 7]);
  });

  it('is not told of after it', async () => {
    await endsSoon.run(deps, new Date(END));
    expect(await toldOf('ends_soon')).toEqual([]);
  });
});

describe('notices of changes (R124)', () => {
  it('go to both sides, once; loads tell nobody', async () => {
    expect(await announce.run(deps, new Date())).toEqual({ written: 0 });
    await suspendMandate({ pool: database.pool, mandateId: FARM_TO_HAULIER });
    expect(await announce.run(deps, new Date())).toEqual({ written: 2 });
    expect(await announce.run(deps, new Date())).toEqual({ written: 0 });
  });
});

describe('requests on paper (R79)', () => {
  it('are told to be overdue from their due moment on, once', async () => {
    await withTransaction(database.pool, { who: 'test', channel: 'test' }, (client) =>
      client.query(
        `insert into paper_requests (paper_request_id, kind, represented, signed_by, asked, mandates, loa, received_at, due_at)
         select gen_random_uuid(), 'revoke', represented, granted_by, 'beëindigen', array[mandate_id], 'eh2',
           '2026-11-23T09:00:00Z', '2026-11-25T23:00:00Z' from mandates where mandate_id = $1`,
        [FARM_TO_HAULIER],
      ),
    );
    expect(await paperDeadlines.run(deps, new Date('2026-11-25T22:59:59.999Z'))).toEqual({ told: 0, overdue: 0 });
    expect(await paperDeadlines.run(deps, new Date('2026-11-25T23:00:00Z'))).toEqual({ told: 1, overdue: 1 });
    expect(await paperDeadlines.run(deps, new Date('2026-11-26T23:00:00Z'))).toEqual({ told: 0, overdue: 1 });
  });
});

describe('tidying', () => {
  it('forgets answers after a day', async () => {
    await query(`insert into idempotent_answers (caller, key, digest) values ('\\x01', 'a', '\\x02')`);
    expect(await tidy.run(deps, new Date(Date.now() + 23 * 3_600_000))).toEqual({ forgotten: 0 });
    expect(await tidy.run(deps, new Date(Date.now() + 25 * 3_600_000))).toEqual({ forgotten: 1 });
  });
});

describe('the queue', () => {
  it('leaves nothing running when it cannot begin', async () => {
    await installQueue(database.pool, [reconfirm]);
    const failing = new Proxy(database.pool, {
      get: (pool, name) =>
        name === 'query'
          ? (text: string, values: unknown[]) =>
              /schedule/.test(text) ? Promise.reject(new Error('gone')) : pool.query(text, values)
          : Reflect.get(pool, name),
    });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const queue = { ...deps, pool: failing, log: makeLog({ level: 'silent' }), now: Date.now };
    await expect(startJobs(queue, [reconfirm])).rejects.toThrow('gone');
    await eventually('its timers are gone', () => expect(timers()).toBeLessThanOrEqual(before));
  });

  it('runs a job at its time on one process', async () => {
    let runs = 0;
    const job = {
      name: 'every-minute',
      cron: '* * * * *',
      says: 'for this test',
      requirements: [],
      run: async () => {
        runs += 1;
        return {};
      },
    };
    await installQueue(database.pool, [job]);
    await installQueue(database.pool, [job]);
    const queue = { ...deps, log: makeLog({ level: 'silent' }), now: Date.now };
    const [one, other] = await Promise.all([startJobs(queue, [job]), startJobs(queue, [job])]);
    await database.pool.query(`insert into jobs.job (name) values ('every-minute')`);
    await eventually('the job has run', async () => expect(runs).toBeGreaterThan(0), 30_000);
    await Promise.all([one.close(), other.close()]);
  });
});
