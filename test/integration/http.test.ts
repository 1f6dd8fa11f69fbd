import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { AppError } from '../../src/domain/errors.ts';
import { makeIdentify } from '../../src/http/callers.ts';
import { aDecision, anApp, anEvaluate, everyone, loopback } from '../support/http.ts';

const ask = {
  actor: 'urn:nl:bsn:999990019',
  loa: 'eh3',
  represented: 'urn:nl:kvk:90000001',
  service: 'urn:etoegang:DV:1:services:1',
};
const authzen = {
  subject: { type: 'person', id: ask.actor, properties: { loa: 'eh3' } },
  action: { name: ask.service },
  resource: { type: 'organisation', id: ask.represented },
};
const question = {
  actor: { scheme: 'bsn', value: '999990019' },
  loa: 'eh3',
  represented: { scheme: 'kvk', value: '90000001' },
  service: ask.service,
};

function aStack(...args: Parameters<typeof anEvaluate>) {
  const { evaluate, asked, calls } = anEvaluate(...args);
  return { ...anApp({ policy: { input: 'mandates', evaluate } }), asked, calls };
}

function aLog() {
  const lines: object[] = [];
  const at = (level: string) => (fields: object) => lines.push({ level, ...fields });
  return { lines, log: { isLevelEnabled: () => false, debug: () => {}, warn: at('warn'), error: at('error') } };
}

