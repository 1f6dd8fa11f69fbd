import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { type Call, callsOf } from '../support/admin-calls.ts';

let world: AdminWorld;
let call: Call;

const M = (n: string) => `3a000000-0000-4000-8000-0000000000${n}`;
const BTW = '5e000000-0000-4000-8000-000000000010';
const VEETRANSPORT = 'urn:etoegang:DV:00000003800000020000:services:1';
const BOERDERIJ = 'urn:nl:kvk:90000001';
const BAKKERIJ = 'urn:nl:kvk:90000004';

beforeAll(async () => {
  world = await startAdminWorld();
  call = callsOf(world);
});
afterAll(() => world.close());

const search = (who: string, body: object) => call(world.as(who), 'POST /mandates/_search', body);
const idsOf = (items: { mandate_id: string }[]) => items.map(({ mandate_id }) => mandate_id.slice(-2)).sort();

describe('search of mandates', () => {
  it('shows a legal representative what his firm granted', async () => {
    const { status, body } = await search('willem', { side: 'granted', party: BOERDERIJ });
    expect(status).toBe(200);
    expect(idsOf(body.items)).toEqual(['01', '03', '04', '05']);
    expect(body.items[0].represented.name).toBe('Melkveehouderij De Lage Weide');
    expect(JSON.stringify(body)).not.toMatch(/999990|pseudonym/);
  });

  it('shows a citizen what she received, without naming herself', async () => {
    const { body } = await search('dochter', { side: 'received' });
    expect(body.items.map((one: { delegate: { name: string } }) => one.delegate.name)).toContain('Sanne de Jong');
  });

  it('takes the party that the login names', async () => {
    const { body } = await call(world.as('willem', { party: 'boerderij' }), 'POST /mandates/_search', {
      side: 'granted',
    });
    expect(idsOf(body.items)).toEqual(['01', '03', '04', '05']);
  });

  it.each([
    [{ status: ['revoked'] }, ['05']],
    [{ status: ['in_force'] }, ['01', '03', '04']],
    [{ status: ['in_force'], at: '2025-06-01T00:00:00Z' }, ['03']],
    [{ status: ['not_started'], at: '2025-06-01T00:00:00Z' }, ['01', '04']],
    [{ status: ['expired'], at: '2031-06-01T00:00:00Z' }, ['01', '04']],
    [{ valid_at: '2025-06-01T00:00:00Z' }, ['03']],
    [{ valid_at: '2030-12-30T23:00:00Z' }, ['03']],
    [{ kind: ['statutory'] }, ['03']],
    [{ loa: ['eh4'] }, ['03']],
    [{ service: VEETRANSPORT }, ['01', '03', '04', '05']],
    [{ service: BTW }, ['03']],
    [{ set: '5e700000-0000-4000-8000-000000000001' }, ['04']],
    [{ other: 'urn:nl:kvk:90000003' }, ['04']],
    [{ other: 'urn:nl:bsn:999990019' }, []],
    [{ text: 'BALANS' }, ['04']],
    [{ text: 'hendriks' }, ['01']],
    [{ text: '%' }, []],
    [{ ends_before: '2030-12-31T00:00:00Z' }, ['01', '04', '05']],
    [{ branch: '000090000011' }, ['01', '03', '04', '05']],
  ])('finds by %j', async (filter, expected) => {
    const { status, body } = await search('willem', { side: 'granted', party: BOERDERIJ, ...filter });
    expect(status).toBe(200);
    expect(idsOf(body.items)).toEqual(expected);
  });

  it('finds what was granted before a moment and not used since', async () => {
    await world.pool.query(
      `insert into mandate_uses values ($1, '2026-05-01', 3, '2026-05-01 10:00Z'), ($1, '2026-02-01', 1, '2026-02-01 10:00Z')`,
      [M('01')],
    );
    const asked = { side: 'granted', party: BOERDERIJ, kind: ['business'], status: ['active'] };
    const unused = async (since: string) =>
      idsOf((await search('willem', { ...asked, unused_since: since })).body.items);
    expect(await unused('2026-05-01T10:00:00Z')).toEqual(['04']);
    expect(await unused('2026-05-01T10:00:00.001Z')).toEqual(['01', '04']);
    const { body } = await search('willem', asked);
    const used = body.items.find((one: { mandate_id: string }) => one.mandate_id === M('01'));
    expect(used.last_used_at).toBe('2026-05-01T10:00:00.000Z');
  });

  it.each(['newest', 'ends', 'name'])('pages by %s without a double or a gap', async (order) => {
    const asked = { side: 'granted', party: BAKKERIJ, order };
    const whole = (await search('karin', { ...asked, page: { limit: 200 } })).body.items;
    const paged: unknown[] = [];
    let token: string | undefined;
    do {
      const { body } = await search('karin', { ...asked, page: { limit: 1, ...(token && { token }) } });
      paged.push(...body.items);
      token = body.next;
    } while (token !== undefined);
    expect(paged.length).toBeGreaterThan(3);
    expect(paged).toEqual(whole);
  });

  it('refuses a page token of another search', async () => {
    const { body } = await search('karin', { side: 'granted', party: BAKKERIJ, page: { limit: 1 } });
    const other = { side: 'granted', party: BAKKERIJ, kind: ['employee'], page: { limit: 1, token: body.next } };
    expect((await search('karin', other)).status).toBe(400);
  });

  it('counts when asked', async () => {
    const { body } = await search('willem', { side: 'granted', party: BOERDERIJ, with_total: true });
    expect(body.total).toEqual({ count: 4, exact: true });
  });

  it('answers alike for a party of others, and for one that nobody knows', async () => {
    const others = await search('henk', { side: 'granted', party: BOERDERIJ });
    const nobody = await search('henk', { side: 'granted', party: 'urn:nl:kvk:99999999' });
    const noId = await search('henk', { side: 'granted', party: `urn:uuid:${M('99')}` });
    const without = ({ body: { request_id, instance, ...rest } }: typeof others) => rest;
    expect(others.status).toBe(404);
    expect(without(nobody)).toEqual(without(others));
    expect(without(noId)).toEqual(without(others));
  });

  it('tells who may see it that his login is too weak, and nobody else', async () => {
    const asked = { side: 'granted', party: BOERDERIJ };
    const own = await call(world.as('willem', { loa: 'eh1' }), 'POST /mandates/_search', asked);
    expect([own.status, own.body.reasons]).toEqual([403, ['loa_insufficient']]);
    const other = await call(world.as('henk', { loa: 'eh1' }), 'POST /mandates/_search', asked);
    expect(other.status).toBe(404);
  });

  it('shows a service owner of a party only what reaches its services', async () => {
    const rvo = world.system('service_owner', '00000003800000020000');
    const { status, body } = await call(rvo, 'POST /mandates/_search', { side: 'granted', party: BAKKERIJ });
    expect(status).toBe(200);
    expect(idsOf(body.items)).toEqual([]);
    const farm = await call(rvo, 'POST /mandates/_search', { side: 'granted', party: BOERDERIJ });
    expect(idsOf(farm.body.items)).toEqual(['01', '03', '04', '05']);
  });

  it('shows a service owner of a mandate for services of several its own only', async () => {
    const rvo = world.system('service_owner', '00000003800000020000');
    const own = ['Mestboekhouding'];
    const { body } = await call(rvo, `GET /mandates/${M('11')}`);
    expect([body.services.map(({ name }: { name: string }) => name), body.evidence]).toEqual([own, []]);
    const found = await call(rvo, 'POST /mandates/_search', { side: 'granted', party: 'urn:nl:kvk:90000003' });
    const bea = found.body.items.find(({ mandate_id }: { mandate_id: string }) => mandate_id === M('11'));
    expect(bea.services.map(({ name }: { name: string }) => name)).toEqual(own);
    const history = await call(rvo, `GET /mandates/${M('11')}/history`);
    expect(JSON.stringify(history.body)).not.toContain('Btw-aangifte');
    expect((await call(rvo, `GET /mandates/${M('11')}/explanation`)).status).toBe(404);
    const table = await call(rvo, 'POST /mandates/_export', { side: 'granted', party: 'urn:nl:kvk:90000003' });
    expect(table.status).toBe(404);
  });

  it('asks a system whose mandates it means', async () => {
    const { status, body } = await call(world.system('registrar'), 'POST /mandates/_search', { side: 'granted' });
    expect([status, body.errors?.[0]?.at]).toEqual([400, '/party']);
  });
});

