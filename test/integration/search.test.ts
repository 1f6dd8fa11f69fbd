import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { metadata } from '../../src/http/response-schemas.ts';
import { actionsFound, resourcesFound, subjectsFound } from '../../src/http/search-schemas.ts';
import { aParty } from '../support/decide-world.ts';
import { anApp } from '../support/http.ts';
import {
  BAKERY,
  BEA,
  BRANCHES,
  bakery,
  bea,
  caller,
  OFFICE,
  OWNER,
  searchWorld,
  somebody,
  TAX,
  WASTE,
  WORLD,
  withoutBsn,
} from '../support/search-world.ts';

const action = { name: TAX };
const submit = { name: TAX, properties: { operation: 'submit' } };
const view = { name: TAX, properties: { operation: 'view' } };
const organisation = { type: 'organisation' };

describe('who may act', () => {
  const branch = { ...bakery, properties: { branch: BRANCHES[0] } };

  it('are those with a mandate, and those of organisations with one', async () => {
    const { post } = await searchWorld();
    const { status, body } = await post('search/subject', { subject: somebody, action: view, resource: branch });
    expect(status).toBe(200);
    subjectsFound.parse(body);
    expect(body.results).toEqual([
      { ...somebody, id: 'urn:nl:bsn:999990019' },
      { ...somebody, id: 'urn:nl:bsn:999990020' },
      { ...somebody, id: expect.stringMatching(/^urn:machtig:handle:/) },
    ]);
    expect(body.page).toEqual({ next_token: '', count: 3, total: 3 });
    expect(body.context).toMatchObject({ data_revision: '1.7', data_age_ms: expect.any(Number) });
  });

  it.each([
    ['with BSNs', caller],
    ['with handles', withoutBsn],
  ])('evaluate to true, each as it is, %s', async (_what, who) => {
    const { post } = await searchWorld({ caller: who });
    const rest = { action: view, resource: branch };
    const { body } = await post('search/subject', { subject: somebody, ...rest });
    expect(body.results).toHaveLength(3);
    for (const subject of body.results) {
      expect((await post('evaluation', { subject, ...rest })).body.decision).toBe(true);
      expect((await post('evaluation', { subject, ...rest, action: { name: 'none' } })).body.decision).toBe(false);
    }
  });

  it('are named by BSN to none but those who may name persons by it', async () => {
    const { post, as } = await searchWorld({ caller: withoutBsn });
    const ask = () => post('search/subject', { subject: somebody, action: view, resource: branch });
    const { body } = await ask();
    expect(JSON.stringify(body)).not.toContain('bsn');
    // The same handles, again and again; another caller's are other ones, and of no use to this one.
    expect((await ask()).body.results).toEqual(body.results);
    as({ ...withoutBsn, name: 'another' });
    const others = (await ask()).body.results;
    expect(others).toHaveLength(3);
    expect(body.results).not.toContainEqual(others[0]);
    const [foreign] = body.results;
    const evaluated = await post('evaluation', { subject: foreign, action: view, resource: branch });
    expect(evaluated).toMatchObject({
      status: 200,
      body: { decision: false, context: { reasons: ['actor_unknown'] } },
    });
  });

  it('are nobody where the login is missing, the service unknown, or the subject an organisation', async () => {
    const { post } = await searchWorld();
    const reasons = async (change: object) => {
      const { body } = await post('search/subject', { subject: somebody, action: view, resource: branch, ...change });
      return [body.results.length, body.context.reasons];
    };
    expect(await reasons({ subject: { type: 'person' } })).toEqual([0, ['loa_missing']]);
    expect(await reasons({ action: { name: 'none' } })).toEqual([0, ['service_unknown']]);
    expect(await reasons({ resource: { ...bakery, id: 'urn:nl:kvk:90000099' } })).toEqual([0, ['represented_unknown']]);
    expect(await reasons({ resource: { ...bakery, properties: { branch: '000090000099' } } })).toEqual([
      0,
      ['branch_unknown'],
    ]);
    expect(await reasons({ subject: { ...somebody, type: 'organisation' } })).toEqual([0, ['actor_not_a_person']]);
    expect(await reasons({ subject: { type: 'user' } })).toEqual([0, ['identifier_invalid']]);
    expect(await reasons({ resource: { type: 'record', id: 'record-1' } })).toEqual([0, ['identifier_invalid']]);
    expect(await reasons({})).toEqual([3, undefined]);
  });

  it('are looked for behind the named intermediary alone', async () => {
    const { post } = await searchWorld();
    const subject = { type: 'person', id: 'ignored', properties: { loa: 'eh3', via: 'urn:nl:kvk:90000003' } };
    const { body } = await post('search/subject', { subject, action, resource: bakery });
    const found = { ...subject, id: 'urn:nl:bsn:999990019' };
    expect(body.results).toEqual([found]);
    expect((await post('evaluation', { subject: found, action, resource: bakery })).body.decision).toBe(true);
  });
});

