import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyRecords } from '../../src/records/verify.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { askOnce, beginQuestion, isAlive, metricOf, workersOf } from '../support/workers.ts';

const REGISTER = join(import.meta.dirname, '../../examples/register.yaml');
const ASKED = 20;
/** Allowed by examples/register.yaml, through one mandate to a firm and one within it. */
const QUESTION = {
  actor: 'urn:etoegang:pseudonym:bea@balans',
  loa: 'eh3',
  represented: 'urn:nl:kvk:90000004',
  service: 'urn:etoegang:DV:00000003800000010000:services:1',
  operation: 'submit',
};
const key = () => randomBytes(32).toString('base64');

let folder: string;
let database: TestDatabase;
let redis: TestRedis;
let env: Record<string, string>;
let sync: Process;
let sidecar: Process;
const at = (name: string) => join(folder, name);
const recordsOf = (worker: number) => at(`decisions-${worker}.jsonl`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-workers-'));
  database = await cloneDatabase({ empty: true });
  redis = await startRedis();
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: key(),
    MACHTIG_SEAL_KEY: key(),
    MACHTIG_ANONYMOUS: 'loopback:bsn,details',
    MACHTIG_LOG_LEVEL: 'warn',
    MACHTIG_MAX_STALENESS_MS: '20000',
    MACHTIG_SHED_AFTER_MS: '10000',
  };
  for (const command of [['migrate'], ['import', REGISTER]]) {
    const done = await runMachtig(command, env);
    expect(done, done.err).toMatchObject({ code: 0 });
  }
  sync = await startMachtig('sync', env);
  sidecar = await startMachtig('sidecar', sidecarEnv());
  await untilFresh();
}, 150_000);