describe('a manager of one branch', () => {
  beforeAll(() =>
    world.act((client) =>
      client.query(
        `insert into mandates (mandate_id, name, kind, represented, represented_kind, delegate, delegate_kind, services,
           all_operations, branches, all_cases, loa, reach, valid_from, valid_until, granted_by, granted_at, channel, source)
         values ($1, 'stan beheert station', 'employee', $2, 'organisation', $3, 'person',
           '{5e000000-0000-4000-8000-000000000041}', true, '{000090000042}', true, 'eh3', 'own', '2026-01-01',
           '2030-01-01', $4, '2026-01-01', 'digital', 'test')`,
        [M('f1'), world.party('bakkerij'), world.party('stan'), world.party('karin')],
      ),
    ),
  );

  it('sees the mandates of that branch only', async () => {
    const { status, body } = await search('stan', { side: 'granted', party: BAKKERIJ });
    expect(status).toBe(200);
    expect(idsOf(body.items)).toEqual(['21', 'f1']);
    expect((await call(world.as('stan'), `GET /mandates/${M('23')}`)).status).toBe(404);
  });

  it('exports and overviews no more than that', async () => {
    const table = await call(world.as('stan'), 'POST /mandates/_export', { side: 'granted', party: BAKKERIJ });
    expect(table.body.trim().split('\r\n')).toHaveLength(3);
    const asked = { party: BAKKERIJ, service: '5e000000-0000-4000-8000-000000000021' };
    const { body } = await call(world.as('stan'), 'POST /mandates/_holders', asked);
    expect(body.items.map(({ holder }: { holder: { name: string } }) => holder.name)).toEqual(['Stan Stations']);
  });
});

