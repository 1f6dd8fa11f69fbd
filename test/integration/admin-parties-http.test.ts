import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Session } from '../../src/administer/acting.ts';
import { interventionsOperations } from '../../src/http/admin/operations/interventions.ts';
import { meansOperations } from '../../src/http/admin/operations/means.ts';
import { paperOperations } from '../../src/http/admin/operations/paper.ts';
import { partiesOperations } from '../../src/http/admin/operations/parties.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { anAdminApp, knowsBy, refusalOf } from '../support/admin-app.ts';

const OPERATIONS = [...partiesOperations, ...meansOperations, ...interventionsOperations, ...paperOperations];
let world: AdminWorld;
let app: ReturnType<typeof anAdminApp>;
beforeAll(async () => {
  world = await startAdminWorld();
  app = anAdminApp(OPERATIONS, {
    administer: world.administer,
    authenticate: knowsBy(sessionOf),
    now: () => world.clock.now,
  });
});
afterAll(() => world.close());

function sessionOf(name: string): Session {
  const systems = {
    registrar: () => world.system('registrar'),
    court: () => world.system('court', '00000003800000080000'),
    rvo: () => world.system('service_owner', '00000003800000020000'),
  };
  const system = systems[name as keyof typeof systems];
  return system === undefined ? world.as(name) : system();
}

