import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOWHERE } from './attempt.ts';
import type { Heard, Sent } from './exchange.ts';
import { bsnOfPerson, kvkOf, MANAGE_UUID, managerOf } from './register.ts';
import { GENERAL, LOGINS, type Login, NO_LEVEL, NOORD, RIJNDAM, RVO, ZUID } from './roles.ts';
import { at, roleOf, subjectOf, TERMS, urnOf } from './seeds.ts';
import { mandateOf } from './subjects.ts';
import { type MatrixWorld, startMatrixWorld } from './world.ts';

/** What somebody tries who knows the API and the ids. Nothing stays, but where `keep` says so. */

let world: MatrixWorld;
beforeAll(async () => {
  world = await startMatrixWorld();
});
afterAll(() => world.close());

const login = (words: string): Login => LOGINS.find((one) => one.words === words) ?? NO_LEVEL;
const levelOf = (who: string) => (roleOf(who).system ? NO_LEVEL : login('eh4, signed'));
const as = (who: string, sent: Sent, level = levelOf(who)): Promise<Heard> => world.ask(roleOf(who), level, sent);
const keep = (who: string, sent: Sent): Promise<Heard> => world.keep(roleOf(who), levelOf(who), sent);
const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  path,
  body,
  headers,
});
/** Without a body. */
const bare = (path: string, headers: Record<string, string> = {}): Sent => ({ method: 'POST', path, headers });
const match = (id: string) => ({ 'if-match': `"${world.etag(id)}"` });
const urn = (key: string) => urnOf(world.party(key));
const reasonsOf = ({ text }: Heard): unknown => JSON.parse(text).reasons;
const outcome = (heard: Heard): unknown[] => {
  const { code, reasons } = JSON.parse(heard.text);
  return [heard.status, code, ...(reasons ?? [])];
};
const of = (subject: string, status: 'active' | 'suspended' | 'requested' = 'active') =>
  mandateOf(subjectOf(subject), status);

describe('ids of another kind', () => {
  it('are no way to a mandate that waits for something else', async () => {
    const { waiting } = world.seeds;
    const tries: [string, string, unknown[]][] = [
      [of('molen at eh3'), 'approvals', [409, 'conflict']],
      [waiting, 'approvals', [409, 'conflict']],
      [world.party('molen'), 'approvals', [404, 'not_found']],
      [managerOf('beheer-gevraagd'), 'rejections', [200, undefined]],
    ];
    for (const [id, step, want] of tries) {
      const body = step === 'rejections' ? { reason: 'x' } : {};
      const heard = await as('teken', post(`/mandate-requests/${id}/${step}`, body, match(id)));
      expect([step, ...outcome(heard)]).toEqual([step, ...want]);
    }
    const active = of('molen at eh3');
    expect((await as('teken', bare(`/mandates/${active}/consents`, match(active)))).status).toBe(409);
    expect((await as('teken', bare(`/mandate-offers/${active}/codes`))).status).toBe(404);
  });

  it('make no manager of whoever is none, nor end one who is not theirs', async () => {
    const id = of('molen, employee');
    const change = { method: 'PATCH', path: `/managers/${id}`, body: { loa: 'eh4' }, headers: match(id) };
    expect((await as('teken', change)).status).toBeGreaterThanOrEqual(400);
    const other = await as('zaag-beheer', post(`/managers/${managerOf('beheer')}/dismissals`, { reason: 'x' }));
    const none = await as('zaag-beheer', post(`/managers/${NOWHERE}/dismissals`, { reason: 'x' }));
    expect(outcome(other)).toEqual(outcome(none));
  });

  it('of one’s own do not open those of another in one request', async () => {
    const ids = [of('zaag'), of('molen at eh3')];
    const own = await as('zaag-beheer', post('/mandates/_revoke', { ids: [of('zaag')], reason: 'x' }));
    expect(own.status).toBe(200);
    expect((await as('zaag-beheer', post('/mandates/_revoke', { ids, reason: 'x' }))).status).toBe(404);
    const transfer = { ids, delegate: { party: urn('derde') }, reason: 'x' };
    expect((await as('zaag-beheer', post('/mandates/_transfer', transfer))).status).toBe(404);
  });

  it('of another party’s intervention or identification lead nowhere', async () => {
    const { intervention, identification } = world.seeds;
    const end = post(`/parties/${world.party('molen')}/interventions/${intervention}/endings`, {
      ended_at: '2026-05-30T00:00:00Z',
      reference: 'x',
    });
    expect((await as('registrar', end)).status).toBe(404);
    const path = `/parties/${world.party('molen')}/identifications/${identification}/endings`;
    expect((await as('registrar', post(path, { reason: 'x' }))).status).toBe(404);
  });
});

