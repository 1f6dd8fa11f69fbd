import { describe, expect, test } from 'vitest';
import { makeEvaluateAuthzen } from '../../src/evaluate/authzen.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { readAuthzenAnswer } from '../../src/policy/result.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { RECORDS_OFF } from '../../src/records/records.ts';
import { anApp } from '../support/http.ts';

/** What the certification scenario of AuthZEN leaves open: authzen-certification.test.ts runs the scenario itself. */
const policy = makeEngine(await readBundle('examples/authzen-fixture/bundle.tar.gz'), readAuthzenAnswer);
const evaluate = makeEvaluateAuthzen({ policy, records: RECORDS_OFF, now: Date.now, metrics: makeMetrics() });
const { post } = anApp({ policy: { input: 'authzen', evaluate } });

const alice = { type: 'user', id: 'alice' };
const record1 = { type: 'record', id: 'record-1' };
const record2 = { type: 'record', id: 'record-2' };
const archived = { ...record2, properties: { status: 'archived' } };
const read = { name: 'read' };
const write = { name: 'write' };
const good = { subject: alice, action: read, resource: record1 };

async function evaluations(body: unknown) {
  const response = await post('/access/v1/evaluations', body);
  const json = (await response.json()) as { evaluations?: { decision: boolean }[]; decision?: boolean };
  return { status: response.status, json, decisions: json.evaluations?.map(({ decision }) => decision) };
}

describe('Batch', () => {
  test.each<[string, object, boolean[]]>([
    [
      'an entity replaces the default whole',
      { subject: alice, action: write, resource: archived, evaluations: [{ resource: record1 }, {}] },
      [true, false],
    ],
    ['{} inherits everything', { ...good, evaluations: [{}] }, [true]],
    [
      'whoever is not named is not the default',
      { ...good, evaluations: [{ subject: { type: 'user' } }, { subject: null }, { action: {} }, {}] },
      [false, false, false, true],
    ],
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

  test.each([{}, { evaluations: [] }])('is the single evaluation with %j, and as strict', async (more) => {
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
