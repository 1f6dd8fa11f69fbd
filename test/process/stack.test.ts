import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../../src/workbench/cases/cases.ts';
import { comparable } from '../../src/workbench/cases/comparable.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { loadCases } from '../conformance/cases.ts';
import { decide } from '../oracle/oracle.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

/** Everything as an operator runs it: commands and roles as processes of their own, on a real Postgres and Redis. */
const { cases, storable } = loadCases();
const key = () => randomBytes(32).toString('base64');

let folder: string;
let database: TestDatabase;
let redis: TestRedis;
let env: Record<string, string>;
let sync: Process;
let sidecars: Process[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-stack-'));
  database = await cloneDatabase({ empty: true });
  redis = await startRedis();
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: key(),
    MACHTIG_SEAL_KEY: key(),
    MACHTIG_ANONYMOUS: 'loopback:bsn,details',
    MACHTIG_LOG_LEVEL: 'warn',
  };
  const register = join(folder, 'register.json');
  await writeFile(register, JSON.stringify(storable));
  const migrated = await runMachtig(['migrate'], env);
  expect(migrated, migrated.err).toMatchObject({ code: 0 });
  const imported = await runMachtig(['import', register], env);
  expect(imported, imported.err).toMatchObject({ code: 0 });
  sync = await startMachtig('sync', env);
  sidecars = await Promise.all(['a', 'b'].map((name) => startMachtig('sidecar', sidecarEnv(name))));
  await Promise.all(sidecars.map((sidecar) => sidecar.ready()));
  await Promise.all(sidecars.map(untilFresh));
});

/** Ready says that there is a projection; the first heartbeat makes it fresh. */
async function untilFresh(sidecar: Process): Promise<void> {
  await eventually('the data is fresh', async () => (await sidecar.health('/freshz')) === 200);
}

