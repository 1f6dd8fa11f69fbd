import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { anAdminApp, refusal, refusalOf, remote, type Send, someOperations } from '../support/admin-app.ts';

let send: Send;
let post: ReturnType<typeof anAdminApp>['post'];
let seen: unknown[];
beforeEach(() => {
  const { operations, seen: kept } = someOperations();
  ({ send, post } = anAdminApp(operations));
  seen = kept;
});

const SECURITY = {
  'api-version': '1.0.0',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

describe('every answer', () => {
  it.each([
    ['an answer', '/v1/things/a', 'GET', 200],
    ['an answer without a body', '/v1/things/a/ends', 'POST', 204],
    ['a refusal', '/v1/things/a?limit=99', 'GET', 400],
    ['an unknown address', '/v1/nothing', 'GET', 404],
    ['another method', '/v1/things/a', 'DELETE', 405],
    ['what an address takes', '/v1/things/a', 'OPTIONS', 204],
    ['the description', '/v1/openapi.json', 'GET', 200],
  ])('has the security headers and the version: %s', async (_what, path, method, status) => {
    const response = await send(path, { method });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(SECURITY);
    expect(response.headers.has('content-type')).toBe(status !== 204);
    expect(response.headers.get('access-control-allow-origin')).toBe(path.endsWith('.json') ? '*' : null);
  });

  it('has the request id that was sent, or one of ours', async () => {
    const named = await send('/v1/things/a', { headers: { 'x-request-id': 'call-1' } });
    expect(named.headers.get('x-request-id')).toBe('call-1');
    const unnamed = await send('/v1/things/a', { headers: { 'x-request-id': 'x'.repeat(129) } });
    expect(unnamed.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has what is documented, and nothing else', async () => {
    const response = await send('/v1/things/a');
    expect(await response.json()).toEqual({ id: 'a', name: 'a' });
    expect(response.headers.get('etag')).toBe('"1.7"');
  });

  it('names its revision and its place where there is one', async () => {
    const { headers } = await send('/v1/things/a/ends', { method: 'POST' });
    expect(headers.get('machtig-revision')).toBe('1.9');
    expect(headers.get('location')).toBe('/v1/things/a');
  });
});

describe('methods and addresses', () => {
  it('HEAD answers as GET, without a body', async () => {
    const response = await send('/v1/things/a', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each([
    ['/v1/things/a', 'DELETE', 'GET, PATCH, HEAD, OPTIONS'],
    ['/v1/things/_search', 'GET', 'POST, OPTIONS'],
    ['/v1', 'POST', 'GET, HEAD, OPTIONS'],
  ])('%s says what it takes when asked to %s', async (path, method, allow) => {
    const response = await send(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect((await refusalOf(response)).code).toBe('method_not_allowed');
  });

  it.each([
    '/v1/things/a/',
    '/v1//things/a',
    '/v1/Things/a',
    '/v1/th%69ngs/a',
    '/v1/things/%5Fsearch/ends',
    '/things/a',
    '/v1/things/a%2Fends',
    '/v1/things/..%2Fa',
    '/v1/things/%00',
    '/v1/things/%zz',
  ])('%s is nothing that works', async (path) => {
    const response = await send(path);
    expect([400, 404, 405]).toContain(response.status);
    expect(seen).toEqual([]);
  });

  it('take an encoded sign in a parameter', async () => {
    expect((await send('/v1/things/a%3Ab')).status).toBe(200);
    expect(seen).toMatchObject([{ params: { thingId: 'a:b' } }]);
  });
});

describe('what is sent', () => {
  it('is judged whole: all faults of path, query, body and headers at once', async () => {
    const response = await send('/v1/things/NO?limit=99&limit=1&other=1', { headers: { 'if-match': 'none' } });
    expect(response.status).toBe(400);
    expect((await refusalOf(response)).errors).toEqual([
      { at: '{thingId}', message: 'must be small letters' },
      { at: '?limit', message: 'stands twice' },
      { at: '?other', message: 'is not a field of this request' },
      { at: 'If-Match', message: 'must be the one ETag that you have seen, in quotes' },
    ]);
  });

  it('has its faults by JSON Pointer, never with the value', async () => {
    const body = { name: '', kinds: ['a', '999990019'], bsn: '999990019', '999990019': 1 };
    const response = await post('/v1/things/_search', body);
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(refusal.parse(JSON.parse(text)).errors?.map(({ at }) => at)).toEqual(['/name', '/kinds/1', '/…', '/bsn']);
    expect(text).not.toContain('999990019');
  });

  it.each([
    ['not JSON', '{', 400],
    ['a name twice', '{"name":"a","name":"b"}', 400],
    ['half a surrogate pair', '{"name":"\\ud800"}', 400],
    ['too deep', `${'['.repeat(40)}${']'.repeat(40)}`, 400],
    ['nothing', '', 400],
    ['too large', JSON.stringify({ name: 'x'.repeat(70_000) }), 413],
    ['a prototype', '{"name":"a","__proto__":{"x":1}}', 400],
  ])('is refused when it is %s', async (_what, body, status) => {
    const response = await post('/v1/things/_search', body);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('is refused when it is longer than it says, or does not say', async () => {
    const stream = new Blob(['{"name":"', 'x'.repeat(70_000), '"}']).stream();
    const headers = { 'content-type': 'application/json' };
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body: stream, duplex: 'half' };
    expect((await send('/v1/things/_search', init)).status).toBe(413);
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'is refused with Content-Type %s',
    async (type) => {
      const response = await send('/v1/things/_search', {
        method: 'POST',
        body: new TextEncoder().encode('{"name":"a"}'),
        ...(type && { headers: { 'content-type': type } }),
      });
      expect([response.status, (await refusalOf(response)).code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('may be compressed nowhere', async () => {
    const response = await post('/v1/things/_search', { name: 'a' }, { 'content-encoding': 'gzip' });
    expect(response.status).toBe(415);
  });

  it('may be left out where the schema says so, and nowhere else', async () => {
    expect((await send('/v1/things/a/ends', { method: 'POST' })).status).toBe(204);
    expect((await post('/v1/things/a/ends', { reason: 'x' })).status).toBe(204);
    expect((await send('/v1/things/_search', { method: 'POST' })).status).toBe(400);
    expect(seen).toEqual([{ body: undefined }, { body: { reason: 'x' } }]);
  });

  it('is XML of up to 2 MiB where that is read', async () => {
    const xml = (body: string | Uint8Array) =>
      send('/v1/thing-imports', { method: 'POST', headers: { 'content-type': 'application/xml' }, body });
    expect(await (await xml(`<${'x'.repeat(1_000_000)}`)).json()).toEqual({ length: 1_000_001 });
    expect((await xml(`<${'x'.repeat(2_200_000)}`)).status).toBe(413);
    expect((await xml(new Uint8Array([60, 255, 254]))).status).toBe(400);
    expect((await post('/v1/thing-imports', '<a/>')).status).toBe(415);
  });
});

describe('what is taken', () => {
  it.each([
    ['application/json', 200],
    ['application/*;q=0.5, text/html', 200],
    ['*/*', 200],
    ['', 200],
    ['text/html', 406],
    ['application/json;q=0, */*', 406],
    ['application/xml', 406],
  ])('Accept: %s gives %i', async (accept, status) => {
    expect((await send('/v1/things/a', { headers: { accept } })).status).toBe(status);
  });
});

describe('a caller', () => {
  it('who is not known gets 401, and learns how to be', async () => {
    const response = await send('/v1/things/a', { headers: { authorization: 'Basic x' } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="machtig"');
    expect(seen).toEqual([]);
  });

  it('at another host gets 421', async () => {
    expect((await send('/v1/things/a', { headers: { host: 'evil.example' } })).status).toBe(421);
    expect((await send('/v1/openapi.json', { headers: { host: 'evil.example' } })).status).toBe(421);
  });

  it.each([{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }])(
    'that is a page of another site gets 403: %o',
    async (headers) => {
      const response = await send('/v1/things/a/ends', { method: 'POST', headers: { ...headers } });
      expect([response.status, (await refusalOf(response)).code]).toEqual([403, 'forbidden']);
      expect(seen).toEqual([]);
    },
  );

  it('who asks too much waits; others do not', async () => {
    const { operations } = someOperations();
    const app = anAdminApp(operations, { limits: { perCaller: { requests: 2, seconds: 60 } } });
    const ask = (name: string) => app.send('/v1/things/a', { headers: { authorization: `Bearer ${name}` } });
    const answers = [await ask('anna'), await ask('anna'), await ask('anna'), await ask('bob')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('who guesses is soon refused before anybody looks, by network', async () => {
    const { operations } = someOperations();
    const { send: knock } = anAdminApp(operations, { limits: { perAddress: { requests: 42, seconds: 60 } } });
    const guess = (address: string) =>
      knock('/v1/things/a', { headers: { authorization: 'guess' }, connection: { ...remote, address } });
    const statuses = [];
    for (const end of ['1', '2', 'ffff:1']) statuses.push((await guess(`2001:db8:0:7::${end}`)).status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await guess('2001:db8:0:8::1')).status).toBe(401);
  });
});

describe('a change', () => {
  const change = (headers: Record<string, string>) =>
    send('/v1/things/a', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"name":"b"}',
    });

  it('needs the ETag that was seen', async () => {
    const response = await change({});
    expect([response.status, (await refusalOf(response)).code]).toEqual([428, 'precondition_required']);
  });

  it.each([
    ['"1.7"', 200],
    ['"1.6"', 412],
    ['W/"1.7"', 412],
    ['1.7', 400],
    ['*', 400],
    ['"1.7", "1.6"', 400],
  ])('If-Match: %s gives %i', async (tag, status) => {
    expect((await change({ 'if-match': tag })).status).toBe(status);
  });

  it('takes an Idempotency-Key with a digest of method, address and body', async () => {
    await change({ 'if-match': '"1.7"', 'idempotency-key': '"k-1"' });
    await change({ 'if-match': '"1.7"', 'idempotency-key': 'k-1' });
    const [first, second] = seen as { idempotency: { key: string; digest: string } }[];
    expect(first?.idempotency).toEqual({ key: 'k-1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(second).toEqual(first);
  });

  it.each(['""', '"a b"', `"${'x'.repeat(129)}"`, '"é"'])('refuses the Idempotency-Key %s', async (key) => {
    const response = await change({ 'if-match': '"1.7"', 'idempotency-key': key });
    expect((await refusalOf(response)).errors).toMatchObject([{ at: 'Idempotency-Key' }]);
  });
});

describe('pages', () => {
  const nextOf = async (response: Response) => z.object({ next: z.string() }).parse(await response.json()).next;
  const first = async () => nextOf(await post('/v1/things/_search', { name: 'a' }));

  it('go on where they were', async () => {
    const response = await post('/v1/things/_search', { name: 'a', page: { token: await first() } });
    expect(await response.json()).toMatchObject({ after: ['x'] });
  });

  it.each([
    ['of other filters', { name: 'b' }, {}],
    ['of another caller', { name: 'a' }, { authorization: 'Bearer bob' }],
  ])('refuse a token %s', async (_what, filters, headers: Record<string, string>) => {
    const response = await post('/v1/things/_search', { ...filters, page: { token: await first() } }, headers);
    expect((await refusalOf(response)).errors).toMatchObject([{ at: '/page/token' }]);
  });

  it.each(['', 'a', 'AAAA', Buffer.alloc(80).toString('base64url')])('refuse the token %j', async (token) => {
    expect((await post('/v1/things/_search', { name: 'a', page: { token } })).status).toBe(400);
  });

  it('refuse a token in which one bit was turned, wherever', async () => {
    const bytes = Buffer.from(await first(), 'base64url');
    for (let at = 0; at < bytes.length; at += 7) {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      const response = await post('/v1/things/_search', { name: 'a', page: { token: forged.toString('base64url') } });
      expect(response.status).toBe(400);
    }
  });

  it('refuse a token that has expired', async () => {
    const { operations } = someOperations();
    let now = 0;
    const app = anAdminApp(operations, { now: () => now });
    const token = await nextOf(await app.post('/v1/things/_search', { name: 'a' }));
    now = 3_599_999;
    expect((await app.post('/v1/things/_search', { name: 'a', page: { token } })).status).toBe(200);
    now = 3_600_000;
    expect((await app.post('/v1/things/_search', { name: 'a', page: { token } })).status).toBe(400);
  });

  it('tell nobody where they stand', async () => {
    const other = await first();
    expect(Buffer.from(other, 'base64url').toString()).not.toContain('x"');
    expect(await first()).not.toBe(other);
  });
});