const send = (who: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  app.send(`/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${who}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const party = z.looseObject({ party_id: z.string(), name: z.string() });
const list = z.object({ items: z.array(z.looseObject({})), next: z.string().optional() });
const bodyOf = async <T extends z.ZodType>(schema: T, response: Response) => schema.parse(await response.json());

describe('parties over HTTP', () => {
  it('are registered with an ETag, by which they are changed', async () => {
    const made = await send('registrar', 'POST', '/parties', {
      kind: 'person',
      name: 'Yara Yilmaz',
      birth_date: '1991-02-03',
      identifiers: ['urn:nl:bsn:999993707'],
    });
    expect(made.status).toBe(201);
    const { party_id: id } = await bodyOf(party, made.clone());
    expect(await made.text()).not.toContain('999993707');
    expect(made.headers.get('location')).toBe(`/v1/parties/${id}`);
    expect(made.headers.get('machtig-revision')).toMatch(/^1\.\d+$/);
    const patch = (etag?: string) =>
      send('registrar', 'PATCH', `/parties/${id}`, { name: 'Yara Yıldız' }, { ...(etag && { 'if-match': etag }) });
    expect((await patch()).status).toBe(428);
    const seen = await send('registrar', 'GET', `/parties/${id}`);
    expect(seen.headers.get('etag')).toBe(made.headers.get('etag'));
    const changed = await patch(seen.headers.get('etag') ?? '');
    expect(changed.status).toBe(200);
    expect((await patch(seen.headers.get('etag') ?? '')).status).toBe(412);
    expect((await patch(changed.headers.get('etag') ?? '')).status).toBe(200);
  });

  it('are registered once under one Idempotency-Key', async () => {
    const body = { kind: 'organisation', name: 'Eenmaal', identifiers: ['urn:nl:kvk:91000010'] };
    const [first, again] = [
      await send('registrar', 'POST', '/parties', body, { 'idempotency-key': '"een"' }),
      await send('registrar', 'POST', '/parties', body, { 'idempotency-key': '"een"' }),
    ];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
    expect((await send('registrar', 'POST', '/parties', body)).status).toBe(409);
  });

  it('are for the registrar to keep, and for nobody else', async () => {
    const balans = world.party('balans');
    const acts: [string, string, unknown][] = [
      ['POST', '/parties', { kind: 'organisation', name: 'X', identifiers: ['urn:nl:kvk:91000011'] }],
      ['POST', `/parties/${balans}/identifiers`, { identifier: 'urn:nl:kvk:91000012' }],
      ['POST', `/parties/${balans}/identifiers/_remove`, { identifier: 'urn:nl:kvk:90000003' }],
      ['PUT', `/parties/${balans}/branches/000091000013`, {}],
      ['DELETE', `/parties/${balans}/branches/000090000031`, undefined],
      [
        'POST',
        `/parties/${balans}/identifications`,
        {
          method: 'extract',
          check: 'handelsregister',
          loa: 'eh2',
          checked_by: 'x',
          checked_at: '2026-05-01T00:00:00Z',
        },
      ],
      ['POST', '/parties/_search', { name: 'Wil' }],
    ];
    for (const who of ['olaf', 'court', 'rvo']) {
      for (const [method, path, body] of acts)
        expect([who, path, (await send(who, method, path, body)).status]).toEqual([who, path, 403]);
    }
  });

  it('are in the states that a court or the registrar says, and nobody else', async () => {
    const path = `/parties/${world.party('mentor')}/states`;
    const said = { state: 'curatele', since: '2026-05-01T00:00:00Z', reference: 'C/10/2026/90' };
    for (const who of ['mentor', 'rvo', 'court']) {
      const answer = await send(who, 'POST', path, who === 'rvo' ? { ...said, verified_by: ['telefoon'] } : said);
      expect([who, answer.status]).toEqual([who, 403]);
    }
    const verified = await send('court', 'POST', path, { ...said, verified_by: ['telefoon'] });
    expect([verified.status, await verified.json()]).toMatchObject([200, { states: [{ state: 'curatele' }] }]);
  });

  it('look alike to a stranger, known or unknown, by number and by id', async () => {
    const search = async (who: string, identifier: string) => {
      const response = await send(who, 'POST', '/parties/_search', { identifier });
      return [response.status, await response.json()];
    };
    expect(await search('stan', 'urn:nl:bsn:999990299')).toEqual(await search('stan', 'urn:nl:bsn:999990019'));
    expect(await search('registrar', 'urn:nl:bsn:999990299')).toMatchObject([
      200,
      { items: [{ name: 'Willem van der Weide' }] },
    ]);
    for (const id of [world.party('willem'), '5e000000-0000-4000-8000-000000000001']) {
      expect((await send('stan', 'GET', `/parties/${id}`)).status).toBe(404);
      expect((await send('stan', 'GET', `/parties/${id}/interventions`)).status).toBe(404);
    }
    expect((await send('stan', 'GET', `/parties/${world.party('stan')}`)).status).toBe(200);
  });

  it('are found by name in pages whose tokens go with the question', async () => {
    const first = await bodyOf(
      list,
      await send('registrar', 'POST', '/parties/_search', { name: 'Ba', page: { limit: 2 } }),
    );
    expect(first.items).toHaveLength(2);
    const next = { limit: 2, token: first.next };
    const second = await bodyOf(list, await send('registrar', 'POST', '/parties/_search', { name: 'Ba', page: next }));
    expect(second.items.length).toBeGreaterThan(0);
    const other = await send('registrar', 'POST', '/parties/_search', { name: 'Be', page: next });
    expect((await refusalOf(other)).errors).toMatchObject([{ at: '/page/token' }]);
    const both = await send('registrar', 'POST', '/parties/_search', { name: 'Ba', identifier: 'urn:nl:kvk:90000001' });
    expect(both.status).toBe(400);
  });

  it('tell all faults at once and repeat no number', async () => {
    const response = await send('registrar', 'POST', '/parties', {
      kind: 'person',
      name: ' ',
      identifiers: ['urn:nl:bsn:999993706'],
      secret: 1,
    });
    const text = await response.clone().text();
    expect(text).not.toContain('999993706');
    expect((await refusalOf(response)).errors?.map(({ at }) => at).sort()).toEqual([
      '/identifiers/0',
      '/name',
      '/secret',
    ]);
  });
});

describe('interventions over HTTP', () => {
  const bankruptcy = { kind: 'bankruptcy', since: '2026-05-28T00:00:00Z', reference: 'F.10/26/900' };

  it('come by identifier from machines, once', async () => {
    const body = {
      ...bankruptcy,
      kind: 'business_ended',
      party: 'urn:nl:kvk:90000012',
      verified_by: ['handelsregister'],
    };
    const first = await send('rvo', 'POST', '/interventions', body);
    expect(first.status).toBe(201);
    const again = await send('rvo', 'POST', '/interventions', body);
    expect([again.status, await again.json()]).toEqual([200, await first.json()]);
  });

  it('are a court’s only when verified over another channel, and nobody’s in person', async () => {
    const path = `/parties/${world.party('bakkerij')}/interventions`;
    expect((await refusalOf(await send('court', 'POST', path, bankruptcy))).reasons).toEqual([
      'court_request_unverified',
    ]);
    expect((await send('karin', 'POST', path, bankruptcy)).status).toBe(403);
    const [known, unknown] = ['urn:nl:bsn:999990299', 'urn:nl:bsn:999990019'];
    const tried = await Promise.all(
      [known, unknown].map(async (number) => {
        const response = await send('karin', 'POST', '/interventions', { ...bankruptcy, party: number });
        const { status, reasons } = await refusalOf(response);
        return { status, reasons };
      }),
    );
    expect(tried[0]).toEqual(tried[1]);
  });

  it('hand a bankrupt firm to its curator, who then sees it', async () => {
    const path = `/parties/${world.party('bakkerij')}/interventions`;
    const successor = {
      as: 'legal_representative',
      delegate: 'urn:nl:bsn:999993185',
      evidence: [{ kind: 'vonnis', reference: 'F.10/26/900' }],
    };
    const made = await send('court', 'POST', path, { ...bankruptcy, verified_by: ['telefoon'], successor });
    expect(made.status).toBe(201);
    const { intervention_id: id, mandates_ended: ended } = await bodyOf(
      z.looseObject({ intervention_id: z.string(), mandates_ended: z.number() }),
      made,
    );
    expect(ended).toBe(4);
    expect((await send('karin', 'GET', path)).status).toBe(404);
    const seen = await bodyOf(list, await send('curator', 'GET', path));
    expect(seen.items).toMatchObject([{ intervention_id: id, state: 'bankrupt' }]);
    const over = { ended_at: '2026-05-30T00:00:00Z', reference: 'vernietigd', verified_by: ['telefoon'] };
    expect((await send('rvo', 'POST', `${path}/${id}/endings`, over)).status).toBe(403);
    expect((await send('court', 'POST', `${path}/${id}/endings`, over)).status).toBe(200);
  });

  it('appoint for the caller’s own services only', async () => {
    const appoint = (service: string) =>
      send('rvo', 'POST', '/interventions', {
        kind: 'business_ended',
        since: '2026-05-28T00:00:00Z',
        reference: 'KVK 26/1',
        verified_by: ['handelsregister'],
        party: 'urn:nl:kvk:90000002',
        successor: {
          as: 'appointed',
          delegate: 'urn:nl:kvk:90000009',
          services: [service],
          valid_until: '2028-01-01T00:00:00Z',
        },
      });
    expect((await refusalOf(await appoint('5e000000-0000-4000-8000-000000000010'))).reasons).toContain(
      'not_own_service',
    );
    expect((await appoint('5e000000-0000-4000-8000-000000000001')).status).toBe(201);
  });
});

describe('means over HTTP', () => {
  const reason = { reason: 'pas verloren' };

  it('are stopped by their holder and started by the employer’s manager, never the other way by a colleague', async () => {
    const own = await bodyOf(list, await send('bea', 'POST', '/means/_search', {}));
    const active = own.items.filter((one) => one.active === true);
    const id = String(active[0]?.means_id);
    expect(JSON.stringify(own)).not.toContain('bea@balans');
    expect((await send('stan', 'POST', `/means/${id}/deactivations`, reason)).status).toBe(403);
    expect((await send('bea', 'POST', `/means/${id}/deactivations`, reason)).status).toBe(200);
    // With a means that is stopped nobody can do anything.
    expect((await send('bea', 'POST', '/means/_search', {})).status).toBe(403);
    expect((await send('stan', 'POST', `/means/${id}/activations`, reason)).status).toBe(403);
    const started = await send('olaf', 'POST', `/means/${id}/activations`, reason);
    expect([started.status, await started.json()]).toMatchObject([200, { active: true, means_id: id }]);
    const issued = await send('olaf', 'POST', '/means/_search', { owner: 'urn:nl:kvk:90000003' });
    expect((await bodyOf(list, issued)).items).toHaveLength(3);
    expect((await send('olaf', 'POST', '/means/_search', { owner: 'urn:nl:kvk:90000009' })).status).toBe(403);
  });

  it('are linked to a person by the registrar alone', async () => {
    const body = {
      identifier: 'urn:etoegang:pseudonym:olaf-2@balans',
      person: 'urn:nl:bsn:999990676',
      owner: 'urn:nl:kvk:90000003',
      evidence: [{ kind: 'means', reference: 'login met beide' }],
    };
    for (const who of ['olaf', 'court', 'rvo']) expect((await send(who, 'POST', '/means', body)).status).toBe(403);
    const made = await send('registrar', 'POST', '/means', body);
    expect(made.status).toBe(201);
    expect(await made.text()).not.toMatch(/olaf-2|999990676/);
    expect((await send('registrar', 'POST', '/means', { ...body, evidence: [] })).status).toBe(400);
  });
});

describe('paper over HTTP', () => {
  it('is entered, listed and refused by the registrar', async () => {
    const made = await send('registrar', 'POST', '/paper-requests', {
      kind: 'grant',
      represented: 'urn:nl:kvk:90000001',
      signed_by: 'urn:nl:bsn:999990299',
      asked: 'Hendriks mag vervoer melden',
      loa: 'eh2',
      received_at: '2026-06-01T07:00:00Z',
    });
    expect(made.status).toBe(201);
    const location = made.headers.get('location')?.replace('/v1', '') ?? '';
    expect(await (await send('registrar', 'GET', location)).json()).toMatchObject({
      due_at: '2026-06-03T22:00:00.000Z',
    });
    expect((await bodyOf(list, await send('registrar', 'POST', '/paper-requests/_search', {}))).items).toHaveLength(1);
    expect((await send('willem', 'POST', '/paper-requests/_search', {})).status).toBe(403);
    const refused = await send('registrar', 'POST', `${location}/decisions`, {
      decision: 'refused',
      reason: 'onleesbaar',
    });
    expect(await refused.json()).toMatchObject({ outcome: 'refused', refusal: 'onleesbaar' });
    const again = await send('registrar', 'POST', `${location}/decisions`, {
      decision: 'refused',
      reason: 'onleesbaar',
    });
    expect(again.status).toBe(409);
  });
});

describe('the operations', () => {
  it('have an id and an address of their own', () => {
    for (const name of ['id', 'path'] as const) {
      const all = OPERATIONS.map((one) => (name === 'id' ? one.id : `${one.method} ${one.path}`));
      expect(new Set(all).size).toBe(all.length);
    }
    expect(OPERATIONS.every(({ requirements }) => requirements.length > 0)).toBe(true);
  });
});
