import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { anAdminHttp } from '../support/admin-http.ts';
import { EXPORT, NVWA, RVO, TRANSPORT } from '../support/catalogue-world.ts';
import { wrap } from '../support/catalogue-xml.ts';
import { silent } from '../support/http.ts';

let world: AdminWorld;
let http: ReturnType<typeof anAdminHttp>;
let rvo: string;
beforeAll(async () => {
  world = await startAdminWorld();
  http = anAdminHttp(world, { log: { ...silent, error: (fields: unknown) => console.error(fields) } });
  rvo = await readFile('examples/catalogue/rvo.xml', 'utf8');
});
afterAll(() => world.close());

/** As much of an answer as these tests look into. */
const seen = z.looseObject({
  items: z.array(z.looseObject({ name: z.string() })).default([]),
  next: z.string().default(''),
  diff_id: z.string().default(''),
});

const by = (who: string) => ({ authorization: `Bearer ${who}` });
const owner = (oin: string) => by(`owner ${oin}`);
const importing = (xml: string, headers: Record<string, string> = owner(RVO), query = '') =>
  http.send(`/v1/catalogue-imports${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/xml', ...headers },
    body: xml,
  });
const get = async (path: string, who = 'willem') => {
  const response = await http.send(`/v1${path}`, { headers: by(who) });
  return { status: response.status, etag: response.headers.get('etag'), body: seen.parse(await response.json()) };
};

describe('the catalogue over HTTP', () => {
  it('is read by whoever logs in, page by page, and by nobody else', async () => {
    const first = await get('/services?limit=5');
    expect(first.status).toBe(200);
    expect(first.body.items).toHaveLength(5);
    const second = await get(`/services?limit=5&after=${encodeURIComponent(first.body.next)}`);
    expect((second.body.items[0]?.name ?? '') > (first.body.items[4]?.name ?? '~')).toBe(true);
    const others = await get(`/services?limit=5&owner=${RVO}&after=${encodeURIComponent(first.body.next)}`);
    expect(others).toMatchObject({ status: 400, body: { errors: [{ at: '?after' }] } });
    expect((await get('/services', 'nobody')).status).toBe(401);
    expect((await get('/service-owners?limit=2')).body.items).toHaveLength(2);
    expect((await get(`/service-sets?service=${EXPORT}`)).body.items).toHaveLength(1);
    expect((await get('/services?mandatableFor=voluntary&active=true')).status).toBe(200);
  });

  it('is found by its place in a national list, which its owner says (R54)', async () => {
    const all = (await get('/services?classification=upl%3A&limit=100')).body.items;
    expect(all.map(({ name }) => name)).toContain('Leerlingenvervoer aanvragen');
    expect(all.map(({ name }) => name)).not.toContain('Melding veetransport');
    const { etag } = await get(`/services/${TRANSPORT}`);
    const changed = await http.send(`/v1/services/${TRANSPORT}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...owner(RVO), 'if-match': etag ?? '' },
      body: JSON.stringify({ classification: 'UPL: veevervoer', follow_up: 'delegate' }),
    });
    expect(await changed.json()).toMatchObject({ classification: 'UPL: veevervoer', follow_up: 'delegate' });
    const found = (await get('/services?classification=UPL%3A%20vee')).body.items;
    expect(found.map(({ name }) => name)).toEqual(['Melding veetransport']);
  });

  it('says by which ETag a change is asked for, and refuses it without', async () => {
    const { etag, body } = await get(`/services/${TRANSPORT}`);
    const patch = (headers: Record<string, string>, change: object) =>
      http.send(`/v1/services/${TRANSPORT}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(change),
      });
    expect((await patch(owner(RVO), { name: 'Anders' })).status).toBe(428);
    expect((await patch({ ...owner(RVO), 'if-match': '"1.1"' }, { name: 'Anders' })).status).toBe(412);
    const good = { 'if-match': etag ?? '' };
    expect((await patch({ ...owner(NVWA), ...good }, { name: 'Anders' })).status).toBe(403);
    expect((await patch({ ...by('willem'), ...good }, { name: 'Anders' })).status).toBe(403);
    expect((await patch({ ...owner(RVO), ...good }, { owner: NVWA })).status).toBe(400);
    expect((await patch({ ...owner(RVO), ...good }, { loa: 'eh1' })).status).toBe(400);
    const answer = await patch({ ...owner(RVO), ...good }, { name: 'Anders' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).not.toBe(etag);
    expect(answer.headers.get('machtig-revision')).toMatch(/^\d+\.\d+$/);
    expect(await answer.json()).toMatchObject({ loa: body.loa, kinds: body.kinds, name: 'Anders' });
  });

  it('says what the register refuses as a conflict in words, and never as a failure', async () => {
    const service = {
      service_uuid: TRANSPORT,
      name: 'Nog eens',
      description: 'Nog eens.',
      consequence: 'Nog eens.',
      loa: 'eh3',
      kinds: [],
      grounds: [],
      domain: 'general',
      chains: false,
      branches: false,
      follow_up: 'both',
      instances: [{ service_id: `urn:etoegang:DV:${RVO}:services:91` }],
    };
    expect((await http.post('/v1/services', service, owner(RVO))).status).toBe(409);
    const wide = { ...service, service_uuid: undefined, instances: [{ ...service.instances[0], loa: 'eh2' }] };
    const answer = await http.post('/v1/services', wide, owner(RVO));
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ errors: [{ message: 'instance may only narrow' }] });
    const ground = { ...service, service_uuid: undefined, grounds: ['bewind'] };
    expect((await http.post('/v1/services', ground, owner(RVO))).status).toBe(400);
  });
});

describe('an import over HTTP', () => {
  it('takes XML alone, in a size that a catalogue has', async () => {
    expect((await importing('{}', { ...owner(RVO), 'content-type': 'application/json' })).status).toBe(415);
    expect((await importing(wrap(`<a>${'x'.repeat(10 * 1024 * 1024)}</a>`))).status).toBe(413);
    expect((await importing('')).status).toBe(400);
    expect((await importing(rvo, {})).status).toBe(401);
    expect((await importing(rvo, by('willem@eh4'))).status).toBe(403);
    expect((await importing(rvo, owner(NVWA))).status).toBe(403);
  });

  it('names faults by line, and nothing from this machine', async () => {
    const evil = wrap('&x;', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>');
    const answer = await importing(evil);
    expect(answer.status).toBe(400);
    const body = await answer.text();
    expect(body).toContain('document type');
    expect(body).not.toContain('root:');
  });

  it('is dry unless it is said not to be, and applied once under one key', async () => {
    const dry = seen.parse(await (await importing(rvo)).json());
    expect(dry).toMatchObject({ applied: false });
    expect((await importing(rvo, owner(RVO), '?dryRun=false')).status).toBe(400);
    const send = () =>
      importing(rvo, { ...owner(RVO), 'idempotency-key': '"catalogue-1"' }, `?dryRun=false&diffId=${dry.diff_id}`);
    const [first, second] = [await (await send()).json(), await (await send()).json()];
    expect(first).toMatchObject({ applied: true });
    expect(second).toEqual(first);
    expect((await importing(rvo, owner(RVO), `?dryRun=false&diffId=${dry.diff_id}`)).status).toBe(409);
  });
});
