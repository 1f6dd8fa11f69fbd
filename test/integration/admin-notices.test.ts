import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noticeText } from '../../src/administer/notices/notice-text.ts';
import { writeNotices } from '../../src/administer/notices/write-notices.ts';
import { withTransaction } from '../../src/store/postgres.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { type Call, callsOf } from '../support/admin-calls.ts';

let world: AdminWorld;
let call: Call;

const M = (n: string) => `3a000000-0000-4000-8000-0000000000${n}`;
const BAKKERIJ = 'urn:nl:kvk:90000004';
const BALANS = 'urn:nl:kvk:90000003';

beforeAll(async () => {
  world = await startAdminWorld();
  call = callsOf(world);
});
afterAll(() => world.close());

const inbox = async (who: string, body: object = {}) => {
  const answer = await call(world.as(who), 'POST /notices/_search', body);
  expect(answer.status).toBe(200);
  return answer.body.items as { notice_id: string; kind: string; text: string; mandate_id: string; revision: string }[];
};
const setStatus = (id: string, status: string) =>
  world.act((client) => client.query('update mandates set status = $2 where mandate_id = $1', [id, status]));
const count = async () => Number((await world.pool.query('select count(*) from notices')).rows[0].count);

describe('notices', () => {
  it('are not made of what is loaded', async () => {
    const { seen, written } = await writeNotices(world.pool, { batch: 50 });
    expect(seen).toBeGreaterThan(100);
    expect([written, await count()]).toEqual([0, 0]);
    const seeding = { who: 'operator', channel: 'seed' };
    await withTransaction(world.pool, seeding, (client) =>
      client.query(`update mandates set status = 'suspended' where mandate_id = $1`, [M('02')]),
    );
    expect(await writeNotices(world.pool)).toEqual({ seen: 1, written: 0 });
  });

  it('confirm every change to the manager of the represented, and tell the delegate', async () => {
    await setStatus(M('10'), 'suspended');
    expect(await writeNotices(world.pool)).toEqual({ seen: 1, written: 2 });
    const [toManager] = await inbox('karin', { party: BAKKERIJ });
    const [toDelegate] = await inbox('olaf', { party: BALANS });
    expect(toManager).toMatchObject({
      kind: 'suspended',
      mandate_id: M('10'),
      text: 'De machtiging ‘bakkerij laat balans de btw doen’ van uw organisatie Bakkerij De Korenbloem aan Balans Accountants staat stil. Er mag nu niets mee.',
    });
    expect(toDelegate?.text).toContain('aan uw organisatie Balans Accountants staat stil');
    expect(toDelegate?.revision).toBe(toManager?.revision);
  });

  it('reach a citizen under her own name', async () => {
    await setStatus(M('30'), 'suspended');
    await setStatus(M('30'), 'active');
    await writeNotices(world.pool);
    expect((await inbox('dochter')).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'reactivated: De machtiging ‘moeder machtigt dochter’ van Marijke de Jong aan u is weer aangezet.',
      'suspended: De machtiging ‘moeder machtigt dochter’ van Marijke de Jong aan u staat stil. Er mag nu niets mee.',
    ]);
  });

  it('say why something asked for came to nothing, in the words of whoever refused it', async () => {
    const end = (id: string, status: string, cause: string) =>
      world.act((client) =>
        client.query('update mandates set status = $2, status_cause = $3 where mandate_id = $1', [id, status, cause]),
      );
    await end(M('32'), 'rejected', 'Ik regel het zelf');
    await writeNotices(world.pool);
    const [told] = await inbox('moeder');
    expect(told?.text).toMatch(/aan Sanne de Jong is afgewezen\. De reden: ‘Ik regel het zelf’\.$/);
    const lapsed = (cause: string) => {
      const party = { party_id: 'p', kind: 'person', name: 'P' } as const;
      const mandate = { name: 'M', represented: party, delegate: party, cause };
      return noticeText({ kind: 'lapsed', party_id: 'q', mandate, details: {} });
    };
    expect(lapsed('nobody answered in time')).toContain('is vervallen, omdat er niet op tijd is gereageerd.');
    expect(lapsed('intervention 1')).toMatch(/is vervallen\.$/);
  });

  it('are made once and in order, also when several make them at once', async () => {
    await writeNotices(world.pool);
    const before = await count();
    for (let i = 0; i < 10; i++) await setStatus(M('24'), i % 2 === 0 ? 'suspended' : 'active');
    const runs = await Promise.all(Array.from({ length: 5 }, () => writeNotices(world.pool, { batch: 3 })));
    expect(runs.reduce((sum, { written }) => sum + written, 0)).toBe(20);
    expect(await count()).toBe(before + 20);
    const { rows } = await world.pool.query<{ revision: string }>(
      'select revision from notices where mandate_id = $1 order by place',
      [M('24')],
    );
    const revisions = rows.map(({ revision }) => Number(revision));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  });

  it('are neither lost nor doubled when the follower dies half-way', async () => {
    await setStatus(M('21'), 'suspended');
    const client = await world.pool.connect();
    await client.query('begin');
    await client.query('select * from write_notices(10)');
    await client.query('rollback');
    client.release();
    expect(await writeNotices(world.pool)).toEqual({ seen: 1, written: 2 });
    expect(await writeNotices(world.pool)).toEqual({ seen: 0, written: 0 });
  });

  it('tell of each mandate that a bulk ends, and of what ended with it', async () => {
    await world.act((client) =>
      client.query(`update mandates set status = 'revoked' where mandate_id = any ($1)`, [[M('71'), M('22')]]),
    );
    await writeNotices(world.pool);
    const { rows } = await world.pool.query<{ mandate_id: string }>(
      `select distinct mandate_id from notices where kind = 'revoked' order by mandate_id`,
    );
    expect(rows.map(({ mandate_id }) => mandate_id)).toEqual([M('22'), M('71'), M('72')]);
  });
});

