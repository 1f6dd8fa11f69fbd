import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Process, startMachtig } from '../support/program.ts';
import { evaluate } from '../support/questioned-sidecar.ts';
import { startRedis } from '../support/redis.ts';
import { release, releaseFiles, revisionIn } from '../support/releases.ts';
import { makePair } from '../support/signing.ts';
import { metricOf, workersOf } from '../support/workers.ts';

const pair = makePair();
const T = 1_700_000_000;
const CONNECTIONS = 5;
let folder: string;
let sidecar: Process;
const at = (name: string) => join(folder, name);

/** Such a policy reads the bare request: workers answer by it without any data. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-workers-'));
  const redis = await startRedis();
  await redis.stop();
  await writeFile(at('release.pub'), pair.publicKey);
  await writeFile(at('callers.json'), CALLERS);
  await publish('0', T);
  sidecar = await startMachtig('sidecar', {
    REDIS_URL: redis.url,
    MACHTIG_WORKERS: '2',
    MACHTIG_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
    MACHTIG_ANONYMOUS: 'loopback',
    MACHTIG_CALLERS: at('callers.json'),
    MACHTIG_LOG_LEVEL: 'silent',
    MACHTIG_RECORDS_FILE: at('decisions.jsonl'),
    MACHTIG_MAX_CONNECTIONS: String(CONNECTIONS),
    MACHTIG_BUNDLE: at('bundle.tar.gz'),
    MACHTIG_BUNDLE_KEY: at('release.pub'),
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: 'ES256',
    MACHTIG_BUNDLE_STATE: at('state'),
    MACHTIG_BUNDLE_POLL_MS: '100',
  });
  await eventually('both have started', async () => !(await missing()).includes('start'), 60_000);
}, 90_000);

afterAll(async () => {
  await sidecar?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const CALLERS = JSON.stringify({ callers: [{ name: 'portal', owners: 'all', tokens: ['0'.repeat(64)] }] });

async function publish(name: string, issuedAt: number): Promise<void> {
  await writeFile(at('next'), await release(name, pair, issuedAt));
  await rename(at('next'), at('bundle.tar.gz'));
}

async function missing(): Promise<string> {
  const { missing: absent = [] } = (await (await fetch(`${sidecar.opsUrl}/readyz`)).json()) as { missing?: string[] };
  return absent.join();
}

async function policies() {
  const status = await (await fetch(`${sidecar.opsUrl}/policy`)).json();
  const { agree, workers } = status as { agree: boolean; workers: { active: { revision: string } }[] };
  return { agree, revisions: workers?.map(({ active }) => active.revision) };
}

const revisionOf = (name: string) => revisionIn(releaseFiles(name));

describe('two workers without data', () => {
  it('take a release each, and say so when one of them cannot', async () => {
    await publish('1', T + 1);
    await eventually('both have it', async () =>
      (await policies()).revisions.every((revision) => revision === revisionOf('1')),
    );
    await rename(at('state/worker-2'), at('aside'));
    await writeFile(at('state/worker-2'), 'no folder');
    await publish('2', T + 2);
    await eventually('one has the next', async () => !(await policies()).agree);
    expect((await policies()).revisions).toEqual([revisionOf('2'), revisionOf('1')]);
    await rm(at('state/worker-2'));
    await rename(at('aside'), at('state/worker-2'));
    await eventually('they agree again', async () => (await policies()).agree, 60_000);
    expect((await policies()).revisions).toEqual([revisionOf('2'), revisionOf('2')]);
  }, 120_000);

  it('close connections beyond what each may hold, and go on', async () => {
    const sockets = await Promise.all(Array.from({ length: 4 * CONNECTIONS }, open));
    // Each counts its own, whatever the other has room for.
    await eventually('what is too much is closed', async () => {
      const refused = await metricOf(sidecar, 'machtig_connections_refused_total');
      return refused >= 2 * CONNECTIONS && stillOpen(sockets) === sockets.length - refused;
    });
    for (const socket of sockets) socket.destroy();
    expect(await eventually('there is room again', () => evaluate(sidecar).catch(() => false))).toBe('2');
  });

  it('leave no caller waiting for one that ended before it took the connection', async () => {
    const [first = 0] = workersOf(sidecar);
    process.kill(first, 'SIGSTOP');
    const sockets = [await open(), await open(), await open()];
    process.kill(first, 'SIGKILL');
    await eventually('its connection is closed', () => stillOpen(sockets) === 2);
    for (const socket of sockets) socket.destroy();
    await eventually('it has been replaced', async () => !(await missing()).includes('start'), 60_000);
  }, 90_000);

  it('are started again and again while they cannot, and answer once they can', async () => {
    await writeFile(at('callers.json'), 'no callers');
    const ends = await metricOf(sidecar, 'machtig_worker_ends_total');
    for (const worker of workersOf(sidecar)) process.kill(worker, 'SIGKILL');
    await eventually(
      'both have failed to start',
      async () => (await metricOf(sidecar, 'machtig_worker_ends_total')) >= ends + 4,
      60_000,
    );
    expect(await sidecar.health('/livez')).toBe(200);
    await expect(evaluate(sidecar)).rejects.toThrow();
    await writeFile(at('callers.json'), CALLERS);
    await eventually('both have started', async () => !(await missing()).includes('start'), 60_000);
    expect(await evaluate(sidecar)).toBe('2');
  }, 180_000);
});

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(sidecar.url).port), '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  socket.resume();
  return socket;
}

const stillOpen = (sockets: readonly Socket[]): number => sockets.filter(({ closed }) => !closed).length;
