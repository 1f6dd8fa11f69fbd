import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { type Lifecycle, makeLifecycle } from '../../src/process/lifecycle.ts';
import { loadCases } from '../conformance/cases.ts';
import { FROM_SOURCE, type RigProcess, startProgram, untilFresh } from '../rig/program.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { runMachtig } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';

/** docs/sre.md, "Upgrade without silence": with the program as it is, and with one that writes the next layout. */
const ROOT = join(import.meta.dirname, '../..');
const { cases, storable } = loadCases();
const key = () => randomBytes(32).toString('base64');

let lifecycle: Lifecycle;
let folder: string;
let database: TestDatabase;
let env: Record<string, string>;

beforeEach(async () => {
  lifecycle = makeLifecycle();
  folder = await mkdtemp(join(tmpdir(), 'machtig-upgrade-'));
  lifecycle.onClose('folder', () => rm(folder, { recursive: true, force: true }));
  database = await cloneDatabase({ empty: true });
  lifecycle.onClose('database', database.drop);
  env = {
    DATABASE_URL: database.url,
    MACHTIG_HMAC_KEY: key(),
    MACHTIG_SEAL_KEY: key(),
    MACHTIG_ANONYMOUS: 'loopback:bsn,details',
    MACHTIG_MAX_STALENESS_MS: '10000',
    MACHTIG_LOG_LEVEL: 'warn',
  };
  const register = join(folder, 'register.json');
  await writeFile(register, JSON.stringify(storable));
  for (const command of [['migrate'], ['import', register]]) {
    const done = await runMachtig(command, env);
    expect(done, done.err).toMatchObject({ code: 0 });
  }
}, 120_000);
afterEach(() => lifecycle.close());

async function start(role: 'sync' | 'sidecar', name: string, program: string, more: Record<string, string>) {
  const { DATABASE_URL, ...rest } = env;
  const own = role === 'sync' ? { DATABASE_URL: DATABASE_URL ?? '' } : { MACHTIG_RECORDS: 'off' };
  const one = await startProgram({ name, role, program, env: { ...rest, ...own, ...more } });
  lifecycle.onClose(name, () => one.kill());
  return one;
}

async function redisUrl(name: string): Promise<string> {
  const server = await startRedis();
  lifecycle.onClose(name, server.stop);
  return server.url;
}

/** The same program, but for the number of its layout. */
async function nextProgram(): Promise<string> {
  const next = join(folder, 'next');
  await mkdir(next);
  for (const name of ['src', 'bin', 'bundles', 'policies', 'schemas', 'package.json', 'tsconfig.json']) {
    await cp(join(ROOT, name), join(next, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(next, 'node_modules'));
  const file = join(next, 'src/mandates/redis-layout.ts');
  const text = await readFile(file, 'utf8');
  const changed = text.replace(`LAYOUT = ${LAYOUT};`, `LAYOUT = ${LAYOUT + 1};`);
  expect(changed).not.toBe(text);
  await writeFile(file, changed);
  return join(next, 'bin/machtig.js');
}

async function ask({ url }: RigProcess, body: unknown): Promise<{ status: number; allow?: unknown; code?: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/decision`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as object) };
}

/** Keeps asking whoever is in use, and tells of every question that was not answered. */
function keepAsking(body: unknown, first: RigProcess) {
  const stop = new AbortController();
  const unanswered: unknown[] = [];
  let [inUse, answers] = [first, 0];
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const reply = await ask(inUse, body).catch(String);
      if (typeof reply === 'string' || reply.status !== 200) unanswered.push(reply);
      else answers++;
      await sleep(10);
    }
  })();
  return {
    use(other: RigProcess) {
      inUse = other;
    },
    async stop() {
      stop.abort();
      await asking;
      return { unanswered, answers };
    },
  };
}

function anAllow() {
  const found = cases.find(
    ({ title, unstorable, expect: expected }) =>
      unstorable === undefined &&
      expected.allow === true &&
      Array.isArray(expected.mandates) &&
      expected.mandates.length === 1 &&
      title !== '',
  );
  if (found === undefined) throw new Error('no case is allowed by one mandate');
  return { body: found.body, mandate: String((found.expect.mandates as string[])[0]) };
}

it('a version with another layout takes over without a question that is not answered', async () => {
  const { body, mandate } = anAllow();
  const [old, next] = [{ REDIS_URL: await redisUrl('old') }, { REDIS_URL: await redisUrl('next') }];
  const sync = await start('sync', 'old sync', FROM_SOURCE, old);
  const sidecar = await start('sidecar', 'old sidecar', FROM_SOURCE, old);
  await untilFresh(sidecar);
  const asking = keepAsking(body, sidecar);
  await eventually('it is allowed', async () => (await ask(sidecar, body)).allow === true);

  const program = await nextProgram();
  const named = { ...next, MACHTIG_PROJECTION: 'next' };
  await start('sync', 'next sync', program, named);
  const successor = await start('sidecar', 'next sidecar', program, next);
  await untilFresh(successor);
  expect(await sidecar.health('/freshz')).toBe(200);
  const revoked = await runMachtig(['revoke', mandate, '--reason', 'test'], { ...env, ...old });
  expect(revoked.out).toContain(`${mandate} is revoked`);
  for (const one of [sidecar, successor]) {
    await eventually(`${one.name} has heard`, async () => (await ask(one, body)).allow === false);
  }
  asking.use(successor);
  await sleep(100);
  await sidecar.kill('SIGTERM');
  await sync.kill('SIGTERM');
  await sleep(1000);
  const { unanswered, answers } = await asking.stop();
  expect(unanswered).toEqual([]);
  expect(answers).toBeGreaterThan(20);
}, 300_000);

it('sync of another name leaves a Redis alone that another one feeds', async () => {
  const url = { REDIS_URL: await redisUrl('only') };
  await start('sync', 'sync', FROM_SOURCE, url);
  const sidecar = await start('sidecar', 'sidecar', FROM_SOURCE, url);
  await untilFresh(sidecar);
  const stranger = await start('sync', 'stranger', FROM_SOURCE, { ...url, MACHTIG_PROJECTION: 'next' });
  await eventually('it says why', () => stranger.output().includes(`Redis holds the projection 'main'`), 60_000);
  expect(await sidecar.health('/freshz')).toBe(200);
}, 300_000);