describe('for whom he may act', () => {
  it('are those who gave him a mandate, or one to an organisation for whose clients he works', async () => {
    const { post } = await searchWorld();
    const { body } = await post('search/resource', { subject: bea, action: submit, resource: organisation });
    resourcesFound.parse(body);
    expect(body.results).toEqual([
      { ...organisation, id: 'urn:nl:kvk:90000004' },
      // For her own employer, too; the society has no KvK number.
      { ...organisation, id: 'urn:nl:kvk:90000003' },
      { ...organisation, id: 'urn:nl:rsin:800000006' },
    ]);
    for (const resource of body.results) {
      expect((await post('evaluation', { subject: bea, action: submit, resource })).body.decision).toBe(true);
    }
  });

  it('is himself, where persons are searched', async () => {
    const { post } = await searchWorld();
    const { body } = await post('search/resource', { subject: bea, action, resource: { type: 'person' } });
    expect(body.results).toEqual([{ type: 'person', id: 'urn:nl:bsn:999990019' }]);
  });

  it('names each branch at which he may, where he may not without', async () => {
    const { post } = await searchWorld();
    const subject = { ...somebody, id: 'urn:etoegang:pseudonym:stan' };
    const { body } = await post('search/resource', { subject, action, resource: organisation });
    expect(body.results).toEqual(BRANCHES.slice(0, 2).map((branch) => ({ ...bakery, properties: { branch } })));
    for (const resource of body.results) {
      expect((await post('evaluation', { subject, action, resource })).body.decision).toBe(true);
    }
    expect((await post('evaluation', { subject, action, resource: bakery })).body.decision).toBe(false);
    const given = { ...organisation, properties: { branch: BRANCHES[1] } };
    const one = await post('search/resource', { subject, action, resource: given });
    expect(one.body.results).toEqual([{ ...bakery, properties: { branch: BRANCHES[1] } }]);
  });
});

describe('with which services', () => {
  it('are those of the catalogue that he may use, with the operation where there must be one', async () => {
    const { post } = await searchWorld();
    const { body } = await post('search/action', { subject: bea, resource: bakery });
    actionsFound.parse(body);
    expect(body.results).toEqual([{ name: TAX }, { name: WASTE }]);
    const piet = { ...somebody, id: 'urn:etoegang:pseudonym:piet' };
    const viewing = await post('search/action', { subject: piet, resource: bakery });
    expect(viewing.body.results).toEqual([{ name: TAX, properties: { operation: 'view' } }]);
    expect((await post('evaluation', { subject: piet, resource: bakery, action: view })).body.decision).toBe(true);
  });

  it('say what speaks against all of them', async () => {
    const { post } = await searchWorld();
    const { body } = await post('search/action', { subject: { type: 'person', id: bea.id }, resource: bakery });
    expect(body).toMatchObject({ results: [], context: { reasons: ['loa_missing'] } });
  });
});

describe('a caller', () => {
  const search = { subject: bea, action, resource: organisation };

  it('without the right to search is refused', async () => {
    const { post } = await searchWorld({ caller: { ...caller, rights: { ...caller.rights, search: false } } });
    expect((await post('search/resource', search)).status).toBe(403);
    expect((await post('search/action', { subject: bea, resource: bakery })).body.code).toBe('forbidden');
  });

  it('without the right to name BSNs cannot name one here either', async () => {
    const { post } = await searchWorld({ caller: withoutBsn });
    const subject = { ...bea, id: 'urn:nl:bsn:999990019' };
    expect((await post('search/resource', { ...search, subject })).status).toBe(403);
  });

  it('finds nothing of another owner: refused where it asks for it, left out where it does not', async () => {
    const { post } = await searchWorld({ caller: { ...caller, owners: [OWNER] } });
    expect((await post('search/resource', search)).status).toBe(200);
    expect((await post('search/resource', { ...search, action: { name: WASTE } })).status).toBe(403);
    const { body } = await post('search/action', { subject: bea, resource: bakery });
    expect(body.results).toEqual([{ name: TAX }]);
  });

  it('without the right to details does not read what became of anybody', async () => {
    const curatele = { states: [{ state: 'curatele', since: 0 } as const] };
    const writes = [
      ...WORLD,
      {
        put: 'party',
        party: BEA,
        facts: aParty(BEA, { kind: 'person', birth_date: '1990-01-01', ...curatele }),
      } as const,
    ];
    const { post, as } = await searchWorld({ writes });
    expect((await post('search/resource', search)).body.context.reasons).toEqual(['actor_under_curatele']);
    expect((await post('search/action', { ...search, resource: bakery })).body.context.reasons).toEqual([
      'actor_under_curatele',
    ]);
    as(withoutBsn);
    expect((await post('search/resource', search)).body.context.reasons).toEqual(['not_entitled']);
    expect((await post('search/action', { ...search, resource: bakery })).body.context.reasons).toEqual([
      'not_entitled',
    ]);
  });
});

