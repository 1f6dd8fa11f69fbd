import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { NOBODY } from '../../src/domain/identifier.ts';
import type { Reach } from '../../src/mandates/reach.ts';
import type { Engine } from '../../src/policy/engine.ts';
import type { PolicyInput } from '../../src/policy/input.ts';
import { fixed, NOW } from '../support/decide-world.ts';
import { committedPolicy } from '../support/policy.ts';
import { BRANCHES, bakery, bea, caller, searchWorld, somebody, TAX, withoutBsn } from '../support/search-world.ts';

const action = { name: TAX, properties: { operation: 'view' } };
const submit = { name: TAX, properties: { operation: 'submit' } };
const clients = { subject: bea, action: submit, resource: { type: 'organisation' } };
const actors = { subject: somebody, action, resource: { ...bakery, properties: { branch: BRANCHES[0] } } };
const stan = { ...clients, subject: { ...bea, id: 'urn:etoegang:pseudonym:stan' } };
const policy = await committedPolicy();

type World = Awaited<ReturnType<typeof searchWorld>>;

async function firstToken({ post }: World, search: object = clients, kind = 'resource'): Promise<string> {
  const { body } = await post(`search/${kind}`, { ...search, page: { limit: 1 } });
  expect(body.page).toMatchObject({ count: 1, next_token: expect.stringMatching(/^eyJ/) });
  return body.page.next_token;
}

describe('pages', () => {
  it.each([
    ['clients', 'resource', clients, 3],
    ['actors', 'subject', actors, 3],
    ['branches of one client', 'resource', stan, 2],
    ['services', 'action', { subject: bea, resource: bakery }, 2],
  ])('of one give what a single page gives: %s', async (_what, kind, search, count) => {
    const { post } = await searchWorld();
    const all = await post(`search/${kind}`, search);
    const one: object[] = [];
    for (let token = 'first'; token !== ''; ) {
      const page = { limit: 1, ...(token !== 'first' && { token }) };
      const { body } = await post(`search/${kind}`, { ...search, page });
      expect(body.page).toEqual({ count: body.results.length, next_token: body.page.next_token });
      one.push(...body.results);
      token = body.page.next_token;
    }
    expect(one).toEqual(all.body.results);
    expect(all.body.page).toEqual({ next_token: '', count, total: count });
  });
});

describe('a page token', () => {
  const next = ({ post }: World, token: string, search: object = clients, kind = 'resource') =>
    post(`search/${kind}`, { ...search, page: { token, limit: 5 } });

  it('goes on at another sidecar, and with another limit, an hour long', async () => {
    const token = await firstToken(await searchWorld());
    const soon = await searchWorld({ tokenClock: () => NOW + 3_599_999 });
    expect((await next(soon, token)).body.results).toHaveLength(2);
    const late = await searchWorld({ tokenClock: () => NOW + 3_600_000 });
    expect((await next(late, token)).body.errors).toEqual([
      { at: '/page/token', message: 'is older than an hour: search anew' },
    ]);
  });

  it.each<[string, object, string?]>([
    ['service', { action: { name: 'other' } }],
    ['operation', { action: { name: TAX } }],
    ['login', { subject: { ...bea, properties: { loa: 'eh4' } } }],
    ['subject', { subject: { ...bea, id: 'urn:etoegang:pseudonym:olaf' } }],
    ['type', { resource: { type: 'person' } }],
    ['branch', { resource: { type: 'organisation', properties: { branch: BRANCHES[0] } } }],
    ['least level', { context: { min_loa: 'eh2' } }],
    ['door', { resource: bakery }, 'action'],
  ])('is refused with another %s', async (_what, change, kind = 'resource') => {
    const world = await searchWorld();
    const { status, body } = await next(world, await firstToken(world), { ...clients, ...change }, kind);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ at: '/page/token', message: 'is of another search: only page.limit may change' }]);
  });

  it('does not mind another order of fields, unknown ones, or another moment', async () => {
    const world = await searchWorld();
    const token = await firstToken(world);
    const { subject, resource } = clients;
    const again = { context: { time: '2026-01-01T00:00:00Z', ip: '::1' }, resource, action: submit, subject, more: 1 };
    expect((await next(world, token, again)).body.results).toHaveLength(2);
  });

  it('of another caller is refused', async () => {
    const world = await searchWorld();
    const token = await firstToken(world);
    world.as({ ...caller, name: 'another' });
    expect((await next(world, token)).status).toBe(400);
  });

  it('that was altered, made up, or made under another key is refused in the same words', async () => {
    const world = await searchWorld();
    const token = await firstToken(world);
    const other = await firstToken(await searchWorld({ hmacKey: randomBytes(32) }));
    const parts = token.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const altered = [...parts.slice(0, 3), `${parts[3]?.slice(0, -2)}AA`, parts[4]].join('.');
    for (const bad of [other, altered, 'x', `${none}..e30.`, token.slice(0, -4), [none, ...parts.slice(1)].join('.')]) {
      const { status, body } = await next(world, bad);
      expect([status, body.errors]).toEqual([400, [{ at: '/page/token', message: 'is none of ours' }]]);
    }
    expect((await next(world, token)).status).toBe(200);
  });

  it('tells nothing to whoever holds it', async () => {
    const token = await firstToken(await searchWorld());
    const legible = token
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
      .join();
    expect(legible).not.toMatch(/0000|portal|position/);
  });
});

