import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchReadiness } from '../../src/administer/readiness.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { Authenticate } from '../../src/http/admin/authenticate.ts';
import { serveAdmin } from '../../src/http/admin/serve.ts';
import { createOps } from '../../src/http/ops.ts';
import type { Listening } from '../../src/http/serve.ts';
import { makePool } from '../../src/store/postgres.ts';
import { anAdminApp, someOperations } from '../support/admin-app.ts';
import { makeAuthority } from '../support/certificates.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const tcp = { host: '127.0.0.1', port: 0 };

describe('the admin port', () => {
  let server: Listening;
  beforeAll(async () => {
    server = await serveAdmin(anAdminApp(someOperations().operations).app, { tcp, drainMs: 100 });
  });
  afterAll(() => server.close());

  const raw = async (head: string): Promise<string> => {
    const { hostname, port } = new URL(server.url ?? '');
    const socket = connect(Number(port), hostname);
    socket.write(head);
    const answer = await text(socket);
    return answer;
  };
  const get = (path: string, headers = '') =>
    raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer anna\r\nConnection: close\r\n${headers}\r\n`);

  it('answers over the network', async () => {
    expect(await get('/v1/things/a')).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  });

  it.each([
    ['a flood of headers', `${Array.from({ length: 3000 }, (_, i) => `x-${i}: 1`).join('\r\n')}\r\n`, 431],
    ['one endless header', `x: ${'y'.repeat(20_000)}\r\n`, 431],
    ['a header that is none', 'not a header\r\n', 400],
    ['two hosts', 'Host: evil.example\r\n', 421],
  ])('refuses %s', async (_what, headers, status) => {
    expect(await get('/v1/things/a', headers)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it.each(['/v1/things/a/../b', '//localhost/v1/things/a', 'http://evil.example/v1/things/a', '*', '/v1/things/%'])(
    'never takes %s for another address',
    async (path) => {
      const [, status] = /^HTTP\/1.1 (\d+)/.exec(await get(path)) ?? [];
      expect(['200', '400', '404', '421']).toContain(status);
      expect(status === '200' && !path.includes('..')).toBe(false);
    },
  );

  it('still answers when a body never ends, once it has seen enough', async () => {
    const head = 'POST /v1/things/_search HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer anna\r\n';
    const answer = await raw(
      `${head}Content-Type: application/json\r\nContent-Length: 70000\r\nConnection: close\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('serves the page and the description without a login', async () => {
    const page = await fetch(`${server.url}/v1`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const html = await page.text();
    expect(html).toContain('/v1/things/{thingId}');
    expect(html).not.toMatch(/<script|\bsrc=|javascript:|@import|url\(/);
    const description = await fetch(`${server.url}/v1/openapi.json`);
    expect(description.headers.get('access-control-allow-origin')).toBe('*');
    expect(await description.json()).toMatchObject({ openapi: '3.1.0' });
  });
});

describe('client certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'machtig-admin-tls-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reach whoever authenticates, and only those of the accepted authority', async () => {
    const authority = makeAuthority(folder, 'authority');
    const known = authority.issue('known', '/CN=rvo/serialNumber=00000003800000020000');
    const strange = makeAuthority(folder, 'stranger').issue('strange', '/CN=rvo/serialNumber=00000003800000020000');
    const authenticate: Authenticate = async ({ requestId }, { certificate }) => {
      if (certificate === undefined || certificate === 'refused') throw new AppError('unauthenticated', 'no');
      return { system: { name: certificate.serialNumber ?? '', role: 'service_owner' }, requestId };
    };
    const { app } = anAdminApp(someOperations().operations, { authenticate });
    const tls = { ...authority.issue('server', '/CN=localhost'), clientCaFile: authority.caFile };
    const server = await serveAdmin(app, { tcp, tls, drainMs: 100 });
    const ask = async (who?: { certFile: string; keyFile: string }) => {
      const identity = who && { cert: readFileSync(who.certFile), key: readFileSync(who.keyFile) };
      const ca = readFileSync(authority.caFile);
      const outgoing = requestTls(`${server.url}/v1/things/a`, { agent: false, ca, ...identity });
      outgoing.end();
      const [incoming] = await once(outgoing, 'response');
      await text(incoming);
      return incoming.statusCode;
    };
    expect([await ask(known), await ask(strange), await ask()]).toEqual([200, 401, 401]);
    await server.close();
  });
});

describe('/readyz', () => {
  let database: TestDatabase;
  let bare: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
    bare = await cloneDatabase({ empty: true });
  });
  afterAll(async () => {
    await database.drop();
    await bare.drop();
  });

  const readyz = async (pool: Parameters<typeof watchReadiness>[0], expected: object) => {
    const stop = new AbortController();
    const readiness = watchReadiness(pool, { signal: stop.signal, intervalMs: 5 });
    const ops = createOps({ missing: readiness.missing, metrics: { contentType: '', metrics: async () => '' } });
    const read = async () => (await ops.request('/readyz')).json();
    await eventually('it says so', async () => JSON.stringify(await read()) === JSON.stringify(expected));
    stop.abort();
    await readiness.done;
  };

  it('is ready with a database that is there and migrated', () => readyz(database.pool, { status: 'ready' }));

  it('says that migrations are missing', () => readyz(bare.pool, { status: 'not_ready', missing: ['migrations'] }));

  it('says that the database is missing', async () => {
    const pool = makePool('postgres://127.0.0.1:1/none', { onError: () => {} });
    await readyz(pool, { status: 'not_ready', missing: ['database'] });
    await pool.end();
  });

  it('recovers when the database comes back', async () => {
    let away = true;
    const pool: Parameters<typeof watchReadiness>[0] = {
      query: ((...args: [string, unknown[]]) =>
        away ? Promise.reject(new Error('Connection terminated')) : database.pool.query(...args)) as never, // One form of many.
    };
    const stop = new AbortController();
    const { missing, done } = watchReadiness(pool, { signal: stop.signal, intervalMs: 5 });
    await eventually('it is away', () => missing().includes('database'));
    away = false;
    await eventually('it is back', () => missing().length === 0);
    stop.abort();
    await done;
  });
});