describe('one mandate', () => {
  it('is read by both its ends, with its revision', async () => {
    for (const who of ['willem', 'olaf']) {
      const { status, body, headers } = await call(world.as(who), `GET /mandates/${M('04')}`);
      expect([who, status, body.name]).toEqual([who, 200, 'boerderij geeft balans het profiel veehouderij']);
      expect(headers.get('etag')).toMatch(/^"1\.\d+"$/);
    }
  });

  it.each(['', '/history', '/uses', '/explanation'])('%s looks to others as if it did not exist', async (path) => {
    const hidden = await call(world.as('stan'), `GET /mandates/${M('01')}${path}`);
    const absent = await call(world.as('stan'), `GET /mandates/${M('99')}${path}`);
    const without = ({ body: { request_id, instance, ...rest } }: typeof hidden) => rest;
    expect(hidden.status).toBe(404);
    expect(without(hidden)).toEqual(without(absent));
  });

  it('tells its uses by day', async () => {
    const { body } = await call(world.as('willem'), `GET /mandates/${M('01')}/uses?from=2026-04-01&to=2026-05-01`);
    expect(body).toEqual({
      last_used_at: '2026-05-01T10:00:00.000Z',
      uses: 3,
      days: [{ day: '2026-05-01', uses: 3 }],
    });
    const recent = await call(world.as('willem'), `GET /mandates/${M('01')}/uses`);
    expect(recent.body.uses).toBe(3);
  });

  it('explains itself to the side on which the reader stands', async () => {
    const toGrantor = await call(world.as('willem'), `GET /mandates/${M('04')}/explanation`);
    const toDelegate = await call(world.as('olaf'), `GET /mandates/${M('04')}/explanation`);
    expect([toGrantor.body.reader, toDelegate.body.reader]).toEqual(['grantor', 'delegate']);
    expect(toDelegate.body.title).toBe(
      'Uw organisatie Balans Accountants mag zaken regelen voor Melkveehouderij De Lage Weide',
    );
  });
});