describe('both ends in one hand', () => {
  it('a delegate does not approve what he asked, nor does who manages for him', async () => {
    const id = of('molen at eh3', 'requested');
    for (const who of ['hulp-teken', 'hulp-beheer']) {
      const heard = await as(who, post(`/mandate-requests/${id}/approvals`, {}, match(id)));
      expect(outcome(heard)).toEqual([403, 'act_refused', 'not_for_this_capacity']);
    }
  });

  it('whoever granted first does not agree a second time', async () => {
    const { waiting } = world.seeds;
    const again = await as('samen-een', bare(`/mandates/${waiting}/consents`, match(waiting)));
    expect(again.status).toBeGreaterThanOrEqual(403);
    const partner = { ...roleOf('samen-een'), key: 'samen-twee' };
    const other = await world.ask(partner, levelOf('samen-een'), bare(`/mandates/${waiting}/consents`, match(waiting)));
    expect(at(JSON.parse(other.text), 'mandate', 'status')).toBe('active');
  });

  it('nobody is made a co-grantor by saying so', async () => {
    const heard = await as(
      'samen-een',
      post('/mandates', {
        represented: urn('molen'),
        delegates: [{ party: urn('derde') }],
        kind: 'business',
        loa: 'eh3',
        ...TERMS,
        together: [urn('samen-twee')],
      }),
    );
    expect(heard.status).toBe(400);
  });
});