describe('an inbox', () => {
  it('pages, newest first', async () => {
    const asked = { party: 'urn:nl:kvk:90000006' };
    const whole = await inbox('karin', { party: BAKKERIJ });
    expect(whole.length).toBeGreaterThan(1);
    const first = await call(world.as('karin'), 'POST /notices/_search', { party: BAKKERIJ, page: { limit: 1 } });
    const second = await call(world.as('karin'), 'POST /notices/_search', {
      party: BAKKERIJ,
      page: { limit: 1, token: first.body.next },
    });
    expect([...first.body.items, ...second.body.items]).toEqual(whole.slice(0, 2));
    expect((await call(world.as('karin'), 'POST /notices/_search', asked)).status).toBe(404);
  });

  it('keeps who read a notice first', async () => {
    const [notice] = await inbox('karin', { party: BAKKERIJ, unacknowledged: true });
    const line = `POST /notices/${notice?.notice_id}/acknowledgements`;
    const key = (name: string) => ({ 'idempotency-key': name });
    const first = await call(world.as('karin'), line, undefined, key('a'));
    expect(first.status).toBe(200);
    world.clock.now += 60_000;
    const again = await call(world.as('karin'), line, undefined, key('b'));
    expect(again.body.acknowledged_at).toBe(first.body.acknowledged_at);
    const left = await inbox('karin', { party: BAKKERIJ, unacknowledged: true });
    expect(left.map(({ notice_id }) => notice_id)).not.toContain(notice?.notice_id);
    const [read] = (await inbox('karin', { party: BAKKERIJ })).filter((one) => one.notice_id === notice?.notice_id);
    expect(read).toMatchObject({ acknowledged_by: { name: 'Karin Korenaar' } });
  });

  it('of others is not there to read or to acknowledge', async () => {
    const [notice] = await inbox('karin', { party: BAKKERIJ });
    const acknowledge = (who: string, id: string) =>
      call(world.as(who), `POST /notices/${id}/acknowledgements`, undefined, { 'idempotency-key': `${who}${id}` });
    const hidden = await acknowledge('olaf', notice?.notice_id ?? '');
    const absent = await acknowledge('olaf', M('99'));
    const without = ({ body: { request_id, instance, ...rest } }: typeof hidden) => rest;
    expect(hidden.status).toBe(404);
    expect(without(hidden)).toEqual(without(absent));
  });

  it('shows what jobs tell, in plain words', async () => {
    await world.pool.query(
      `insert into notices (party_id, mandate_id, kind, occasion, details) values
         ($1, $2, 'ends_soon', 'a', '{"valid_until": "2030-12-30T23:00:00.000Z", "days": 30}'),
         ($1, null, 'reconfirmation_asked', 'b', '{"mandates": 2, "due_at": "2026-07-01T10:00:00.000Z"}'),
         ($1, null, 'paper_request_overdue', 'c', '{"due_at": "2026-05-28T22:00:00.000Z"}')`,
      [world.party('bakkerij'), M('23')],
    );
    const [paper, unused, ends] = await inbox('karin', { party: BAKKERIJ });
    expect([paper?.text, unused?.text, ends?.text]).toEqual([
      'Uw verzoek op papier moest op 29 mei 2026 klaar zijn. Dat is niet gelukt. Er wordt aan gewerkt.',
      'Van 2 machtigingen is 24 maanden geen gebruik gemaakt. Zeg voor 1 juli 2026 of ze nog nodig zijn. Zonder antwoord eindigen ze.',
      'De machtiging ‘bouwadvies doet één aanvraag voor de bakkerij’ van uw organisatie Bakkerij De Korenbloem aan Bouwadvies Schets geldt nog tot en met 30 december 2030. Verleng hem op tijd als dat nodig is.',
    ]);
  });
});
