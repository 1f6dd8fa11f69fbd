import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { makeAsk, type Raw, type ScenarioCase, SEARCH, type Send } from '../support/authzen/ask.ts';
import { FIXTURE_NAMES, type Names } from '../support/authzen/names.ts';
import { type Run, SCENARIO, table } from '../support/authzen/scenario.ts';
import { authzenWorld, bundleOver, FIXTURE, filesOver, SMALL } from '../support/authzen-world.ts';
import { makeAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { type Process, startMachtig } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';
import { bakery, bea, searchWorld, somebody, TAX } from '../support/search-world.ts';
import { type Held, makePair, signedBundle, unpacked } from '../support/signing.ts';

const HOST = 'pdp.example.com';
const BASE_URL = `https://${HOST}`;
const runs: Run[] = [];

/** Every case, one test each, and a column of the table. */
function runAll(name: string, cases: readonly ScenarioCase[], names: Names, send: Send): void {
  const passed = new Set<ScenarioCase>();
  runs.push({ name, cases, passed });
  const ask = makeAsk(send, BASE_URL);
  describe(name, () => {
    it.each(cases.map((one) => [`${one.level} ${one.section}: ${one.title}`, one] as const))(
      '%s',
      async (_title, one) => {
        await one.run(ask, names);
        passed.add(one);
      },
    );
  });
}

/** As a test reaches an app in this process. */
function inProcess(send: (path: string, init: RequestInit) => Response | Promise<Response>): Send {
  return async (path, init) => {
    const answer = await send(path, init);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

const folder = mkdtempSync(join(tmpdir(), 'machtig-authzen-'));
let sidecar: Promise<Process> | undefined;
const authority = makeAuthority(folder, 'authority');
const pair = makePair();
const at = (name: string) => join(folder, name);
const TOKEN = 'token-of-the-harness';

let issuedAt = 1_700_000_000;

/** Puts a signed bundle where the sidecar looks for it, in one step. */
async function release(files: Held): Promise<void> {
  writeFileSync(at('next'), await signedBundle(files, pair, issuedAt++));
  renameSync(at('next'), at('bundle.tar.gz'));
}

/** As an operator runs it: production, a signed bundle, TLS, a caller with a token. Such a policy needs no data. */
async function startSidecar(): Promise<Process> {
  const { certFile, keyFile } = authority.issue('server', `/CN=${HOST}`, `DNS:${HOST}`);
  await release(unpacked(FIXTURE));
  writeFileSync(at('release.pub'), pair.publicKey);
  const digest = createHash('sha256').update(TOKEN).digest('hex');
  writeFileSync(
    at('callers.yaml'),
    `callers: [{name: harness, owners: all, rights: [search, bsn], tokens: [${digest}]}]`,
  );
  const redis = await startRedis();
  await redis.stop();
  const started = await startMachtig('sidecar', {
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
    MACHTIG_CALLERS: at('callers.yaml'),
    MACHTIG_LOG_LEVEL: 'silent',
    MACHTIG_RECORDS_FILE: at('decisions.jsonl'),
    MACHTIG_TLS_CERT: certFile,
    MACHTIG_TLS_KEY: keyFile,
    MACHTIG_PUBLIC_URL: BASE_URL,
    MACHTIG_BUNDLE: at('bundle.tar.gz'),
    MACHTIG_BUNDLE_KEY: at('release.pub'),
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: 'ES256',
    MACHTIG_BUNDLE_STATE: at('state'),
    MACHTIG_BUNDLE_POLL_MS: '100',
  });
  await eventually('its doors are open', async () => {
    const { status } = await overHttps(started, '/v1/openapi.json', { method: 'GET', headers: {} });
    return status === 200;
  });
  return started;
}

afterAll(async () => {
  await (await sidecar)?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** The name resolves to this machine; the certificate must be that of the name. */
function overHttps({ url }: Process, path: string, { method, headers, body }: Parameters<Send>[1]): Promise<Raw> {
  const { port } = new URL(url);
  return new Promise<Raw>((resolve, reject) => {
    const outgoing = request(
      {
        ...{ host: '127.0.0.1', port, servername: HOST, path, method, ca: readFileSync(authority.caFile) },
        headers: { host: HOST, authorization: `Bearer ${TOKEN}`, ...headers },
      },
      async (incoming) => {
        const said = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
        resolve({ status: incoming.statusCode ?? 0, headers: new Headers(said), text: await text(incoming) });
      },
    );
    outgoing.on('error', reject).end(body);
  });
}

const atSidecar: Send = async (path, init) => {
  sidecar ??= startSidecar();
  return overHttps(await sidecar, path, init);
};

/** The same questions about mandates: Bea may do everything for the bakery, Piet may only look. */
const MANDATES: Names = {
  alice: bea,
  bob: { type: 'person', id: 'urn:etoegang:pseudonym:piet', properties: { loa: 'eh3' } },
  record1: bakery,
  record2: { type: 'organisation', id: 'urn:nl:kvk:90000003' },
  read: { name: TAX, properties: { operation: 'view' } },
  write: { name: TAX, properties: { operation: 'submit' } },
  anyUser: somebody,
  anyRecord: { type: 'organisation' },
  isFixture: false,
};

const world = authzenWorld(bundleOver(SMALL), { publicUrl: BASE_URL });
runAll('in one process', SCENARIO, FIXTURE_NAMES, inProcess(world.send));
runAll('at a sidecar, over HTTPS', SCENARIO, FIXTURE_NAMES, atSidecar);

const formal = SCENARIO.filter(({ about }) => about === 'form');
const mandates = await searchWorld();
runAll('its form, asked about mandates', formal, MANDATES, inProcess(mandates.send));

it('ends and begins at a running sidecar with the policy that can be searched', async () => {
  const ask = makeAsk(atSidecar, BASE_URL);
  const { anyUser: subject, read: action, record1: resource } = FIXTURE_NAMES;
  const search = () => ask.raw(SEARCH.subject, { subject, action, resource });
  const offered = async () => (await ask.get('/.well-known/authzen-configuration')).text.includes(SEARCH.subject);
  await release(filesOver(SMALL, { searched: false }));
  await eventually('search has ended', async () => (await search()).status === 404);
  expect(await offered()).toBe(false);
  expect((await search()).text).toContain('not_found');
  await release(filesOver({ ...SMALL, users: { ...SMALL.users, dave: {} } }));
  await eventually('search has begun', async () => (await search()).status === 200);
  expect(await offered()).toBe(true);
  expect(JSON.parse((await search()).text).results).toContainEqual({ type: 'user', id: 'dave' });
});

it('is told in docs/conformance.md (written by UPDATE_DOCS=1)', () => {
  const [begin, end] = ['<!-- authzen: -->', '<!-- :authzen -->'];
  const path = 'docs/conformance.md';
  const page = readFileSync(path, 'utf8');
  const [before, rest = ''] = page.split(begin);
  const made = `${before}${begin}\n${table(runs)}\n${end}${rest.split(end)[1]}`;
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(path, made);
  else expect(page).toBe(made);
});