describe('the record of a search', () => {
  it('is one for each call, with who was found by party', async () => {
    const { post, records } = await searchWorld();
    const first = await post('search/resource', {
      ...{ subject: bea, action: submit, resource: organisation, page: { limit: 2 } },
      context: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    });
    await post('search/subject', { subject: somebody, action: view, resource: { type: 'record', id: 'x' } });
    await post('search/action', { subject: bea, resource: bakery });
    expect(records.entries.map(({ event_name, status }) => `${event_name} ${status}`)).toEqual([
      'adl.search_resource Ok',
      'adl.search_subject Ok',
      'adl.search_action Ok',
    ]);
    const [resource] = records.entries;
    expect(resource).toMatchObject({
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      parent_span_id: 'b7ad6b7169203331',
      attributes: { 'machtig.caller': 'portal', 'dpl.core.data_subject_id': BEA },
      body: {
        'adl.core.request': { actor: BEA, service: TAX, operation: 'submit', loa: 'eh3', page: { limit: 2 } },
        'adl.core.response': { id: first.body.context.id, count: 2, next: { id: OFFICE } },
        'adl.core.policies': { revision: first.body.context.policy_revision },
        'adl.core.information': { revision: '1.7' },
      },
    });
    expect(JSON.stringify(records.entries)).not.toMatch(/99999|9000000|pseudonym/);
    const results = [BAKERY, OFFICE].map((party) => ({ id: party }));
    expect(resource?.body['adl.core.response']).toMatchObject({ results });
    expect(first.body.results).toHaveLength(results.length);
  });

  it('comes before the answer: without it there is none', async () => {
    const { post, records } = await searchWorld();
    records.fail = new AppError('records_unavailable', 'the disk is full');
    const { status, body } = await post('search/action', { subject: bea, resource: bakery });
    expect([status, body.code, body.results]).toEqual([503, 'records_unavailable', undefined]);
  });
});

describe('a body', () => {
  it.each<[string, string, object, string[]]>([
    ['a subject without a type', 'subject', { subject: {}, action, resource: bakery }, ['/subject/type']],
    ['no resource', 'subject', { subject: somebody, action }, ['/resource']],
    ['a resource without an id', 'action', { subject: bea, resource: organisation }, ['/resource/id']],
    ['no action', 'resource', { subject: bea, resource: organisation }, ['/action']],
    ['a page of none', 'action', { subject: bea, resource: bakery, page: { limit: 0 } }, ['/page/limit']],
    ['half a result', 'action', { subject: bea, resource: bakery, page: { limit: 1.5 } }, ['/page/limit']],
    ['a token that is no text', 'action', { subject: bea, resource: bakery, page: { token: 7 } }, ['/page/token']],
    ['a list', 'action', [], ['']],
  ])('with %s is refused', async (_what, kind, body, at) => {
    const { post } = await searchWorld();
    const answered = await post(`search/${kind}`, body);
    expect(answered.status).toBe(400);
    expect(answered.body.errors.map(({ at: place }) => place)).toEqual(at);
  });

  it('may have more than is known', async () => {
    const { post } = await searchWorld();
    const page = { limit: 1_000_000, token: '', properties: { order: 'name' } };
    const body = { subject: { ...bea, more: 1 }, action: 7, resource: bakery, page, context: { ip: '::1' } };
    expect((await post('search/action', body)).body.results).toHaveLength(2);
  });
});

describe('discovery', () => {
  it('names the searches where there are some, and no others', async () => {
    const configuration = async (app: ReturnType<typeof anApp>) =>
      metadata.parse(await (await app.send('/.well-known/authzen-configuration')).json());
    const publicUrl = 'https://pdp.example';
    const none = async (): Promise<never> => expect.fail('nobody searches here');
    const search = { subject: none, resource: none, action: none };
    expect(await configuration(anApp({ publicUrl, search }))).toMatchObject({
      search_subject_endpoint: 'https://pdp.example/access/v1/search/subject',
      search_resource_endpoint: 'https://pdp.example/access/v1/search/resource',
      search_action_endpoint: 'https://pdp.example/access/v1/search/action',
    });
    const without = anApp({ publicUrl });
    expect(JSON.stringify(await configuration(without))).not.toContain('search');
    expect((await without.post('/access/v1/search/action', {})).status).toBe(404);
  });
});
