import { describe, expect, test } from 'vitest';
import { makeEvaluateAuthzen } from '../../src/evaluate/authzen.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { readAuthzenAnswer } from '../../src/policy/result.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { RECORDS_OFF } from '../../src/records/records.ts';
import { anApp } from '../support/http.ts';

/** Every case of AuthZEN's certification scenario at the levels Basic, Batch and Discovery, by its number there. */
const policy = makeEngine(await readBundle('examples/authzen-fixture/bundle.tar.gz'), readAuthzenAnswer);
const evaluate = makeEvaluateAuthzen({ policy, records: RECORDS_OFF, now: Date.now, metrics: makeMetrics() });
const { post, send } = anApp({ policy: { input: 'authzen', evaluate }, publicUrl: 'https://pdp.example.com' });

const alice = { type: 'user', id: 'alice' };
const bob = { type: 'user', id: 'bob' };
const admin = { ...bob, properties: { role: 'admin' } };
const record1 = { type: 'record', id: 'record-1' };
const record2 = { type: 'record', id: 'record-2' };
const archived = { ...record2, properties: { status: 'archived' } };
const read = { name: 'read' };
const write = { name: 'write' };
const softly = (soft: boolean) => ({ name: 'delete', properties: { soft } });
const good = { subject: alice, action: read, resource: record1 };

async function evaluation(body: unknown, headers?: Record<string, string>) {
  const response = await post('/access/v1/evaluation', body, headers);
  const json = (await response.json()) as { decision?: boolean; errors?: object[] };
  return { status: response.status, body: json, headers: response.headers };
}

async function evaluations(body: unknown) {
  const response = await post('/access/v1/evaluations', body);
  const json = (await response.json()) as { evaluations?: { decision: boolean }[]; decision?: boolean };
  return { status: response.status, json, decisions: json.evaluations?.map(({ decision }) => decision) };
}