describe('a manager who wants more', () => {
  const grant = (who: string, more: object, to = who) =>
    as(
      who,
      post('/mandates', {
        represented: urn('molen'),
        delegates: [{ party: urn(to) }],
        kind: 'employee',
        loa: 'eh3',
        ...TERMS,
        ...more,
      }),
    );

  it('makes no manager of himself or of a friend, in whatever wrapping', async () => {
    const scopes = [
      { services: [MANAGE_UUID] },
      { services: [], all_services: true },
      { services: [], owner: '00000003800000070000' },
      { services: [GENERAL, MANAGE_UUID] },
    ];
    for (const scope of scopes) {
      for (const to of ['beheer', 'werknemer']) expect((await grant('beheer', scope, to)).status).toBe(403);
    }
    const appoint = {
      party: urn('molen'),
      manager: { party: urn('werknemer') },
      loa: 'eh2',
      valid_until: TERMS.valid_until,
    };
    for (const who of ['beheer', 'beheer-noord', 'beheer-eh2']) {
      expect((await as(who, post('/managers', appoint))).status).toBe(403);
    }
  });

  it('does not raise his own limits, nor prolong himself', async () => {
    for (const who of ['beheer-eh2', 'beheer-noord', 'beheer-dienst', 'beheer']) {
      const id = managerOf(who);
      const tries: Sent[] = [
        { method: 'PATCH', path: `/managers/${id}`, body: { loa: 'eh4' }, headers: match(id) },
        { method: 'PATCH', path: `/managers/${id}`, body: { branches: 'all' }, headers: match(id) },
        { method: 'PATCH', path: `/mandates/${id}`, body: { substitution: true }, headers: match(id) },
        post(`/mandates/${id}/renewals`, { valid_until: '2031-05-01T00:00:00Z', evidence: [{ kind: 'x' }] }, match(id)),
        post(`/mandates/${id}/transfers`, { delegate: { party: urn('vreemd') }, reason: 'x' }, match(id)),
      ];
      for (const sent of tries) expect([sent.path, (await as(who, sent)).status]).toEqual([sent.path, 403]);
    }
  });

  it('renews nothing above his ceiling, also not by raising it on the way', async () => {
    const renewal = (loa?: string) => ({
      starts: 'now',
      valid_until: TERMS.valid_until,
      evidence: [{ kind: 'x' }],
      ...(loa && { change: { loa } }),
    });
    const low = of('molen at eh2');
    const high = of('molen at eh3');
    expect((await as('beheer-eh2', post(`/mandates/${low}/renewals`, renewal(), match(low)))).status).toBe(201);
    const raised = await as('beheer-eh2', post(`/mandates/${low}/renewals`, renewal('eh3'), match(low)));
    expect(outcome(raised)).toEqual([403, 'act_refused', 'above_own_level']);
    const lowered = await as('beheer-eh2', post(`/mandates/${high}/renewals`, renewal('eh2'), match(high)));
    expect(reasonsOf(lowered)).toContain('above_own_level');
  });

  it('does not come out of his branch by a change', async () => {
    const id = of('molen, one branch');
    const patch = (branches: unknown): Sent => ({
      method: 'PATCH',
      path: `/mandates/${id}`,
      body: { branches },
      headers: match(id),
    });
    for (const branches of ['all', [NOORD, ZUID], [ZUID]]) {
      expect(reasonsOf(await as('beheer-noord', patch(branches)))).toContain('beyond_own_branches');
    }
  });

  it('finds within his branch only what lies there', async () => {
    const heard = await as('beheer-noord', post('/mandates/_search', { side: 'granted', party: urn('molen') }));
    const { items } = JSON.parse(heard.text);
    expect(items.length).toBeGreaterThan(0);
    for (const { branches } of items) expect(branches).toEqual([NOORD]);
  });
});

describe('systems', () => {
  const appointed = (services: unknown) =>
    post('/mandates', {
      represented: urn('molen'),
      delegates: [{ party: urn('derde') }],
      kind: 'appointed',
      loa: 'eh3',
      ...TERMS,
      services,
    });

  it('a service owner appoints for nothing of another, also not among his own', async () => {
    const { SHARED, GENERAL: own } = { SHARED: '5e000000-0000-4000-8000-0000000000a5', GENERAL };
    expect((await as('rvo', appointed([own]))).status).toBe(201);
    for (const services of [[SHARED], [own, SHARED]]) expect((await as('rvo', appointed(services))).status).toBe(403);
    const all = { ...appointed([]), body: { ...Object(appointed([]).body), services: undefined, owner: RIJNDAM } };
    expect((await as('rvo', all)).status).toBe(403);
  });

  it('do not act as a person, and persons not as a system', async () => {
    const id = of('molen at eh3');
    expect((await as('registrar', post(`/mandates/${id}/renunciations`, { reason: 'x' }))).status).toBe(403);
    expect(
      (
        await as(
          'registrar',
          post('/mandate-offers/_activate', {
            code: world.seeds.offer.code,
            birth_date: '1980-01-01',
            bsn: bsnOfPerson('burger'),
          }),
        )
      ).status,
    ).toBe(403);
    for (const who of ['rvo', 'rijndam']) {
      expect((await as(who, post(`/mandates/${id}/revocations`, { reason: 'x' }))).status).toBeGreaterThanOrEqual(403);
    }
    expect(
      (await as('teken', post('/parties', { kind: 'organisation', name: 'x', identifiers: [kvkOf('molen')] }))).status,
    ).toBe(403);
  });
});

