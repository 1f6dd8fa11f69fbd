import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Administer } from '../../src/administer/acting.ts';
import { createAdminApp } from '../../src/http/admin/app.ts';
import { parseAccess } from '../../src/http/admin/auth/access.ts';
import { makeAuthenticate } from '../../src/http/admin/auth/make-authenticate.ts';
import { makeSystems } from '../../src/http/admin/auth/systems.ts';
import { defineOperation } from '../../src/http/admin/operation.ts';
import { serveAdmin } from '../../src/http/admin/serve.ts';
import type { Listening } from '../../src/http/serve.ts';
import { makeAuthority } from '../support/certificates.ts';
import { silent } from '../support/http.ts';

const OIN = '00000003800000020000';
const folder = mkdtempSync(join(tmpdir(), 'machtig-admin-tls-'));
const authority = makeAuthority(folder, 'authority');
const client = {
  rvo: authority.issue('rvo', `/CN=rvo/serialNumber=${OIN}`),
  court: authority.issue('court', '/CN=court'),
  unknown: authority.issue('unknown', '/CN=unknown/serialNumber=00000003999999990000'),
  stranger: makeAuthority(folder, 'stranger').issue('strange', `/CN=rvo/serialNumber=${OIN}`),
};
const digestOf = ({ certFile }: { certFile: string }) =>
  new X509Certificate(readFileSync(certFile)).fingerprint256.replaceAll(':', '').toLowerCase();

const whoCalls = defineOperation({
  id: 'whoCalls',
  method: 'get',
  path: '/me',
  tag: 'Me',
  summary: 'Who calls',
  requirements: [],
  answers: { 200: { description: 'Its name.', schema: z.object({ name: z.string() }) } },
  handle: async ({ session }) => ({ status: 200, body: { name: session.system?.name ?? '' } }),
});

/** Nothing is administered here. */
const nothing = {} as Administer;
let server: Listening;

beforeAll(async () => {
  const { systems } = parseAccess(
    JSON.stringify({
      systems: [
        { name: 'rvo', role: 'service_owner', oin: OIN, certificates: [{ oin: OIN }] },
        { name: 'court', role: 'court', certificates: [{ fingerprint: digestOf(client.court) }] },
      ],
      manage_service: 'urn:etoegang:DV:00000003800000070000:services:2',
    }),
  );
  const app = createAdminApp({
    operations: [whoCalls],
    administer: nothing,
    authenticate: makeAuthenticate({ systems: makeSystems(systems), alias: () => '' }),
    pageKey: Buffer.alloc(32),
    now: Date.now,
    log: silent,
  });
  const tls = { ...authority.issue('server', '/CN=localhost'), clientCaFile: authority.caFile };
  server = await serveAdmin(app, { tcp: { host: '127.0.0.1', port: 0 }, tls, drainMs: 100 });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function ask(who?: { certFile: string; keyFile: string }, headers: Record<string, string> = {}) {
  const identity = who && { cert: readFileSync(who.certFile), key: readFileSync(who.keyFile) };
  const options = { agent: false as const, ca: readFileSync(authority.caFile), headers, ...identity };
  const outgoing = request(`${server.url}/v1/me`, options);
  outgoing.end();
  const [incoming] = await once(outgoing, 'response');
  const { name, code } = JSON.parse(await text(incoming));
  return `${incoming.statusCode} ${name ?? code}`;
}

describe('a client certificate at the admin port', () => {
  it('says which system calls, by number or by fingerprint', async () => {
    expect(await ask(client.rvo)).toBe('200 rvo');
    expect(await ask(client.court)).toBe('200 court');
  });

  it('of an unknown system or an unknown authority lets nobody in', async () => {
    expect(await ask(client.unknown)).toBe('401 unauthenticated');
    expect(await ask(client.stranger)).toBe('401 unauthenticated');
    expect(await ask()).toBe('401 unauthenticated');
  });

  it('is that of the connection: what a header tells of one is not believed', async () => {
    const pem = encodeURIComponent(readFileSync(client.rvo.certFile, 'utf8'));
    const headers = {
      'x-client-cert': pem,
      'x-forwarded-client-cert': `Hash=${digestOf(client.rvo)};Cert="${pem}"`,
      'ssl-client-cert': pem,
      'x-ssl-client-verify': 'SUCCESS',
      'x-ssl-client-s-dn': `CN=rvo,serialNumber=${OIN}`,
      'client-cert': `:${new X509Certificate(readFileSync(client.rvo.certFile)).raw.toString('base64')}:`,
    };
    expect(await ask(undefined, headers)).toBe('401 unauthenticated');
    expect(await ask(client.court, headers)).toBe('200 court');
  });
});