describe('Basic Core', () => {
  test.each<[string, object, boolean]>([
    ['2.2.1 a permit', good, true],
    ['rule 2', { ...good, action: write }, true],
    ['rule 3', { ...good, subject: bob }, true],
    ['2.2.2 a denial', { subject: bob, action: write, resource: record1 }, false],
    [
      '2.2.3 a context with a time that has no seconds',
      { ...good, context: { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' } },
      true,
    ],
    [
      '2.2.8 additional properties',
      {
        subject: { ...alice, properties: { department: 'Sales', role: 'manager' } },
        action: { ...read, properties: { method: 'GET' } },
        resource: { ...record1, properties: { status: 'active', owner: 'bob' } },
      },
      true,
    ],
    ['2.2.9 unknown fields', { ...good, foo: 'bar', futureField: { nested: true } }, true],
  ])('%s', async (_case, body, decision) => {
    const answer = await evaluation(body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.body).toMatchObject({ decision });
  });

  test.each<[string, unknown]>([
    ['subject missing', { action: read, resource: record1 }],
    ['action missing', { subject: alice, resource: record1 }],
    ['resource missing', { subject: alice, action: read }],
    ['subject.type missing', { ...good, subject: { id: 'alice' } }],
    ['subject.id missing', { ...good, subject: { type: 'user' } }],
    ['action.name missing', { ...good, action: {} }],
    ['resource.type missing', { ...good, resource: { id: 'record-1' } }],
    ['resource.id missing', { ...good, resource: { type: 'record' } }],
    ['malformed JSON', '{"subject":'],
    ['empty body', ''],
    ['subject a string', { ...good, subject: 'alice' }],
    ['action.name a number', { ...good, action: { name: 123 } }],
    ['properties a list', { ...good, subject: { ...alice, properties: [] } }],
    ['no object at all', [good]],
  ])('2.4 %s is 400', async (_case, body) => {
    const answer = await evaluation(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.errors?.length).toBeGreaterThan(0);
  });

  test('2.4.3 another Content-Type is 400', async () => {
    expect((await evaluation(good, { 'content-type': 'text/plain' })).status).toBe(400);
    expect((await evaluation(good, { 'content-type': 'application/jsonp' })).status).toBe(400);
    expect((await evaluation(good, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
  });

  test('2.5 X-Request-ID comes back; without one there is no failure', async () => {
    expect(
      (await evaluation(good, { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' })).headers.get('x-request-id'),
    ).toBe('bfe9eb29-ab87-4ca3-be83-a1d5d8305716');
    expect((await evaluation('{', { 'x-request-id': 'also-on-errors' })).headers.get('x-request-id')).toBe(
      'also-on-errors',
    );
    expect((await evaluation(good)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('2.6 the same question gets the same answer', async () => {
    for (let i = 0; i < 5; i++) expect((await evaluation(good)).body.decision).toBe(true);
  });
});

test.each<[string, object, boolean]>([
  ['2.2.4 rule 5', { subject: alice, action: write, resource: archived }, false],
  ['2.2.5 rule 6', { subject: admin, action: write, resource: archived }, true],
  ['2.2.6 rule 7', { subject: alice, action: softly(true), resource: record1 }, true],
  ['2.2.7 rule 8', { subject: alice, action: softly(false), resource: record1 }, false],
])('Basic Properties %s', async (_case, body, decision) => {
  expect(await evaluation(body)).toMatchObject({ status: 200, body: { decision } });
});

describe('Batch', () => {
  test.each<[string, object, boolean[]]>([
    [
      '3.2.1 items with defaults',
      { subject: alice, action: read, evaluations: [{ resource: record1 }, { resource: record2 }] },
      [true, true],
    ],
    [
      '3.2.2 order',
      { subject: bob, resource: record1, evaluations: [{ action: read }, { action: write }] },
      [true, false],
    ],
    [
      '3.2.3 properties of each item',
      {
        subject: alice,
        action: write,
        evaluations: [{ resource: { ...record1, properties: { status: 'active' } } }, { resource: archived }],
      },
      [true, false],
    ],
    [
      '3.2.4 properties of each subject',
      { action: write, resource: archived, evaluations: [{ subject: alice }, { subject: admin }] },
      [false, true],
    ],
    ['3.2.5 no defaults', { evaluations: [good, { subject: bob, action: write, resource: record1 }] }, [true, false]],
    [
      '3.2.6 context inherited or replaced',
      {
        subject: alice,
        action: read,
        context: { time: '2025-06-27T18:03-07:00' },
        evaluations: [
          { resource: record1 },
          { resource: record2, context: { time: '2025-06-27T19:00-07:00', source: 'batch-override' } },
        ],
      },
      [true, true],
    ],
    [
      '3.2.7 required fields from the default entity',
      {
        subject: alice,
        action: write,
        resource: { type: 'record' },
        evaluations: [{ resource: { id: 'record-1', properties: { status: 'active' } } }, { resource: archived }],
      },
      [true, false],
    ],
    [
      'an entity replaces the default whole',
      { subject: alice, action: write, resource: archived, evaluations: [{ resource: record1 }, {}] },
      [true, false],
    ],
    ['{} inherits everything', { ...good, evaluations: [{}] }, [true]],
    ['3.4.1 one bad item', { subject: alice, action: read, evaluations: [{ resource: record1 }, {}] }, [true, false]],
  ])('%s', async (_case, body, decisions) => {
    const answer = await evaluations(body);
    expect(answer.status).toBe(200);
    expect(answer.decisions).toEqual(decisions);
    expect(answer.json).not.toHaveProperty('decision');
  });

  test('a bad item says what is wrong with it, and where it stood', async () => {
    const { json } = await evaluations({
      subject: alice,
      action: read,
      evaluations: [{}, 'no item', { resource: record1 }],
    });
    expect(json.evaluations?.[0]).toEqual({
      decision: false,
      context: {
        error: {
          status: 400,
          code: 'invalid_request',
          message: expect.any(String),
          errors: [{ at: '/evaluations/0/resource', message: 'is missing' }],
        },
      },
    });
    expect(json.evaluations?.[1]).toMatchObject({
      context: { error: { errors: [{ at: '/evaluations/1', message: 'must be an object' }] } },
    });
    expect(json.evaluations?.[2]).toEqual({ decision: true });
  });

  test.each([
    ['3.4.2 without evaluations', {}],
    ['3.4.3 with none', { evaluations: [] }],
  ])('%s it is the single evaluation', async (_case, more) => {
    expect(await evaluations({ ...good, ...more })).toMatchObject({ status: 200, json: { decision: true } });
    expect((await evaluations({ ...good, ...more, subject: undefined })).status).toBe(400);
  });

  test.each<[string, string[], boolean[]]>([
    ['execute_all', ['write', 'delete', 'read'], [true, false, true]],
    ['deny_on_first_deny', ['write', 'delete', 'read'], [true, false]],
    ['permit_on_first_permit', ['delete', 'write', 'read'], [false, true]],
  ])('%s', async (evaluations_semantic, names, decisions) => {
    const items = names.map((name) => ({ action: { name } }));
    const answer = await evaluations({
      subject: alice,
      resource: record1,
      evaluations: items,
      options: { evaluations_semantic },
    });
    expect(answer.decisions).toEqual(decisions);
  });

  test('an item that is an error ends a batch that ends at the first denial', async () => {
    const body = {
      subject: alice,
      action: read,
      evaluations: [{}, { resource: record1 }],
      options: { evaluations_semantic: 'deny_on_first_deny' },
    };
    expect((await evaluations(body)).decisions).toEqual([false]);
  });

  test.each<[string, object, string]>([
    [
      'an unknown semantic',
      { ...good, evaluations: [{}], options: { evaluations_semantic: 'any' } },
      '/options/evaluations_semantic',
    ],
    ['evaluations that are no list', { ...good, evaluations: {} }, '/evaluations'],
    ['more than 100 items', { ...good, evaluations: Array.from({ length: 101 }, () => ({})) }, '/evaluations'],
  ])('%s is 400', async (_case, body, at) => {
    expect(await evaluations(body)).toMatchObject({ status: 400, json: { errors: [{ at }] } });
  });
});

describe('Discovery', () => {
  test('6 names what exists, under the configured URL whatever the Host', async () => {
    const response = await send('/.well-known/authzen-configuration', { headers: { host: '127.0.0.1:8181' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      policy_decision_point: 'https://pdp.example.com',
      access_evaluation_endpoint: 'https://pdp.example.com/access/v1/evaluation',
      access_evaluations_endpoint: 'https://pdp.example.com/access/v1/evaluations',
    });
  });

  test('the path of the public URL stands behind the well-known one', async () => {
    const tenant = anApp({ publicUrl: 'https://pdp.example.com/tenant1' });
    const response = await tenant.send('/.well-known/authzen-configuration/tenant1');
    expect(await response.json()).toMatchObject({ policy_decision_point: 'https://pdp.example.com/tenant1' });
  });

  test('without a public URL there is none', async () => {
    expect((await anApp().send('/.well-known/authzen-configuration')).status).toBe(404);
  });
});

test('the short form does not exist beside a foreign policy', async () => {
  expect((await post('/v1/decision', {})).status).toBe(404);
});
