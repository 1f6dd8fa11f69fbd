import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { refusalOf } from '../support/admin-app.ts';
import { anAdminHttp } from '../support/admin-http.ts';
import { type LifeWorld, makeLifeWorld } from '../support/admin-life.ts';

/** With the committed rules. */
let world: AdminWorld;
let life: LifeWorld;
let http: ReturnType<typeof anAdminHttp>;
beforeAll(async () => {
  world = await startAdminWorld();
  life = await makeLifeWorld(world);
  http = anAdminHttp(world);
});
afterAll(() => world.close());

const written = z.looseObject({ mandate: z.looseObject({ mandate_id: z.string() }), revision: z.string() });
const page = z.object({ items: z.array(z.looseObject({ services: z.unknown() })), next: z.string().nullable() });

const ABSENT = '00000000-0000-4000-8000-000000000000';
const reason = 'een goede reden';
const as = (who: string, ifMatch?: string) => ({
  authorization: `Bearer ${who}`,
  ...(ifMatch !== undefined && { 'if-match': ifMatch }),
});
const act = (id: string, what: string, body: object, headers = as('karin')) =>
  http.post(`/v1/mandates/${id}/${what}`, body, headers);
const patch = (path: string, body: object, headers: Record<string, string>) =>
  http.send(path, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const saidOf = ({ errors }: Awaited<ReturnType<typeof refusalOf>>) => errors?.[0]?.message;
const etagOf = async (id: string) => {
  const { rows } = await world.pool.query<{ etag: string }>(`select entity_revision('mandate', $1) as etag`, [id]);
  return `"${rows[0]?.etag}"`;
};

describe('one mandate over HTTP', () => {
  it('is changed, suspended, reactivated, renewed, transferred and revoked, each with its ETag and revision', async () => {
    const id = await life.mandate();
    const changed = await patch(`/v1/mandates/${id}`, { operations: ['view'], reason }, as('karin', await etagOf(id)));
    expect(changed.status).toBe(200);
    const { mandate, revision } = written.parse(await changed.json());
    expect(mandate).toMatchObject({ operations: ['view'], revision });
    expect(changed.headers.get('machtig-revision')).toBe(revision);
    expect(changed.headers.get('etag')).toBe(`"${revision}"`);

    const suspended = await act(id, 'suspensions', { reason });
    expect(suspended.status).toBe(200);
    expect(await suspended.json()).toMatchObject({ mandate: { status: 'suspended' }, onward: [], suspended: [] });

    const active = await act(id, 'reactivations', {}, as('karin', suspended.headers.get('etag') ?? ''));
    expect(await active.json()).toMatchObject({ mandate: { status: 'active' } });

    const renewal = { valid_until: '2033-01-01T00:00:00Z', evidence: [{ kind: 'arbeidsovereenkomst' }] };
    const renewed = await act(id, 'renewals', renewal, as('karin', await etagOf(id)));
    expect(renewed.status).toBe(201);
    const next = written.parse(await renewed.json());
    expect(next).toMatchObject({ mandate: { renews: id, status: 'active' }, waits: false });
    expect(renewed.headers.get('location')).toBe(`/v1/mandates/${next.mandate.mandate_id}`);

    const to = { delegate: { party: `urn:uuid:${world.party('nora')}` }, reason };
    const transferred = await act(id, 'transfers', to, as('karin', await etagOf(id)));
    expect(transferred.status).toBe(201);
    const given = await transferred.json();
    // The old delegate's renewal goes with what it would have renewed.
    const ended = [{ mandate_id: next.mandate.mandate_id, status: 'revoked' }];
    expect(given).toMatchObject({ revoked: id, mandate: { delegate: { name: 'Nora Noorman' } }, onward: ended });

    const revoked = await act(written.parse(given).mandate.mandate_id, 'revocations', { reason });
    expect(await revoked.json()).toMatchObject({ mandate: { status: 'revoked', status_cause: reason } });
  });

  it('asks for If-Match, but where speed and safety matter more', async () => {
    const id = await life.mandate();
    const statuses = [
      (await patch(`/v1/mandates/${id}`, { name: 'x' }, as('karin'))).status,
      (await act(id, 'reactivations', {})).status,
      (await act(id, 'transfers', { delegate: { party: 'urn:nl:kvk:90000003' }, reason })).status,
    ];
    expect(statuses).toEqual([428, 428, 428]);
    expect((await act(id, 'suspensions', { reason }, as('karin', '"1.1"'))).status).toBe(412);
    expect((await act(id, 'renunciations', { reason }, as('stan'))).status).toBe(200);
  });

  it('says what else is in the way as a conflict or a fault, and never as ours', async () => {
    const id = await life.mandate();
    const tag = await etagOf(id);
    const tooLong = await patch(`/v1/mandates/${id}`, { valid_until: '2031-06-01T00:00:00Z' }, as('karin', tag));
    expect([tooLong.status, saidOf(await refusalOf(tooLong))]).toEqual([400, 'lasts five years at most']);
    const foreign = await patch(`/v1/mandates/${id}`, { branches: ['000090000031'] }, as('karin', tag));
    expect([foreign.status, saidOf(await refusalOf(foreign))]).toEqual([409, 'branch is of the represented']);
    expect((await patch(`/v1/mandates/${id}`, { delegate: 'x' }, as('karin', tag))).status).toBe(400);
    const active = await act(id, 'reactivations', {}, as('karin', tag));
    expect([active.status, saidOf(await refusalOf(active))]).toEqual([
      409,
      expect.stringMatching(/is active: mandate.reactivate is not possible; what it allows: .*mandate.suspend/),
    ]);
  });

  it('tells nobody whether the register knows a number', async () => {
    const told = async (bsn: string) => {
      const party = `urn:nl:bsn:${bsn}`;
      const own = { represented: 'urn:nl:kvk:90000004' };
      const answers = await Promise.all([
        http.post('/v1/mandates/_revoke', { filter: { ...own, delegate: party }, reason, dry_run: true }, as('karin')),
        http.post('/v1/mandates/_revoke', { filter: { delegate: party }, reason, dry_run: true }, as('karin')),
        http.post('/v1/reconfirmations/_search', { party }, as('karin')),
        http.post('/v1/mandate-offers/_search', { represented: party }, as('karin')),
      ]);
      return Promise.all(
        answers.map(async (one) => [one.status, ((await one.json()) as { reasons?: string[] }).reasons]),
      );
    };
    // Marijke de Jong's, and nobody's.
    expect(await told('999990949')).toEqual(await told('999990019'));
  });

  it('keeps no personal number that somebody writes in words', async () => {
    const id = await life.mandate();
    const number = 'BSN 999990299';
    const tag = as('karin', await etagOf(id));
    const evidence = [
      { kind: 'brief', reference: `paspoort SPECI2014` },
      { kind: 'brief', reference: number },
    ];
    const tries = [
      patch(`/v1/mandates/${id}`, { name: number }, tag),
      patch(`/v1/mandates/${id}`, { reason: number, loa: 'eh3' }, tag),
      act(id, 'renewals', { valid_until: '2033-01-01T00:00:00Z', evidence }, tag),
      act(id, 'suspensions', { reason, deviation: number }),
      act(id, 'revocations', { reason: number }),
    ];
    for (const answer of await Promise.all(tries)) {
      expect(answer.status).toBe(400);
      expect(await answer.text()).not.toContain('999990299');
    }
    expect(await world.mandate(id)).toMatchObject({ status: 'active' });
  });

  it('is not there for a stranger, whatever he tries', async () => {
    const id = await life.mandate();
    const tag = await etagOf(id);
    const tries = (one: string) => [
      patch(`/v1/mandates/${one}`, { name: 'van mij' }, as('henk', tag)),
      act(one, 'suspensions', { reason }, as('henk')),
      act(one, 'revocations', { reason }, as('henk')),
      act(one, 'renunciations', { reason }, as('henk')),
      act(one, 'renewals', { valid_until: '2031-01-01T00:00:00Z', evidence: [] }, as('henk', tag)),
      act(one, 'transfers', { delegate: { party: 'urn:nl:kvk:90000002' }, reason }, as('henk', tag)),
      http.post('/v1/mandates/_check', { act: 'mandate.revoke', mandate_id: one }, as('henk')),
      http.post('/v1/mandates/_revoke', { ids: [one], reason }, as('henk')),
    ];
    const answers = async (one: string) =>
      Promise.all(
        (await Promise.all(tries(one))).map(async (answer) => {
          const { status, code, detail } = await refusalOf(answer);
          return `${status} ${code} ${detail.replaceAll(one, '')}`;
        }),
      );
    const known = await answers(id);
    expect(new Set(known)).toEqual(new Set(['404 not_found There is nothing here, or nothing that you may see.']));
    expect(known).toEqual(await answers(ABSENT));
    expect((await world.mandate(id)).status).toBe('active');
  });

  it('is suspended on a weaker login only with the deviation recorded', async () => {
    const id = await life.mandate();
    const weak = as('karin@eh2');
    const refused = await act(id, 'suspensions', { reason }, weak);
    expect([refused.status, (await refusalOf(refused)).reasons]).toEqual([403, ['loa_insufficient']]);
    expect(
      (await act(id, 'suspensions', { reason, deviation: 'middel kwijt, per telefoon herkend' }, weak)).status,
    ).toBe(200);
    expect((await act(id, 'revocations', { reason }, weak)).status).toBe(403);
    expect((await act(id, 'reactivations', {}, as('karin@eh2', await etagOf(id)))).status).toBe(403);
    expect(await life.lastActedBy(id)).toMatchObject({ deviation: 'middel kwijt, per telefoon herkend', loa: 'eh2' });
  });

  it('is suspended by a court that was verified, and then reactivated by none but a court', async () => {
    const id = await life.mandate();
    expect((await act(id, 'suspensions', { reason }, as('court'))).status).toBeGreaterThan(400);
    const verified = { reason, verified_by: ['teruggebeld op het bekende nummer'] };
    expect((await act(id, 'suspensions', verified, as('court'))).status).toBe(200);
    const answer = await act(id, 'reactivations', {}, as('karin', await etagOf(id)));
    expect([answer.status, (await refusalOf(answer)).reasons]).toEqual([403, ['suspended_by_authority']]);
    // It is lifted by the court that asks for it, verified again.
    const lifted = await act(id, 'reactivations', verified, as('court', await etagOf(id)));
    expect([lifted.status, (await world.mandate(id)).status]).toEqual([200, 'active']);
    expect((await act(id, 'revocations', { reason })).status).toBe(200);
  });

  it('shows what confirming a set adds before it is confirmed', async () => {
    const farm = '3a000000-0000-4000-8000-000000000004';
    const body = { set_id: '5e700000-0000-4000-8000-000000000001', version: 2 };
    const tag = await etagOf(farm);
    const shown = await act(farm, 'set-confirmations', { ...body, dry_run: true }, as('willem', tag));
    expect(await shown.json()).toMatchObject({ added: [{ service_uuid: '5e000000-0000-4000-8000-000000000003' }] });
    expect(await etagOf(farm)).toBe(tag);
    expect((await act(farm, 'set-confirmations', body, as('willem', tag))).status).toBe(200);
  });
});

describe('asking whether an act is allowed', () => {
  const check = async (body: object, who = 'karin') => {
    const answer = await http.post('/v1/mandates/_check', body, as(who));
    return answer.status === 200 ? answer.json() : answer.status;
  };

  it('answers for every act, and leaves everything as it was', async () => {
    const id = await life.mandate();
    const before = await world.mandate(id);
    const delegate = { party: `urn:uuid:${world.party('nora')}` };
    const yes = { allow: true, reasons: [] };
    expect(await check({ act: 'mandate.view', mandate_id: id }, 'stan')).toEqual(yes);
    for (const wish of [
      { act: 'mandate.change', change: { operations: ['view'] } },
      { act: 'mandate.renew', valid_until: '2033-01-01T00:00:00Z', evidence: [{ kind: 'arbeidsovereenkomst' }] },
      { act: 'mandate.suspend' },
      { act: 'mandate.revoke' },
      { act: 'mandate.transfer', delegate },
    ]) {
      expect(await check({ ...wish, mandate_id: id })).toEqual(yes);
    }
    expect(await check({ act: 'mandate.renounce', mandate_id: id }, 'stan')).toEqual(yes);
    expect(await check({ act: 'mandate.reactivate', mandate_id: id })).toBe(409);
    expect(await world.mandate(id)).toEqual(before);
    const { rowCount } = await world.pool.query('select from mandates where renews = $1', [id]);
    expect(rowCount).toBe(0);
  });

  it('tells the delegate whether he may pass it on', async () => {
    const passOn = { act: 'mandate.pass_on', delegate: { party: 'urn:nl:kvk:90000002' } };
    const business = { kind: 'business', reach: null, delegate: world.party('balans'), delegate_kind: 'organisation' };
    const may = await life.mandate({ ...business, substitution: true });
    expect(await check({ ...passOn, mandate_id: may }, 'olaf')).toEqual({ allow: true, reasons: [] });
    const not = await life.mandate(business);
    expect(await check({ ...passOn, mandate_id: not }, 'olaf')).toMatchObject({
      allow: false,
      reasons: expect.arrayContaining(['substitution_missing']),
    });
  });

  it('says why not to those who may see the mandate', async () => {
    const id = await life.mandate();
    expect(await check({ act: 'mandate.change', mandate_id: id, change: { name: 'x' } }, 'stan')).toMatchObject({
      allow: false,
    });
    const karin = '3a000000-0000-4000-8000-000000000020';
    expect(await check({ act: 'manager.dismiss', mandate_id: karin })).toEqual({
      allow: false,
      reasons: ['last_manager'],
    });
  });
});

describe('many mandates over HTTP', () => {
  const filter = () => ({
    represented: 'urn:nl:kvk:90000004',
    delegate: `urn:uuid:${world.party('bas')}`,
  });

  it('are counted first, and revoked once under one key', async () => {
    for (let i = 0; i < 3; i++) await life.mandate({ delegate: world.party('bas') });
    const body = { filter: filter(), reason };
    const dry = await http.post('/v1/mandates/_revoke', { ...body, dry_run: true }, as('karin'));
    expect(await dry.json()).toEqual({ revoked: 3, onward: 0, suspended: 0, dry_run: true });
    const send = () => http.post('/v1/mandates/_revoke', body, { ...as('karin'), 'idempotency-key': '"weg"' });
    const first = await (await send()).json();
    expect(first).toMatchObject({ revoked: 3, dry_run: false });
    expect(await (await send()).json()).toEqual(first);
    const later = await http.post('/v1/mandates/_revoke', body, as('karin'));
    expect(await later.json()).toMatchObject({ revoked: 0 });
  });

  it('are transferred together', async () => {
    for (let i = 0; i < 3; i++) await life.mandate({ delegate: world.party('bas') });
    const body = { filter: filter(), delegate: { party: `urn:uuid:${world.party('nora')}` }, reason };
    const answer = await http.post('/v1/mandates/_transfer', body, as('karin'));
    expect(await answer.json()).toMatchObject({ transferred: 3, onward: 0, suspended: 0 });
  });

  it('are chosen in one way only, and never without a party', async () => {
    const asked = [{ reason }, { reason, ids: [ABSENT], filter: filter() }, { reason, filter: { kind: 'employee' } }];
    for (const body of asked) expect((await http.post('/v1/mandates/_revoke', body, as('karin'))).status).toBe(400);
  });

  it('are laid down by their delegate', async () => {
    await life.mandate({ delegate: world.party('bas') });
    const body = { filter: filter(), reason, act: 'mandate.renounce' };
    expect(await (await http.post('/v1/mandates/_revoke', body, as('bas'))).json()).toMatchObject({ revoked: 1 });
  });
});

describe('managers over HTTP', () => {
  it('are appointed, listed, limited and dismissed', async () => {
    const party = 'urn:nl:kvk:90000003';
    const appointed = await http.post(
      '/v1/managers',
      { party, manager: { party: `urn:uuid:${world.party('bea')}` }, loa: 'eh3', valid_until: '2030-01-01T00:00:00Z' },
      as('olaf'),
    );
    expect(appointed.status).toBe(201);
    const { mandate } = written.parse(await appointed.json());
    const path = `/v1/managers/${mandate.mandate_id}`;
    const services = ['5e000000-0000-4000-8000-000000000021'];
    const limited = await patch(path, { services }, as('olaf', appointed.headers.get('etag') ?? ''));
    expect(limited.status).toBe(200);
    const found = await http.post('/v1/managers/_search', { party, page: { limit: 1 } }, as('olaf'));
    const first = page.parse(await found.json());
    const rest = await http.post('/v1/managers/_search', { party, page: { limit: 5, token: first.next } }, as('olaf'));
    const { items, next } = page.parse(await rest.json());
    expect([...first.items, ...items].map(({ services: limits }) => limits)).toEqual(
      expect.arrayContaining(['all', services]),
    );
    expect(next).toBeNull();
    expect((await http.post(`${path}/dismissals`, { reason }, as('olaf'))).status).toBe(200);
    expect((await world.mandate(mandate.mandate_id)).status).toBe('revoked');
  });
});
