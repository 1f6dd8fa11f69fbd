import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-dev-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('machtig dev', () => {
  it('prints five questions with the answers that belong to them', async () => {
    const said = await firstWords({});
    expect(said.match(/^→ (allow|deny), /gm)).toHaveLength(5);
    expect(said).not.toContain('expected:');
  });

  it('answers for a bundle that reads the bare request, and then asks nothing about mandates', async () => {
    const said = await firstWords({ MACHTIG_BUNDLE: join(ROOT, 'examples/authzen-fixture/bundle.tar.gz') });
    expect(said).not.toContain('→');
  });
});

describe('machtig dev, stopped while it starts', () => {
  it.each([400, 700, 1000, 1300])('ends in order after %i ms', async (afterMs) => {
    const { dev, ended } = startDev({});
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    dev.kill('SIGTERM');
    const [code, signal] = await ended;
    // Before it listens for signals the signal ends it, which is as good.
    expect(signal === 'SIGTERM' || code === 0).toBe(true);
  });
});

describe('machtig sidecar without Redis', () => {
  let sidecar: Process;
  afterAll(() => sidecar?.kill('SIGTERM'));

  it('lives, is not ready, and answers 503', async () => {
    const redis = await startRedis();
    await redis.stop();
    sidecar = await startMachtig('sidecar', {
      REDIS_URL: redis.url,
      MACHTIG_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
      MACHTIG_ANONYMOUS: 'loopback:bsn',
      MACHTIG_RECORDS_FILE: join(folder, 'decisions.jsonl'),
    });
    await eventually('it lives', async () => (await sidecar.health('/livez')) === 200);
    expect(await sidecar.health('/readyz')).toBe(503);
    const asked = await fetch(`${sidecar.url}/v1/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"actor":"urn:nl:bsn:999990019","represented":"urn:nl:bsn:999990019","service":"x"}',
    });
    expect(asked.status).toBe(503);
  });
});

describe('the command line', () => {
  it.each([
    [['seed', '--mandates', 'many'], 64, 'whole number'],
    [['nonsense'], 64, 'unknown command'],
    [['import', 'no-such-file.yaml'], 78, 'DATABASE_URL'],
    [['sidecar'], 78, 'REDIS_URL'],
    [['admin'], 78, 'MACHTIG_ADMIN_ACCESS'],
  ])('says what is wrong with %j', async (args, code, text) => {
    const ended = await runMachtig(args, {});
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(text);
  });

  it('explains every role and command', async () => {
    const { code, out } = await runMachtig(['--help'], {});
    expect(code).toBe(0);
    for (const command of 'dev sidecar sync admin token migrate import seed revoke suspend reactivate audit records'.split(
      ' ',
    )) {
      expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
  });
});

const ANY_PORTS = {
  MACHTIG_PORT: '0',
  MACHTIG_OPS_PORT: '0',
  MACHTIG_ADMIN_PORT: '0',
  MACHTIG_DEV_LOGIN_PORT: '0',
};

function startDev(env: Record<string, string>) {
  const dev = spawn(process.execPath, [join(ROOT, 'bin/machtig.js'), 'dev'], {
    env: { PATH: process.env.PATH ?? '', ...ANY_PORTS, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<[number | null, string | null]>((resolve) =>
    dev.once('exit', (code, signal) => resolve([code, signal])),
  );
  return { dev, ended };
}

/** What dev prints until it has said everything. */
async function firstWords(env: Record<string, string>): Promise<string> {
  const { dev, ended } = startDev(env);
  let said = '';
  dev.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  try {
    return await eventually('dev has said everything', () => said.includes('Ctrl-C') && said);
  } finally {
    dev.kill('SIGTERM');
    await ended;
  }
}
