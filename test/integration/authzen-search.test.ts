import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { LIMITS } from '../../src/http/schemas.ts';
import { CANDIDATE_LIMITS } from '../../src/policy/candidates-result.ts';
import { authzenWorld, bundleOver, type FixtureData, SMALL } from '../support/authzen-world.ts';
import { everyone } from '../support/http.ts';

const read = { name: 'read' };
const record = { type: 'record', id: 'record-1' };
const alice = { type: 'user', id: 'alice' };
const readers = { subject: { type: 'user' }, action: read, resource: record };
const readable = { subject: alice, action: read, resource: { type: 'record' } };

/** So many users who may read, and as many who are not known to have a record to read. */
function many(count: number): FixtureData {
  const users = Object.fromEntries(Array.from({ length: count }, (_, n) => [`user-${String(n).padStart(5, '0')}`, {}]));
  return { users, records: SMALL.records };
}

type World = ReturnType<typeof authzenWorld>;

async function allPages({ post }: World, search: object, limit: number, between: (page: number) => unknown = () => {}) {
  const results: object[] = [];
  for (let token = '', page = 1; ; page += 1) {
    const { status, body } = await post('search/subject', { ...search, page: { limit, ...(token && { token }) } });
    expect(status).toBe(200);
    expect(body.page.count).toBe(body.results.length);
    results.push(...body.results);
    token = body.page.next_token;
    if (token === '') return results;
    await between(page);
  }
}

describe('a search by a foreign policy', () => {
  it('lists what its decision allows in that place, in the order of ids', async () => {
    const { post } = authzenWorld();
    const { body } = await post('search/action', { subject: alice, resource: record });
    expect(body).toEqual({
      results: [{ name: 'delete', properties: { soft: true } }, read, { name: 'write' }],
      page: { next_token: '', count: 3, total: 3 },
      context: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), policy_revision: bundleOver(SMALL).revision },
    });
    for (const action of body.results) {
      expect((await post('evaluation', { subject: alice, action, resource: record })).body).toEqual({ decision: true });
    }
  });

  it('carries what the request says of the open place into each result', async () => {
    const { post } = authzenWorld();
    const resource = { type: 'record', id: 'nobody heeds this', properties: { status: 'archived' } };
    const { body } = await post('search/resource', {
      ...readable,
      subject: { type: 'user', id: 'bob' },
      action: { name: 'write' },
      resource,
    });
    const { properties } = resource;
    expect(body.results).toEqual([
      { type: 'record', id: 'record-1', properties },
      { type: 'record', id: 'record-2', properties },
    ]);
    const plain = await post('search/resource', { ...readable, action: { name: 'write' } });
    expect(plain.body.results).toEqual([{ type: 'record', id: 'record-1' }]);
  });

  it.each<[string, string, object]>([
    ['an unknown type of subjects', 'subject', { ...readers, subject: { type: 'spaceship' } }],
    ['an unknown resource', 'subject', { ...readers, resource: { type: 'record', id: 'record-9' } }],
    ['an unknown type of resources', 'resource', { ...readable, resource: { type: 'spaceship' } }],
    ['an unknown subject', 'resource', { ...readable, subject: { type: 'user', id: 'carol' } }],
    ['an unknown subject of actions', 'action', { subject: { type: 'user', id: 'carol' }, resource: record }],
    ['an unknown action', 'subject', { ...readers, action: { name: 'share' } }],
  ])('finds nothing for %s', async (_what, kind, search) => {
    const { status, body } = await authzenWorld().post(`search/${kind}`, search);
    expect([status, body.results, body.page]).toEqual([200, [], { next_token: '', count: 0, total: 0 }]);
  });

  it.each<[string, string, object, string]>([
    ['the action', 'subject', { ...readers, action: undefined }, '/action'],
    ['the id of the resource', 'subject', { ...readers, resource: { type: 'record' } }, '/resource/id'],
    ['the id of the subject', 'resource', { ...readable, subject: { type: 'user' } }, '/subject/id'],
    ['the type that is searched', 'resource', { ...readable, resource: {} }, '/resource/type'],
    ['the resource of actions', 'action', { subject: alice }, '/resource'],
    ['a sensible limit', 'subject', { ...readers, page: { limit: 0 } }, '/page/limit'],
  ])('without %s is 400', async (_what, kind, search, at) => {
    const { status, body } = await authzenWorld().post(`search/${kind}`, search);
    expect([status, body.errors?.map((fault) => fault.at)]).toEqual([400, [at]]);
  });

  it('is for callers with the right to search', async () => {
    const world = authzenWorld();
    world.as({ ...everyone, rights: { ...everyone.rights, search: false } });
    for (const [kind, search] of [
      ['subject', readers],
      ['resource', readable],
      ['action', { subject: alice, resource: record }],
    ] as const) {
      expect(await world.post(`search/${kind}`, search)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect(world.records.entries).toEqual([]);
  });

  it.each<[string, string]>([
    ['empty', ''],
    ['too long', 'x'.repeat(201)],
    ['not legible', 'a\u0000b'],
  ])('fails, and finds nobody, when the id of one candidate is %s', async (_what, id) => {
    const world = authzenWorld(bundleOver({ ...SMALL, users: { ...SMALL.users, [id]: {} } }));
    const { status, body } = await world.post('search/subject', readers);
    expect([status, body.code]).toEqual([503, 'policy_failed']);
    expect(JSON.stringify(body)).not.toContain('results');
    expect(world.records.entries).toMatchObject([
      { status: 'Error', body: { 'adl.core.response': { error: 'policy_failed' } } },
    ]);
    expect((await world.post('search/resource', readable)).status).toBe(200);
  });

  it('takes ids as long as evaluation does', () => {
    const { type, id, name } = CANDIDATE_LIMITS;
    expect({ type, id, name }).toEqual({ type: LIMITS.type, id: LIMITS.urn, name: LIMITS.service });
  });

  it('fails when there are more candidates than can be looked at in one go', async () => {
    const most = authzenWorld(bundleOver(many(CANDIDATE_LIMITS.candidates)));
    expect((await most.post('search/subject', readers)).body.page).toMatchObject({ count: 100 });
    const more = authzenWorld(bundleOver(many(CANDIDATE_LIMITS.candidates + 1)));
    expect((await more.post('search/subject', readers)).body.code).toBe('policy_failed');
  });

  it('is refused where as many are under way as may be', async () => {
    const { post } = authzenWorld(bundleOver(many(5000)), { atOnce: 1 });
    const page = { limit: 1000 };
    const [first, second] = await Promise.all([
      post('search/subject', { ...readers, page }),
      post('search/subject', readers),
    ]);
    expect([first.status, second.body.code]).toEqual([200, 'too_many_requests']);
    expect((await post('search/subject', readers)).status).toBe(200);
  });
});