describe('POST /v1/decision', () => {
  test('answers flat, with every field', async () => {
    const { post, asked } = aStack();
    const response = await post('/v1/decision', ask);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ...aDecision(), changes_at: '2030-12-31T00:00:00.000Z' });
    expect(asked).toEqual([question]);
  });

  test('every fault is named at once, without the value', async () => {
    const body = {
      actor: 'urn:nl:bsn:999990018',
      represented: 5,
      brnach: '1',
      loa: '',
      branch: '12',
      together: [{ id: 'jan' }],
    };
    const response = await aStack().post('/v1/decision', body);
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(
      JSON.parse(text)
        .errors.map(({ at }: { at: string }) => at)
        .sort(),
    ).toEqual(['/actor', '/branch', '/brnach', '/loa', '/represented', '/service', '/together/0/id']);
    expect(text).not.toContain('999990018');
  });

  test('an impossible identifier is a 400 that says which, and nothing is asked', async () => {
    const { post, asked } = aStack();
    const response = await post('/v1/decision', { ...ask, represented: 'urn:nl:kvk:123' });
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ at: '/represented', message: 'urn:nl:kvk: takes eight digits' }],
    });
    expect(asked).toEqual([]);
  });

  test.each([
    ['POST', 200],
    ['GET', 405],
    ['PUT', 405],
    ['DELETE', 405],
  ])('%s is %d', async (method, status) => {
    const body = method === 'POST' ? JSON.stringify(ask) : undefined;
    const response = await aStack().send('/v1/decision', {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body }),
    });
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('POST /access/v1/evaluation about mandates', () => {
  test('the same question, the same fields in context, without nulls', async () => {
    const { post, asked } = aStack();
    const response = await post('/access/v1/evaluation', authzen);
    const { allow, loa_required, services, holders_required, ...context } = aDecision();
    expect(await response.json()).toEqual({
      decision: allow,
      context: { ...context, changes_at: '2030-12-31T00:00:00.000Z' },
    });
    expect(asked).toEqual([question]);
  });

  test('an impossible identifier is a denial that is still recorded', async () => {
    const { post, asked } = aStack();
    const response = await post('/access/v1/evaluation', {
      ...authzen,
      resource: { type: 'person', id: 'urn:nl:bsn:123456789' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ decision: false, context: { reasons: ['identifier_invalid'] } });
    expect(asked).toEqual([{ refused: ['identifier_invalid'] }]);
  });

  test('a batch answers each item; an impossible identifier denies its own alone', async () => {
    const { post } = aStack();
    const evaluations = [
      {},
      { resource: { type: 'organisation', id: 'urn:nl:kvk:1' } },
      { subject: { type: 'person' } },
      { action: { name: 7 } },
    ];
    const response = await post('/access/v1/evaluations', { ...authzen, evaluations });
    const body = (await response.json()) as { evaluations: { decision: boolean; context: Record<string, unknown> }[] };
    expect(body.evaluations.map(({ decision }) => decision)).toEqual([true, false, false, false]);
    expect(body.evaluations[1]?.context).toMatchObject({ reasons: ['identifier_invalid'] });
    expect(body.evaluations[2]?.context).toMatchObject({ error: { errors: [{ at: '/evaluations/2/subject/id' }] } });
    expect(body.evaluations[3]?.context).toMatchObject({ error: { code: 'invalid_request' } });
  });

  test('an error of one item has its status and code, and is no denial', async () => {
    const { post } = aStack(() => {
      throw new AppError('data_stale', 'a cause that stays inside');
    });
    const text = await (await post('/access/v1/evaluations', { ...authzen, evaluations: [{}] })).text();
    expect(JSON.parse(text)).toMatchObject({
      evaluations: [{ decision: false, context: { error: { status: 503, code: 'data_stale' } } }],
    });
    expect(text).not.toContain('stays inside');
  });
});

describe('errors', () => {
  test.each([
    [new AppError('data_stale', 'x'), 503, 'data_stale'],
    [new AppError('epoch_mismatch', 'x'), 409, 'epoch_mismatch'],
    [new AppError('forbidden', 'x'), 403, 'forbidden'],
    [new TypeError('a bug with urn:nl:bsn:999990019'), 500, 'internal'],
    ['a string, as opa-wasm throws', 500, 'internal'],
    [{ message: 'an object' }, 500, 'internal'],
  ])('%s: %d %s, never an allow', async (thrown, status, code) => {
    const { post } = aStack(() => {
      throw thrown;
    });
    const response = await post('/v1/decision', ask, { 'x-request-id': 'r-1' });
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ status, code, request_id: 'r-1' });
    expect(text).not.toMatch(/allow"|decision"|999990019/);
  });

  test.each([
    [
      'a bug',
      new TypeError('x is not a function'),
      { level: 'error', code: 'internal', status: 500, err: { message: 'x is not a function' } },
    ],
    [
      'an outage',
      new AppError('store_unavailable', 'refused'),
      { level: 'warn', code: 'store_unavailable', status: 503, cause: 'refused' },
    ],
  ])('the cause of %s goes to the log under the same request id', async (_what, thrown, line) => {
    const { log, lines } = aLog();
    const { evaluate } = anEvaluate(() => {
      throw thrown;
    });
    await anApp({ policy: { input: 'mandates', evaluate }, log }).post('/v1/decision', ask, { 'x-request-id': 'r-2' });
    expect(lines).toMatchObject([{ ...line, requestId: 'r-2' }]);
  });

  test('a bound further down still says what is wrong', async () => {
    const { post } = aStack(() => {
      throw new AppError('invalid_request', 'together takes at most 8');
    });
    expect(await (await post('/v1/decision', ask)).json()).toMatchObject({
      errors: [{ at: '', message: 'together takes at most 8' }],
    });
  });

  test('503 says when to come back', async () => {
    const { post } = aStack(() => {
      throw new AppError('not_ready', 'x');
    });
    expect((await post('/v1/decision', ask)).headers.get('retry-after')).toBe('1');
  });

  test('an unknown address is 404 as a problem', async () => {
    const response = await aStack().send('/v2/decision');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'not_found' });
  });

  test.each([
    ['an empty body', ''],
    ['no JSON', '{"actor"'],
    ['a name twice', `{"actor":"urn:nl:bsn:999990019",${JSON.stringify(ask).slice(1)}`],
    ['half a surrogate pair', JSON.stringify(ask).replace('eh3', '\\ud800')],
    ['deep nesting', `${'{"a":'.repeat(20)}1${'}'.repeat(20)}`],
  ])('%s is 400', async (_what, body) => {
    const { post, asked } = aStack();
    expect((await post('/v1/decision', body)).status).toBe(400);
    expect(asked).toEqual([]);
  });

  test.each([
    ['announced', { 'content-length': '65537' }],
    ['unannounced', {}],
  ])('a body over 64 KiB is 413, %s', async (_how, headers) => {
    const { post, asked } = aStack();
    const response = await post('/v1/decision', `${JSON.stringify(ask)}${' '.repeat(65536)}`, headers);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'body_too_large' });
    expect(asked).toEqual([]);
  });
});