afterAll(async () => {
  await Promise.all([sync, ...(sidecars ?? [])].map((one) => one?.kill('SIGTERM')));
  await redis?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** A sidecar is given no database: deciding never touches Postgres. */
function sidecarEnv(name: string): Record<string, string> {
  const { DATABASE_URL: _, MACHTIG_SEAL_KEY: __, ...rest } = env;
  return { ...rest, MACHTIG_RECORDS_FILE: join(folder, `${name}.jsonl`) };
}

async function ask(sidecar: Process | undefined, body: unknown) {
  const response = await fetch(`${sidecar?.url}/v1/decision`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

/** Cases speak of a moment; these processes have the real clock. Kept are those whose answer is the same now. */
function timeless(): Case[] {
  const facts = registerFacts(registerFile.parse(storable));
  return cases.filter(({ unstorable, question, now, expect: expected }) => {
    // The short form takes no time of the caller's; AuthZEN does.
    if (unstorable !== undefined || 'changes_at' in expected || question.time !== undefined) return false;
    const then = JSON.stringify(decide(facts, question, now));
    return JSON.stringify(decide(facts, question, Date.now())) === then;
  });
}

describe('separate processes on a real Postgres and Redis', () => {
  it('answer the conformance cases alike, from both sidecars', async () => {
    const chosen = timeless();
    expect(chosen.length).toBeGreaterThan(200);
    const wrong: unknown[] = [];
    for (const [index, { title, body, expect: expected }] of chosen.entries()) {
      const { status, answer } = await ask(sidecars[index % 2], body);
      const found = comparable(answer, expected);
      const wanted = comparable(expected, expected);
      if (status !== 200 || !isDeepStrictEqual(found, wanted)) wrong.push({ title, status, found, wanted });
    }
    expect(wrong).toEqual([]);
  });

  it('deny at both sidecars once a mandate is revoked, without a restart', async () => {
    const { body, mandate } = anAllowByOneMandate();
    for (const sidecar of sidecars) expect((await ask(sidecar, body)).answer.allow).toBe(true);
    const revoked = await runMachtig(['revoke', mandate, '--reason', 'test'], env);
    expect(revoked.out).toContain(`${mandate} is revoked`);
    for (const sidecar of sidecars) {
      const answer = await eventually('it is denied', async () => {
        const asked = await ask(sidecar, body);
        return asked.answer.allow === false && asked.answer;
      });
      expect(answer.reasons).toEqual(['mandate_revoked']);
    }
  });

  it('have no page on which to try a policy: only dev has', async () => {
    for (const { url } of sidecars) {
      for (const path of ['', '/', '/rules', '/console.css']) {
        expect((await fetch(`${url}/console/policy${path}`)).status, path).toBe(404);
      }
    }
  });

  it('does not become ready with another HMAC key, rather than denying everyone', async () => {
    const stranger = await startMachtig('sidecar', { ...sidecarEnv('stranger'), MACHTIG_HMAC_KEY: key() });
    try {
      await eventually('it says why', async () => (await stranger.health('/livez')) === 200);
      const { status, answer } = await ask(stranger, anAllowByOneMandate().body);
      expect(status).toBe(503);
      expect(answer.code).toBe('not_ready');
      expect(await stranger.health('/readyz')).toBe(503);
    } finally {
      await stranger.kill('SIGTERM');
    }
  });

  it('answers 503 when Redis was flushed, never something else than before, and comes back by itself', async () => {
    const { body } = anotherAllow();
    const client = await redis.client();
    expect((await ask(sidecars[0], body)).answer.allow).toBe(true);
    await client.flushall();
    const seen = new Set<string>();
    await eventually('it answers again', async () => {
      const { status, answer } = await ask(sidecars[0], body);
      seen.add(status === 200 ? `allow: ${answer.allow}` : String(status));
      // It may be rebuilt before a sidecar has noticed: what it then answered from was the same.
      return status === 200 && (await client.exists('{m0}:head')) === 1;
    });
    expect([...seen].filter((outcome) => outcome !== '503')).toEqual(['allow: true']);
    const verified = await runMachtig(['sync', 'verify'], env);
    expect(JSON.parse(verified.out)).toMatchObject({ equal: true });
  });

  it('goes on when sync is killed and another takes over', async () => {
    await sync.kill('SIGKILL');
    sync = await startMachtig('sync', env);
    await sync.ready();
    const { body, mandate } = anotherAllow();
    await runMachtig(['suspend', mandate], env);
    await eventually('the suspension arrives', async () => (await ask(sidecars[1], body)).answer.allow === false);
    await runMachtig(['reactivate', mandate], env);
    await eventually('so does its end', async () => (await ask(sidecars[1], body)).answer.allow === true);
    const verified = await runMachtig(['sync', 'verify'], env);
    expect(JSON.parse(verified.out)).toMatchObject({ equal: true });
  });

  it('never allows what was revoked while it was frozen', async () => {
    const frozen = await startMachtig('sidecar', { ...sidecarEnv('frozen'), MACHTIG_MAX_STALENESS_MS: '1000' });
    try {
      await frozen.ready();
      const { body, mandate } = required(allowsByOneMandate().at(-1));
      await eventually('it allows', async () => (await ask(frozen, body)).answer.allow === true);
      frozen.send('SIGSTOP');
      await runMachtig(['revoke', mandate], env);
      // Asked while it cannot hear: all of these wait in its socket, in front of what the stream brings.
      const asked = Array.from({ length: 20 }, () => ask(frozen, body));
      await new Promise((resolve) => setTimeout(resolve, 1500));
      frozen.send('SIGCONT');
      for (const { status, answer } of await Promise.all(asked)) {
        expect(status === 503 || answer.allow === false, JSON.stringify(answer)).toBe(true);
      }
      await eventually('it answers again', async () => (await ask(frozen, body)).answer.allow === false);
    } finally {
      await frozen.kill('SIGTERM');
    }
  });

  it('keeps an unbroken chain of records', async () => {
    await Promise.all(sidecars.map((sidecar) => sidecar.kill('SIGTERM')));
    for (const name of ['a', 'b']) {
      const { code, out } = await runMachtig(['records', 'verify', join(folder, `${name}.jsonl`)], {});
      expect(JSON.parse(out)).toMatchObject({ faults: [] });
      expect(code).toBe(0);
    }
  });
});

function allowsByOneMandate(): { body: Case['body']; mandate: string }[] {
  return timeless().flatMap(({ body, expect: expected }) => {
    const [mandate, ...others] = expected.mandates ?? [];
    const direct = expected.allow && expected.basis === 'mandate' && mandate !== undefined && others.length === 0;
    return direct ? [{ body, mandate }] : [];
  });
}

const anAllowByOneMandate = () => required(allowsByOneMandate()[0]);

/** About another mandate than the one that is revoked above. */
function anotherAllow() {
  const first = anAllowByOneMandate();
  return required(allowsByOneMandate().find(({ mandate }) => mandate !== first.mandate));
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no case to test this with');
  return value;
}