describe('pages of it', () => {
  it.each([1, 7, 1000])('of %d give everybody once', async (limit) => {
    const world = authzenWorld(bundleOver(many(25)));
    const whole = await world.post('search/subject', readers);
    expect(whole.body.page).toEqual({ next_token: '', count: 25, total: 25 });
    expect(await allPages(world, readers, limit)).toEqual(whole.body.results);
  });

  it.each(['€', '"', '\u2028'])('go on behind the longest ids, of %j', async (sign) => {
    const ids = ['a', 'b', 'c'].map((first) => first + sign.repeat(LIMITS.urn - 1));
    const users = Object.fromEntries(ids.map((id) => [id, {}]));
    const results = await allPages(authzenWorld(bundleOver({ ...SMALL, users })), readers, 1);
    expect(results).toEqual(ids.map((id) => ({ type: 'user', id })));
  });

  it('hold what a deadline leaves of them, and go on', async () => {
    const world = authzenWorld(bundleOver(many(40)), { deadlineMs: 0 });
    const { body } = await world.post('search/subject', readers);
    expect(body.page.count).toBe(1);
    expect(await allPages(world, readers, 1000)).toHaveLength(40);
  });

  it('go on at another process, and by another policy, for whoever is there throughout', async () => {
    const hmacKey = Buffer.alloc(32, 7);
    const world = authzenWorld(bundleOver(many(12)), { hmacKey });
    const { body } = await world.post('search/subject', { ...readers, page: { limit: 5 } });
    const { 'user-00002': _, 'user-00007': __, ...users } = many(12).users;
    const other = authzenWorld(bundleOver({ ...SMALL, users: { ...users, 'user-00001a': {}, 'user-00008a': {} } }), {
      hmacKey,
    });
    const next = await other.post('search/subject', { ...readers, page: { token: body.page.next_token } });
    const ids = [...body.results, ...next.body.results].map(({ id }) => id?.slice(8));
    expect(ids.join(' ')).toBe('00 01 02 03 04 05 06 08 08a 09 10 11');
  });

  it('are each of one policy, whichever comes meanwhile', async () => {
    const users = Object.entries(many(4000).users);
    const [even, odd] = [0, 1].map((half) =>
      bundleOver({ ...SMALL, users: Object.fromEntries(users.filter((_, n) => n % 2 === half)) }),
    );
    if (even === undefined || odd === undefined) throw new Error('two bundles');
    const world = authzenWorld(even);
    const revisions = new Set<string>();
    let swapping = true;
    const swaps = (async () => {
      for (let n = 0; swapping; n += 1) {
        await world.swap(n % 2 === 0 ? odd : even);
        for (let turn = 0; turn <= n % 3; turn += 1) await setImmediate();
      }
    })();
    const numberOf = ({ id }: { id?: string }) => Number(id?.slice(5));
    for (let token = '', last = -1, asked = 0; revisions.size < 2 || asked < 50; asked += 1) {
      const { body } = await world.post('search/subject', { ...readers, page: { limit: 1000, token } });
      const { policy_revision } = body.context;
      const half = policy_revision === even.revision ? 0 : 1;
      for (const number of body.results.map(numberOf)) {
        expect(number % 2).toBe(half);
        // Nobody of this half is passed over: what one policy named, no other has judged.
        expect(number - last).toBeLessThanOrEqual(2);
        revisions.add(policy_revision);
        last = number;
      }
      token = body.page.next_token;
      if (token === '') last = -1;
    }
    swapping = false;
    await swaps;
  });

  it.each<[string, object, string?]>([
    ['action', { ...readers, action: { name: 'write' } }],
    ['resource', { ...readers, resource: { type: 'record', id: 'record-2' } }],
    ['property', { ...readers, subject: { type: 'user', properties: { role: 'admin' } } }],
    ['context', { ...readers, context: { hour: 3 } }],
    ['door', { ...readable, resource: record }, 'resource'],
  ])('are not led on by a token of another %s', async (_what, search, kind = 'subject') => {
    const { post } = authzenWorld();
    const { body } = await post('search/subject', { ...readers, page: { limit: 1 } });
    const { next_token: token } = body.page;
    const refused = await post(`search/${kind}`, { ...search, page: { token } });
    expect(refused.body.errors).toEqual([
      { at: '/page/token', message: 'is of another search: only page.limit may change' },
    ]);
    const traced = {
      ...readers,
      context: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
      page: { token },
    };
    expect((await post('search/subject', traced)).body.results).toEqual([{ type: 'user', id: 'bob' }]);
  });
});