describe('what is told', () => {
  it('a question about somebody else’s mandate is answered as about none', async () => {
    const acts = [
      { act: 'mandate.view' },
      { act: 'mandate.revoke' },
      { act: 'mandate.reactivate' },
      { act: 'mandate.renounce' },
      { act: 'manager.dismiss' },
      { act: 'mandate.change', change: { loa: 'eh2' } },
      { act: 'mandate.transfer', delegate: { party: urn('derde') } },
      { act: 'mandate.pass_on', delegate: { party: urn('derde') } },
      { act: 'mandate.confirm_set', set_id: NOWHERE, version: 2 },
    ];
    for (const who of ['vreemd', 'zaag-beheer', 'onbekend', 'rijndam', 'beheer-ingetrokken']) {
      for (const act of acts) {
        const real = await as(who, post('/mandates/_check', { ...act, mandate_id: of('molen at eh3') }));
        const none = await as(who, post('/mandates/_check', { ...act, mandate_id: NOWHERE }));
        expect([who, act.act, ...outcome(real)]).toEqual([who, act.act, ...outcome(none)]);
        expect(real.status).toBe(404);
      }
    }
  });

  it('a dry run tells no more than doing it', async () => {
    const grant = {
      represented: urn('molen'),
      delegates: [{ party: urn('derde') }],
      kind: 'business',
      loa: 'eh3',
      ...TERMS,
    };
    for (const who of ['vreemd', 'zaag-beheer']) {
      const done = await as(who, post('/mandates', grant));
      expect(outcome(await as(who, post('/mandates', { ...grant, dry_run: true })))).toEqual(outcome(done));
      const filter = { represented: urn('molen') };
      const counted = await as(who, post('/mandates/_revoke', { filter, reason: 'x', dry_run: true }));
      const nothing = await as(
        who,
        post('/mandates/_revoke', { filter: { represented: urnOf(NOWHERE) }, reason: 'x', dry_run: true }),
      );
      expect(counted.status).toBeGreaterThanOrEqual(400);
      expect(outcome(counted)).toEqual(outcome(nothing));
    }
  });

  it('a wrong delegate is not told of to whoever has no business with the represented', async () => {
    const grant = (delegate: string) => ({
      represented: urn('molen'),
      delegates: [{ party: delegate }],
      kind: 'business',
      loa: 'eh3',
      ...TERMS,
    });
    const known = await as('vreemd', post('/mandates', grant(urn('derde'))));
    const unknown = await as('vreemd', post('/mandates', grant('urn:nl:kvk:90009999')));
    expect(outcome(unknown)).toEqual(outcome(known));
  });

  it('parties that may not be seen are answered as those that are not there', async () => {
    for (const who of ['vreemd', 'zaag-beheer', 'rvo']) {
      const real = await as(who, { method: 'GET', path: `/parties/${world.party('molen')}` });
      const none = await as(who, { method: 'GET', path: `/parties/${NOWHERE}` });
      expect([who, ...outcome(real)]).toEqual([who, ...outcome(none)]);
      const search = (party: string) => as(who, post('/notices/_search', { party }));
      expect(outcome(await search(urn('molen')))).toEqual(outcome(await search(urnOf(NOWHERE))));
    }
  });
});

