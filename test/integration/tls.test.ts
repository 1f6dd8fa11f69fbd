import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { makeIdentify, parseCallers } from '../../src/http/callers.ts';
import { type Listening, serve } from '../../src/http/serve.ts';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { aDecision, anApp, anEvaluate, everyone } from '../support/http.ts';

const ask = JSON.stringify({ actor: 'urn:etoegang:pseudonym:p', represented: 'urn:nl:kvk:90000001', service: 's' });
const folder = mkdtempSync(join(tmpdir(), 'machtig-tls-'));
const seen: Caller[] = [];
let authority: Authority;
let server: Listening;
let client: Record<'byOin' | 'byFingerprint' | 'unknown' | 'stranger', { certFile: string; keyFile: string }>;
const failures: Error[] = [];

beforeAll(async () => {
  authority = makeAuthority(folder, 'authority');
  const files = authority.issue('server', '/CN=localhost');
  client = {
    byOin: authority.issue('by-oin', '/CN=portal/serialNumber=00000003123456780000'),
    byFingerprint: authority.issue('by-fingerprint', '/CN=another'),
    unknown: authority.issue('unknown', '/CN=unknown/serialNumber=00000003999999990000'),
    stranger: makeAuthority(folder, 'stranger').issue('strange', '/CN=portal/serialNumber=00000003123456780000'),
  };
  const fingerprint = new X509Certificate(readFileSync(client.byFingerprint.certFile)).fingerprint256
    .replaceAll(':', '')
    .toLowerCase();
  const known = parseCallers(`callers:
    - { name: by-oin, owners: all, certificates: [{ oin: "00000003123456780000" }] }
    - { name: by-fingerprint, owners: all, certificates: [{ fingerprint: ${fingerprint} }] }`);
  const { evaluate } = anEvaluate((_question, call) => {
    seen.push(call.caller);
    return aDecision();
  });
  const identify = makeIdentify({ known, anonymous: { ...everyone, name: 'anonymous' } });
  const { app } = anApp({ identify, policy: { input: 'mandates', evaluate } });
  const tls = { ...files, clientCaFile: authority.caFile };
  server = await serve(app, {
    tcp: { host: '127.0.0.1', port: 0 },
    tls,
    drainMs: 100,
    onTlsError: (error) => failures.push(error),
  });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function post(who?: { certFile: string; keyFile: string }): Promise<number | undefined> {
  const identity = who && { cert: readFileSync(who.certFile), key: readFileSync(who.keyFile) };
  const options = { method: 'POST', agent: false as const, ca: readFileSync(authority.caFile), ...identity };
  const outgoing = request(`${server.url}/v1/decision`, {
    ...options,
    headers: { 'content-type': 'application/json' },
  });
  outgoing.end(ask);
  const [incoming] = await once(outgoing, 'response');
  await text(incoming);
  return incoming.statusCode;
}

/** The certificate that new connections get to see. */
async function shownSubject(): Promise<string | string[] | undefined> {
  const { hostname, port } = new URL(server.url ?? '');
  const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(authority.caFile) });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

describe('a client certificate', () => {
  test.each(['byOin', 'byFingerprint'] as const)('names the caller: %s', async (who) => {
    expect(await post(client[who])).toBe(200);
    expect(seen.at(-1)?.name).toBe(who === 'byOin' ? 'by-oin' : 'by-fingerprint');
  });

  test('of a caller that is not known is 401, also where anonymous calls are allowed', async () => {
    expect(await post(client.unknown)).toBe(401);
  });

  test('of another authority is 401, although it bears a known OIN', async () => {
    expect(await post(client.stranger)).toBe(401);
  });

  test('may be left out: then the other ways to be known count', async () => {
    expect(await post()).toBe(200);
    expect(seen.at(-1)?.name).toBe('anonymous');
  });
});

test('plain HTTP on the TLS port gets no answer', async () => {
  await expect(fetch((server.url ?? '').replace('https:', 'http:'))).rejects.toThrow();
});

test('new files are taken into use without a restart, unusable ones are not', async () => {
  const [certFile, keyFile] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  writeFileSync(certFile, 'no certificate');
  await expect.poll(() => failures.length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(await shownSubject()).toBe('localhost');
  const renewed = authority.issue('renewed', '/CN=renewed');
  copyFileSync(renewed.keyFile, keyFile);
  copyFileSync(renewed.certFile, certFile);
  await expect.poll(shownSubject, { timeout: 20_000 }).toBe('renewed');
});

test('a pair that does not fit refuses to listen', async () => {
  const { keyFile } = client.unknown;
  const mixed = { tcp: { host: '127.0.0.1', port: 0 }, tls: { certFile: client.byOin.certFile, keyFile }, drainMs: 0 };
  await expect(serve(anApp().app, mixed)).rejects.toThrow(/key values mismatch/);
});
