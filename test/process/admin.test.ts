import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminProcess, startAdminProcess } from '../support/admin-process.ts';
import { eventually } from '../support/eventually.ts';
import { runMachtig, startMachtig } from '../support/program.ts';
import { type RestartablePostgres, startRestartablePostgres } from '../support/restartable-postgres.ts';
import { makePair, signedBundle, unpacked } from '../support/signing.ts';

const FARM_TO_HAULIER = '3a000000-0000-4000-8000-000000000001';
const BUNDLE = join(import.meta.dirname, '../../bundles/mandates.tar.gz');
const MANDATE = `/v1/mandates/${FARM_TO_HAULIER}`;
const key = randomBytes(32).toString('base64');

describe('the role admin', () => {
  let postgres: RestartablePostgres;
  let admin: AdminProcess;
  beforeAll(async () => {
    postgres = await startRestartablePostgres();
    admin = await startAdminProcess(postgres.url);
  });
  afterAll(async () => {
    await admin?.end();
    await postgres?.end();
  });

  it('answers somebody with a token, and nobody without', async () => {
    const { status, body } = await admin.call('willem@weide', 'GET', MANDATE);
    expect({ status, body }).toMatchObject({ status: 200, body: { mandate_id: FARM_TO_HAULIER } });
    const bare = await fetch(`${admin.process.adminUrl}${MANDATE}`);
    expect(bare.status).toBe(401);
    expect(await bare.json()).toMatchObject({ code: 'unauthenticated', reasons: ['credentials_missing'] });
  });

  it('counts answers and refusals on its ops port, without a word of who asked', async () => {
    const metrics = await (await fetch(`${admin.process.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/machtig_admin_answers_total\{operation="\w+",status="200"\} [1-9]/);
    expect(metrics).toContain('machtig_refusals_total{code="unauthenticated"} 1');
    expect(metrics).not.toContain('willem');
  });

  it('answers 503 while PostgreSQL is down, and goes on by itself when it is back', async () => {
    await postgres.down();
    const { status, headers, body } = await admin.call('willem@weide', 'GET', MANDATE);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'store_unavailable' });
    expect(headers.get('retry-after')).toBe('1');
    await eventually('it is not ready', async () => (await admin.process.health('/readyz')) === 503);
    expect(await admin.process.health('/livez')).toBe(200);
    await postgres.up();
    await eventually('it answers', async () => (await admin.call('willem@weide', 'GET', MANDATE)).status === 200);
    await eventually('it is ready', async () => (await admin.process.health('/readyz')) === 200);
  });

  it('says nothing but 503 while PostgreSQL comes and goes', async () => {
    const seen = new Set<number>();
    let asking = true;
    const asked = (async () => {
      while (asking) seen.add((await admin.call('willem@weide', 'GET', MANDATE)).status);
    })();
    await postgres.down();
    await postgres.up();
    await eventually('it answers', async () => (await admin.call('willem@weide', 'GET', MANDATE)).status === 200);
    asking = false;
    await asked;
    expect([...seen].sort()).toEqual([200, 503]);
  });

  it('starts while the provider of logins is down, and asks it when a token comes', async () => {
    const headers = { authorization: `Bearer ${await admin.provider.token()}` };
    await admin.provider.down();
    await admin.process.kill('SIGTERM');
    await admin.restart();
    const ask = async () => (await fetch(`${admin.process.adminUrl}${MANDATE}`, { headers })).status;
    await eventually('it answers 503', async () => (await ask()) === 503);
    await admin.provider.up();
    await eventually('it answers', async () => (await ask()) === 200);
  });

  it('is not ready before its port is open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'machtig-bundle-'));
    const pair = makePair();
    await writeFile(join(folder, 'release.pub'), pair.publicKey);
    const bundle = await signedBundle(unpacked(BUNDLE), pair, 1_700_000_000);
    const asked: ServerResponse[] = [];
    const web = createServer((_, response) => void asked.push(response)).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const late = await startMachtig('admin', {
      ...admin.env,
      MACHTIG_BUNDLE: `http://127.0.0.1:${(web.address() as AddressInfo).port}/`,
      MACHTIG_BUNDLE_KEY: join(folder, 'release.pub'),
      MACHTIG_BUNDLE_KEY_ID: 'release',
      MACHTIG_BUNDLE_ALGORITHM: 'ES256',
      MACHTIG_BUNDLE_STATE: join(folder, 'state'),
    });
    try {
      const missing = async () => {
        const found = (await (await fetch(`${late.opsUrl}/readyz`)).json()) as { missing: string[] }; // As ops says it.
        return found.missing.join();
      };
      await eventually('nothing but the rules is waited for', async () => (await missing()) === 'starting');
      await expect(fetch(late.adminUrl)).rejects.toThrow('fetch failed');
      (await eventually('it asks for its rules', () => asked[0])).end(bundle);
      await late.ready();
      expect((await fetch(late.adminUrl)).status).toBe(404);
    } finally {
      await late.kill('SIGKILL');
      web.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('does nothing under another HMAC key than the register was filled with', async () => {
    const stranger = await startMachtig('admin', { ...admin.env, MACHTIG_HMAC_KEY: key });
    try {
      await stranger.ready();
      const token = await admin.provider.token();
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${stranger.adminUrl}${MANDATE}`, { headers });
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({
        status: 503,
        body: { code: 'not_ready' },
      });
    } finally {
      await stranger.kill('SIGTERM');
    }
  });

  it('lets what was asked end when it is told to stop', async () => {
    const asked = Array.from({ length: 5 }, () => admin.call('willem@weide', 'GET', MANDATE));
    await eventually('it answers', async () => (await admin.call('willem@weide', 'GET', MANDATE)).status === 200);
    await admin.process.kill('SIGTERM');
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    await admin.restart();
  });
});

describe('the role admin, half configured', () => {
  let folder: string;
  const complete = { DATABASE_URL: 'postgresql://nowhere', MACHTIG_HMAC_KEY: key, MACHTIG_SEAL_KEY: key };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'machtig-access-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const manage = 'manage_service: urn:etoegang:DV:00000003800000070000:services:2';
  it.each<[string, string, Record<string, string>, string[]]>([
    ['without anybody', manage, {}, ['MACHTIG_ADMIN_ACCESS / needs oidc or systems']],
    [
      'without an audience',
      `oidc: {issuer: "https://login.example", levels: {a: eh3}}\n${manage}`,
      {},
      ['/oidc/audience is missing'],
    ],
    [
      'with a trust list that is not there',
      `oidc: {issuer: "https://l.example", audience: a, levels: {a: eh3}}\nsignatures: {trust: no.pem, serial_number_claim: sn}\n${manage}`,
      {},
      ['/signatures/trust cannot be used'],
    ],
    [
      'with certificates that nobody asks for',
      `systems: [{name: a, role: court, certificates: [{fingerprint: "${'ab'.repeat(32)}"}]}]\n${manage}`,
      {},
      ['MACHTIG_TLS_CLIENT_CA is not given'],
    ],
    [
      'beyond loopback without TLS, whatever else encrypts',
      manage,
      { MACHTIG_ADMIN_HOST: '0.0.0.0', MACHTIG_ALLOW_PLAIN_REMOTE: 'yes' },
      ['MACHTIG_ADMIN_HOST must be a loopback address', 'MACHTIG_ALLOWED_HOSTS must name'],
    ],
  ])('does not start %s', async (_what, access, more, texts) => {
    const file = join(folder, 'access.yaml');
    await writeFile(file, access);
    const { code, err } = await runMachtig(['admin'], { ...complete, MACHTIG_ADMIN_ACCESS: file, ...more });
    expect(code).toBe(78);
    for (const text of texts) expect(err).toContain(text);
  });
});
