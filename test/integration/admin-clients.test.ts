import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { anAdminHttp } from '../support/admin-http.ts';
import { terms, VAT } from '../support/grants.ts';

let world: AdminWorld;
let http: ReturnType<typeof anAdminHttp>;
beforeAll(async () => {
  world = await startAdminWorld();
  http = anAdminHttp(world);
});
afterAll(() => world.close());

const BALANS = 'urn:nl:kvk:90000003';
const answer = z.object({
  items: z.array(z.looseObject({ client: z.looseObject({ name: z.string() }) })),
  next: z.string().optional(),
});
const search = (body: object, who = 'olaf') =>
  http.post('/v1/clients/_search', { party: BALANS, ...body }, { authorization: `Bearer ${who}` });
async function clients(body: object = {}) {
  const response = await search(body);
  const parsed = answer.safeParse(await response.json());
  if (!parsed.success) throw new Error(`status ${response.status}`);
  return parsed.data;
}
const names = async (body: object = {}) => (await clients(body)).items.map(({ client }) => client.name);

describe('the clients of an intermediary (R108, R122)', () => {
  it('are listed by name, each with how it stands', async () => {
    const { items } = await clients();
    const sorted = items.map(({ client }) => client.name);
    expect(sorted).toEqual([...sorted].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    expect(items).toContainEqual(
      expect.objectContaining({
        client: expect.objectContaining({ name: 'Bakkerij De Korenbloem' }),
        in_force: 1,
        requested: 0,
        ended: 0,
        ends_at: '2030-12-30T23:00:00.000Z',
      }),
    );
    expect(sorted).not.toContain('Balans Accountants');
  });

  it('show many requests at once, and what became of them', async () => {
    const asked = await http.post(
      '/v1/mandate-requests',
      {
        represented: [{ party: 'urn:nl:kvk:90000010' }, { party: 'urn:nl:kvk:90000005' }],
        delegate: BALANS,
        ...terms(VAT),
      },
      { authorization: 'Bearer olaf' },
    );
    expect(asked.status).toBe(201);
    expect(await names({ with: 'requested' })).toEqual(['Rederij Van Dam en Zonen', 'Sportvereniging Vooruit']);
  });

  it('are found by name, by service and by what ends soon', async () => {
    expect(await names({ text: 'korenBLOEM' })).toEqual(['Bakkerij De Korenbloem']);
    expect(await names({ service: VAT })).toContain('Bakkerij De Korenbloem');
    expect(await names({ service: VAT })).not.toContain('Sportvereniging Vooruit');
    expect(await names({ ends_before: '2027-01-01T00:00:00Z' })).not.toContain('Bakkerij De Korenbloem');
    expect(await names({ ends_before: '2032-01-01T00:00:00Z' })).toContain('Bakkerij De Korenbloem');
  });

  it('come page by page', async () => {
    const all = await names();
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page: z.output<typeof answer> = await clients({ page: { limit: 2, ...(token && { token }) } });
      seen.push(...page.items.map(({ client }) => client.name));
      token = page.next;
    } while (token !== undefined);
    expect(seen).toEqual(all);
  });

  it.each(['bea', 'willem'])('are not for everybody to see: not for %s', async (who) => {
    expect((await search({}, who)).status).toBe(404);
  });
});