describe('the history of a mandate', () => {
  it('says who acted for whom, by what, and which fields became what', async () => {
    const { headers } = await call(world.as('karin'), `GET /mandates/${M('21')}`);
    const suspended = await call(
      world.as('karin'),
      `POST /mandates/${M('21')}/suspensions`,
      { reason: 'verlof' },
      { 'if-match': headers.get('etag') ?? '' },
    );
    expect(suspended.status).toBeLessThan(300);
    const { body } = await call(world.as('karin'), `GET /mandates/${M('21')}/history`);
    const [granted, stopped] = body.items;
    expect(granted).toMatchObject({ event: 'granted', by: { channel: 'import' } });
    expect(stopped).toMatchObject({
      event: 'suspended',
      by: {
        act: 'mandate.suspend',
        capacity: 'manager',
        person: { name: 'Karin Korenaar' },
        on_behalf_of: { name: 'Bakkerij De Korenbloem' },
        authority: [M('20')],
        loa: 'eh3',
        reason: 'verlof',
      },
    });
    expect(stopped.changes).toContainEqual({ field: 'status', before: 'active', after: 'suspended' });
    expect(JSON.stringify(body)).not.toMatch(/999990|pseudonym/);
  });

  it('keeps the names of those who acted for the other side', async () => {
    const { body } = await call(world.as('stan', { loa: 'eh3' }), `GET /mandates/${M('21')}/history`);
    const named = body.items.at(-1);
    // He manages that branch, and so stands on both sides.
    expect(named.by.person.name).toBe('Karin Korenaar');
    await world.act((client) =>
      client.query(`update mandates set status = 'revoked' where mandate_id = $1`, [M('f1')]),
    );
    const other = await call(world.as('stan'), `GET /mandates/${M('21')}/history`);
    expect(other.body.items.at(-1).by).toEqual({
      channel: 'admin',
      act: 'mandate.suspend',
      capacity: 'manager',
      on_behalf_of: expect.objectContaining({ name: 'Bakkerij De Korenbloem' }),
    });
  });

  it('pages', async () => {
    const first = await call(world.as('karin'), `GET /mandates/${M('21')}/history?limit=1`);
    const second = await call(world.as('karin'), `GET /mandates/${M('21')}/history?limit=1&after=${first.body.next}`);
    expect([first.body.items[0].event, second.body.items[0].event, second.body.next]).toEqual([
      'granted',
      'suspended',
      undefined,
    ]);
  });
});

describe('who may act for a party with a service', () => {
  it('lists its delegates in force at a moment', async () => {
    const asked = { party: BOERDERIJ, service: VEETRANSPORT };
    const names = async (body: object) =>
      (await call(world.as('willem'), 'POST /mandates/_holders', body)).body.items
        .map(({ holder }: { holder: { name: string } }) => holder.name)
        .sort();
    expect(await names(asked)).toEqual(['Balans Accountants', 'Veevervoer Hendriks', 'Willem van der Weide']);
    expect(await names({ ...asked, at: '2025-01-01T00:00:00Z' })).toEqual(['Willem van der Weide']);
  });

  it('says which service it does not know', async () => {
    const { status, body } = await call(world.as('willem'), 'POST /mandates/_holders', {
      party: BOERDERIJ,
      service: 'no such',
    });
    expect([status, body.errors[0].at]).toEqual([400, '/service']);
  });
});

describe('a table of mandates', () => {
  it('is CSV in which no cell is a formula', async () => {
    await world.act((client) =>
      client.query(`update mandates set name = '=HYPERLINK("http://x","ja")' where mandate_id = $1`, [M('23')]),
    );
    const { status, headers, body } = await call(
      world.as('karin'),
      'POST /mandates/_export',
      { side: 'granted', party: BAKKERIJ },
      { accept: 'text/csv' },
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(body).toMatch(/^"machtiging","naam",/);
    expect(body).toContain(`"'=HYPERLINK(""http://x"",""ja"")"`);
  });
});