describe('headers', () => {
  test('no answer may be stored, and each names the API version', async () => {
    for (const body of [ask, {}]) {
      const { headers } = await aStack().post('/v1/decision', body);
      expect([headers.get('cache-control'), headers.get('api-version')]).toEqual(['no-store', '1.0.0']);
    }
  });

  test('a request id that is too long or not printable is replaced', async () => {
    for (const id of ['x'.repeat(129), 'a b']) {
      const { headers } = await aStack().post('/v1/decision', ask, { 'x-request-id': id });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('the trace is taken from the header, or from the context before it', async () => {
    const { post, calls } = aStack();
    const [inHeader, inContext] = [
      `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`,
    ];
    await post('/v1/decision', ask, { traceparent: inHeader });
    await post('/access/v1/evaluation', { ...authzen, context: { traceparent: inContext } }, { traceparent: inHeader });
    await post('/access/v1/evaluations', { ...authzen, evaluations: [{}], context: { traceparent: inContext } });
    expect(calls.map(({ traceparent }) => traceparent)).toEqual([inHeader, inContext, inContext]);
  });

  test.each([
    ['localhost:8181', 200],
    ['127.0.0.1', 200],
    ['127.0.0.2:8181', 200],
    ['127.0.0.1.rebound.example', 421],
    ['[::1]:8181', 200],
    ['PDP.example', 200],
    ['rebound.example', 421],
    ['localhost.rebound.example', 421],
  ])('Host %s: %d', async (host, status) => {
    const { post } = anApp({ allowedHosts: ['pdp.example'] });
    expect((await post('/v1/decision', ask, { host })).status).toBe(status);
  });

  test('on a Unix socket any Host will do', async () => {
    const init = {
      method: 'POST',
      body: JSON.stringify(ask),
      headers: { host: 'whatever', 'content-type': 'application/json' },
    };
    expect((await anApp().send('/v1/decision', init, { ...loopback, unixSocket: true })).status).toBe(200);
  });
});

describe('callers', () => {
  test('an unknown one is 401 and told how, before its body is read', async () => {
    const response = await anApp({ identify: makeIdentify({}) }).post('/v1/decision', '{');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="machtig"');
  });

  const nobody: Caller = { ...everyone, rights: { search: false, bsn: false, details: false } };

  test.each<[string, object, number]>([
    ['the actor', ask, 403],
    ['the represented', { ...ask, actor: 'urn:etoegang:pseudonym:p', represented: 'urn:nl:bsn:999990019' }, 403],
    ['a co-actor', { ...ask, actor: 'urn:etoegang:pseudonym:p', together: [{ id: 'urn:nl:bsn:999990019' }] }, 403],
    ['nobody', { ...ask, actor: 'urn:etoegang:pseudonym:p' }, 200],
  ])('without the right bsn, %s named by BSN', async (_who, body, status) => {
    expect((await anApp({ identify: () => nobody }).post('/v1/decision', body)).status).toBe(status);
  });

  test('a reason that is withheld takes the moment at which it ends with it', async () => {
    const { evaluate } = anEvaluate(() => aDecision({ allow: false, reasons: ['not_entitled'] }));
    const response = await anApp({ policy: { input: 'mandates', evaluate } }).post('/v1/decision', ask);
    expect(await response.json()).toMatchObject({ allow: false, reasons: ['not_entitled'], changes_at: null });
  });
});