describe('what belongs to another caller', () => {
  it('his Idempotency-Key gives his answer to him alone', async () => {
    const headers = { 'idempotency-key': 'matrix-attack-1' };
    const offer = post(
      '/mandate-offers',
      { represented: urn('vreemd'), kind: 'voluntary', loa: 'eh2', ...TERMS },
      headers,
    );
    const first = await keep('vreemd', offer);
    expect(first.status).toBe(201);
    const code = at(JSON.parse(first.text), 'code');
    expect(at(JSON.parse((await keep('vreemd', offer)).text), 'code')).toBe(code);
    for (const who of ['burger', 'zaag-beheer', 'registrar', 'onbekend']) {
      const stolen = await keep(who, offer);
      expect(stolen.status).toBeGreaterThanOrEqual(400);
      expect(stolen.text).not.toContain(code);
    }
  });

  it('nor is it his when he logs in for one party', async () => {
    const headers = { 'idempotency-key': 'matrix-attack-2' };
    const sent = post(`/mandates/${of('molen at eh2')}/suspensions`, { reason: 'x' }, headers);
    expect((await keep('beheer', sent)).status).toBe(200);
    expect((await keep('beheer voor zaag', sent)).status).toBeGreaterThanOrEqual(403);
  });

  it('his page token opens nothing, and neither does one of another search', async () => {
    const search = (party: string, token?: string) =>
      post('/mandates/_search', { side: 'granted', party: urn(party), page: { limit: 1, ...(token && { token }) } });
    const first = await as('beheer', search('molen'));
    const token = at(JSON.parse(first.text), 'next');
    expect((await as('beheer', search('molen', token))).status).toBe(200);
    expect((await as('teken', search('molen', token))).status).toBe(400);
    expect((await as('zaag-beheer', search('zaag', token))).status).toBe(400);
    expect((await as('beheer voor molen', search('molen', token))).status).toBe(400);
  });

  it('the ETag of one mandate does not change another', async () => {
    const id = of('molen at eh3');
    const sent = { method: 'PATCH', path: `/mandates/${id}`, body: { operations: ['view'] } };
    const stale = { ...sent, headers: match(of('molen at eh2')) };
    const unheld = { ...sent, headers: { 'if-match': '*' } };
    expect((await as('beheer', { ...sent, headers: match(id) })).status).toBe(200);
    // Imported in one transaction, mandates still have revisions of their own.
    expect(world.etag(id)).not.toBe(world.etag(of('molen at eh2')));
    expect((await as('beheer', stale)).status).toBe(412);
    expect((await as('beheer', unheld)).status).toBeGreaterThanOrEqual(400);
    expect((await as('beheer', sent)).status).toBe(428);
  });

  it('a wrong ETag tells nobody that there is a mandate', async () => {
    const sent = (id: string) => ({
      method: 'PATCH',
      path: `/mandates/${id}`,
      body: { operations: ['view'] },
      headers: { 'if-match': '"1.1"' },
    });
    expect(outcome(await as('vreemd', sent(of('molen at eh3'))))).toEqual(outcome(await as('vreemd', sent(NOWHERE))));
  });
});

describe('wards', () => {
  it('a person under bewind does not get round it by what covers assets among others', async () => {
    const grant = (more: object) =>
      as(
        'onder-bewind',
        post('/mandates', {
          represented: urn('onder-bewind'),
          delegates: [{ party: urn('helper-twee') }],
          kind: 'voluntary',
          loa: 'eh2plus',
          ...TERMS,
          ...more,
        }),
      );
    expect((await grant({})).status).toBe(201);
    const assets = '5e000000-0000-4000-8000-0000000000a2';
    for (const scope of [{ services: [GENERAL, assets] }, { services: [], owner: RVO }]) {
      expect(reasonsOf(await grant(scope))).toContain('represented_under_bewind');
    }
    const id = of('under bewind, general');
    const widen = {
      method: 'PATCH',
      path: `/mandates/${id}`,
      body: { services: [GENERAL, assets] },
      headers: match(id),
    };
    expect(reasonsOf(await as('onder-bewind', widen))).toContain('represented_under_bewind');
  });

  it('a bewindvoerder grants nothing beyond assets, also not among them', async () => {
    const grant = (services: string[]) =>
      as(
        'bewindvoerder',
        post('/mandates', {
          represented: urn('onder-bewind'),
          delegates: [{ party: urn('helper-twee') }],
          kind: 'voluntary',
          loa: 'eh2plus',
          ...TERMS,
          services,
        }),
      );
    const assets = '5e000000-0000-4000-8000-0000000000a2';
    const granted = await grant([assets]);
    expect(at(JSON.parse(granted.text), 'mandates', 0, 'granted_under')).toBe('bewind');
    expect((await grant([assets, GENERAL])).status).toBe(403);
  });
});