afterAll(async () => {
  await Promise.all([sync, sidecar].map((one) => one?.kill('SIGTERM')));
  await redis?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

function sidecarEnv(): Record<string, string> {
  const { DATABASE_URL: _, ...rest } = env;
  return {
    ...rest,
    MACHTIG_WORKERS: '2',
    MACHTIG_SOCKET: at('machtig.sock'),
    MACHTIG_RECORDS_FILE: at('decisions.jsonl'),
  };
}

async function untilFresh(): Promise<void> {
  await eventually('both are ready', async () => (await sidecar.health('/readyz')) === 200, 60_000);
  await eventually('both are fresh', async () => (await sidecar.health('/freshz')) === 200, 60_000);
}

/** Statuses and verdicts of so many questions, one connection each. */
async function askMany(door: Parameters<typeof askOnce>[0] = sidecar): Promise<string[]> {
  const asked = Array.from({ length: ASKED }, () => askOnce(door, QUESTION));
  return (await Promise.all(asked)).map(({ status, answer }) => `${status} ${answer.allow}`);
}

const alike = (what: string) => Array.from({ length: ASKED }, () => what);

async function missing(): Promise<string> {
  const { missing = [] } = (await (await fetch(`${sidecar.opsUrl}/readyz`)).json()) as { missing?: string[] };
  return missing.join();
}

describe('two workers', () => {
  it('share the port and the Unix socket, and each records what it answers', async () => {
    const before = await Promise.all([1, 2].map((worker) => verifyRecords([recordsOf(worker)])));
    expect(await askMany()).toEqual(alike('200 true'));
    expect(await askMany({ socketPath: at('machtig.sock') })).toEqual(alike('200 true'));
    const after = await Promise.all([1, 2].map((worker) => verifyRecords([recordsOf(worker)])));
    const written = after.map(({ records }, index) => records - (before[index]?.records ?? 0));
    expect(written.reduce((a, b) => a + b)).toBe(2 * ASKED);
    expect(Math.min(...written)).toBeGreaterThan(0);
    expect(after.flatMap(({ faults }) => faults)).toEqual([]);
    expect(existsSync(at('decisions.jsonl'))).toBe(false);
  });

  it('have a socket with the mode that was asked for', async () => {
    expect(((await stat(at('machtig.sock'))).mode & 0o777).toString(8)).toBe('660');
  });

  it('count as one, and tell the memory of each', async () => {
    const before = await metricOf(sidecar, 'machtig_decisions_total');
    await askMany();
    expect(await metricOf(sidecar, 'machtig_decisions_total')).toBe(before + ASKED);
    expect(await metricOf(sidecar, 'machtig_policy_info')).toBe(1);
    expect(await metricOf(sidecar, 'machtig_workers_answering')).toBe(2);
    const text = await (await fetch(`${sidecar.opsUrl}/metrics`)).text();
    expect(text.match(/^machtig_worker_resident_bytes\{worker="[12]"\} [0-9]{7,}$/gm)).toHaveLength(2);
  });

  it('say by which policy each answers, and that they agree', async () => {
    const status = await (await fetch(`${sidecar.opsUrl}/policy`)).json();
    expect(status).toMatchObject({ agree: true, active: { from: 'program' }, workers: [{ worker: 1 }, { worker: 2 }] });
  });

  it('open their records again on SIGHUP of the first process, and go on with their chains', async () => {
    await askMany();
    for (const worker of [1, 2]) await rename(recordsOf(worker), `${recordsOf(worker)}.1`);
    sidecar.send('SIGHUP');
    await eventually('both files are new', () => [1, 2].every((worker) => existsSync(recordsOf(worker))));
    expect(await askMany()).toEqual(alike('200 true'));
    for (const worker of [1, 2]) {
      const whole = await verifyRecords([`${recordsOf(worker)}.1`, recordsOf(worker)]);
      expect(whole.faults).toEqual([]);
      expect(whole.first?.seq).toBe(1);
    }
  });

  it('are replaced when they die: others answer, sums do not fall, chains go on', async () => {
    const ends = await metricOf(sidecar, 'machtig_worker_ends_total');
    const before = await metricOf(sidecar, 'machtig_decisions_total');
    const [victim = 0] = workersOf(sidecar);
    process.kill(victim, 'SIGKILL');
    await eventually('it is missed', async () => (await missing()).includes('has not started'));
    expect(await askMany()).toEqual(alike('200 true'));
    expect(await metricOf(sidecar, 'machtig_decisions_total')).toBe(before + ASKED);
    expect(await sidecar.health('/livez')).toBe(200);
    await untilFresh();
    expect(workersOf(sidecar)).toHaveLength(2);
    expect(workersOf(sidecar)).not.toContain(victim);
    expect(await metricOf(sidecar, 'machtig_worker_ends_total')).toBe(ends + 1);
    expect(await askMany()).toEqual(alike('200 true'));
    expect(await metricOf(sidecar, 'machtig_decisions_total')).toBe(before + 2 * ASKED);
    for (const worker of [1, 2]) {
      expect((await verifyRecords([`${recordsOf(worker)}.1`, recordsOf(worker)])).faults).toEqual([]);
    }
  }, 120_000);

  it('answer what they owe when one is stopped by itself, however often it is told, and have it replaced', async () => {
    const [first = 0] = workersOf(sidecar);
    const begun = await Promise.all([beginQuestion(sidecar, QUESTION), beginQuestion(sidecar, QUESTION)]);
    process.kill(first, 'SIGTERM');
    await eventually('it has been told', async () => (await missing()).includes('stopping'));
    process.kill(first, 'SIGTERM');
    expect(await askMany()).toEqual(alike('200 true'));
    for (const { finish } of begun) expect(await finish()).toContain('"allow":true');
    await eventually('it has ended', () => !isAlive(first));
    await untilFresh();
  }, 120_000);

  it('are not live while one hangs', async () => {
    const [first = 0] = workersOf(sidecar);
    process.kill(first, 'SIGSTOP');
    try {
      expect(await sidecar.health('/livez')).toBe(503);
      expect(await missing()).toMatch(/^worker [12]: does not answer$/);
      expect(await sidecar.health('/freshz')).toBe(503);
    } finally {
      process.kill(first, 'SIGCONT');
    }
    await untilFresh();
  });

  it('deny alike once a mandate is revoked', async () => {
    const { answer } = await askOnce(sidecar, QUESTION);
    const [mandate] = answer.mandates as string[];
    const revoked = await runMachtig(['revoke', String(mandate)], env);
    expect(revoked.code, revoked.err).toBe(0);
    await eventually('all deny', async () => (await askMany()).every((said) => said === '200 false'));
    expect(await askMany()).toEqual(alike('200 false'));
  });

  it('end with the first process, killed or not, and leave no socket behind when it is stopped', async () => {
    const killed = workersOf(sidecar);
    await sidecar.kill('SIGKILL');
    await eventually('they have ended', () => !killed.some(isAlive));
    sidecar = await startMachtig('sidecar', sidecarEnv());
    await untilFresh();
    const begun = await beginQuestion(sidecar, QUESTION);
    const stopped = sidecar.kill('SIGTERM');
    await eventually('no more connections are taken', () =>
      askOnce(sidecar, QUESTION).then(
        () => false,
        () => true,
      ),
    );
    expect(await begun.finish()).toContain('"allow":false');
    await stopped;
    expect(existsSync(at('machtig.sock'))).toBe(false);
    expect((await readFile(recordsOf(1), 'utf8')).endsWith('\n')).toBe(true);
  }, 120_000);

  it('have one sync beside them, in the first process, where there is a database', async () => {
    await sync.kill('SIGTERM');
    sidecar = await startMachtig('sidecar', { ...sidecarEnv(), DATABASE_URL: database.url });
    await untilFresh();
    await eventually('it leads', async () => (await metricOf(sidecar, 'machtig_sync_leader')) === 1);
    expect(await askMany()).toEqual(alike('200 false'));
  }, 120_000);

  it('refuse to start together when one cannot, with its exit code and its words', async () => {
    const [port, opsPort] = [String(await freePort()), String(await freePort())];
    const refused = await runMachtig(['sidecar'], {
      ...sidecarEnv(),
      MACHTIG_PORT: port,
      MACHTIG_OPS_PORT: opsPort,
      MACHTIG_SOCKET: at('another.sock'),
      MACHTIG_CALLERS: at('nobody.json'),
    });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('nobody.json');
  }, 60_000);
});