describe('a search', () => {
  it('ends its page when time is up, with what it has, and goes on from there', async () => {
    const slow: Engine<Verdict> = {
      revision: 'r',
      decide(input) {
        // As long as a page may take, but for the question about nobody in particular.
        const until = performance.now() + (isAboutNobody(input) ? 0 : 500);
        while (performance.now() < until);
        return policy.decide(input);
      },
    };
    const { post } = await searchWorld({ deadlineMs: 500, policy: slow });
    const found: object[] = [];
    for (let token = 'first'; token !== ''; ) {
      const page = token === 'first' ? {} : { token };
      const { body } = await post('search/resource', { ...clients, page });
      expect(body.page.count).toBeLessThanOrEqual(1);
      found.push(...body.results);
      token = body.page.next_token;
    }
    expect(found).toHaveLength(3);
  });

  it('fails when time is up before anybody was judged', async () => {
    const { post, records } = await searchWorld({ deadlineMs: 0 });
    const { status, body, headers } = await post('search/resource', clients);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'overloaded', '1']);
    expect(records.entries).toMatchObject([
      { status: 'Error', body: { 'adl.core.response': { error: 'overloaded' } } },
    ]);
  });

  it('is refused while as many as may be are under way', async () => {
    const open: (() => void)[] = [];
    const waiting: Reach = {
      ...(await searchWorld()).store.reach,
      async *services() {
        await new Promise<void>((resolve) => open.push(resolve));
        yield [TAX];
      },
    };
    const { post, metrics } = await searchWorld({ atOnce: 2, reach: waiting });
    const search = { subject: bea, resource: bakery };
    const two = [post('search/action', search), post('search/action', search)];
    while (open.length < 2) await new Promise(setImmediate);
    const { status, body, headers } = await post('search/action', search);
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'too_many_requests', '1']);
    for (const go of open) go();
    expect((await Promise.all(two)).map((answered) => answered.status)).toEqual([200, 200]);
    expect(await metrics.registry.getSingleMetricAsString('machtig_searches_total')).toContain(
      'machtig_searches_total{search="action",outcome="found"} 2',
    );
  });

  it("is one policy's: when another comes, the page ends, and the next is the other's", async () => {
    let judged = 0;
    // The question about nobody, herself and the first client are the one's to judge, all others the next one's.
    const swapped: Engine<Verdict> = {
      get revision() {
        return judged < 4 ? 'old' : 'new';
      },
      decide(input) {
        judged++;
        return policy.decide(input);
      },
    };
    const { post } = await searchWorld({ policy: swapped });
    const first = await post('search/resource', clients);
    expect(first.body).toMatchObject({ page: { count: 1 }, context: { policy_revision: 'old' } });
    const page = { token: first.body.page.next_token };
    const second = await post('search/resource', { ...clients, page });
    expect(second.body).toMatchObject({ page: { count: 2, next_token: '' }, context: { policy_revision: 'new' } });
  });

  it('never answers from data that is too old, or has not reached what was asked', async () => {
    const stale = { ...fixed(), position: () => fail('data_stale') };
    expect((await (await searchWorld({ freshness: stale })).post('search/resource', clients)).status).toBe(503);
    const behind = { ...fixed(), reach: async () => fail('revision_not_reached') };
    const { post } = await searchWorld({ freshness: behind });
    const { body } = await post('search/resource', { ...clients, context: { min_revision: '1.8' } });
    expect(body.code).toBe('revision_not_reached');
    expect((await post('search/resource', { ...clients, context: { min_revision: '1.7' } })).status).toBe(200);
  });

  it('fails as a whole when one candidate cannot be judged', async () => {
    let judged = 0;
    const failing: Engine<Verdict> = {
      revision: 'r',
      decide: (input) => (++judged > 2 ? fail('policy_failed') : policy.decide(input)),
    };
    const { post } = await searchWorld({ policy: failing });
    const { status, body } = await post('search/resource', clients);
    expect([status, body.code, body.results]).toEqual([503, 'policy_failed', undefined]);
  });

  it('fails when the store cannot say who is connected', async () => {
    const broken: Reach = {
      ...(await searchWorld()).store.reach,
      async *represented() {
        yield [];
        fail('store_unavailable');
      },
    };
    const { post } = await searchWorld({ reach: broken });
    expect((await post('search/resource', clients)).body.code).toBe('store_unavailable');
  });

  it('by whoever may not know BSNs gives handles that lead on', async () => {
    const world = await searchWorld({ caller: withoutBsn });
    const { body } = await world.post('search/subject', actors);
    for (const { type, id } of body.results) {
      const subject = { type, id, properties: { loa: 'eh3' } };
      const found = await world.post('search/resource', { ...clients, action, subject });
      expect(found.body.results.length, id).toBeGreaterThan(0);
    }
  });
});

function fail(code: AppError['code']): never {
  throw new AppError(code, 'a fault of this test');
}

function isAboutNobody(input: unknown): boolean {
  return (input as PolicyInput).represented.party?.party_id === NOBODY;
}