describe('the record of it', () => {
  it('counts what was found, and holds no id unless records are whole', async () => {
    const plain = authzenWorld();
    const { body } = await plain.post('search/subject', readers);
    expect(plain.records.entries).toMatchObject([
      {
        event_name: 'adl.search_subject',
        status: 'Ok',
        attributes: { 'machtig.caller': 'anyone' },
        body: {
          'adl.core.request': {
            subject: { type: 'user' },
            action: read,
            resource: { type: 'record' },
            page: { limit: 100 },
          },
          'adl.core.response': { id: body.context.id, count: 2 },
          'adl.core.policies': { revision: body.context.policy_revision },
        },
      },
    ]);
    expect(JSON.stringify(plain.records.entries)).not.toMatch(/alice|bob|record-1/);
    const whole = authzenWorld(undefined, { wantsInput: true });
    await whole.post('search/subject', readers);
    expect(JSON.stringify(whole.records.entries)).toMatch(/record-1.*alice.*bob/);
  });

  it('is there before the page leaves, or no page does', async () => {
    const world = authzenWorld();
    world.records.fail = new AppError('records_unavailable', 'disk full');
    expect(await world.post('search/subject', readers)).toMatchObject({
      status: 503,
      body: { code: 'records_unavailable' },
    });
  });
});

describe('a policy that names no candidates', () => {
  const discover = async ({ send }: World) => (await send('/.well-known/authzen-configuration')).json();

  it('cannot be searched, and discovery says what can as policies come and go', async () => {
    const closed = bundleOver(SMALL, { searched: false });
    const world = authzenWorld(closed, { publicUrl: 'https://pdp.example.com' });
    expect(Object.keys((await discover(world)) as object)).not.toContain('search_subject_endpoint');
    expect(await world.post('search/subject', readers)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    await world.swap(bundleOver(SMALL));
    expect(await discover(world)).toMatchObject({
      search_subject_endpoint: 'https://pdp.example.com/access/v1/search/subject',
      search_resource_endpoint: 'https://pdp.example.com/access/v1/search/resource',
      search_action_endpoint: 'https://pdp.example.com/access/v1/search/action',
    });
    expect((await world.post('search/subject', readers)).body.results).toHaveLength(2);
    await world.swap(closed);
    expect((await world.post('search/subject', readers)).status).toBe(404);
    expect(Object.keys((await discover(world)) as object)).not.toContain('search_subject_endpoint');
  });
});
