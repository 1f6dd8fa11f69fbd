import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packBundle } from '../../src/policy/pack.ts';
import { eventually } from '../support/eventually.ts';
import { DISK_FAULTS } from '../support/hostile-disk.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { evaluate, type Questioning, question, statusOf } from '../support/questioned-sidecar.ts';
import { startRedis } from '../support/redis.ts';
import { release, releaseFiles } from '../support/releases.ts';
import { makePair } from '../support/signing.ts';

const pair = makePair();
const at = (name: string) => join(folder, name);
let folder: string;
let env: Record<string, string>;
let sidecar: Process;
let questioning: Questioning | undefined;
let issued = 1_700_000_000;
let name = '';

/** The next release, under a name that no other has. */
async function make(): Promise<Uint8Array> {
  issued += 1;
  name = `r${issued}`;
  return release(name, pair, issued);
}

async function publish(bytes: Uint8Array): Promise<void> {
  const next = at(`release-${issued}`);
  await mkdir(next, { recursive: true });
  await writeFile(join(next, 'bundle.tar.gz'), bytes);
  await point(next);
}

async function point(to: string): Promise<void> {
  await symlink(to, at('next'));
  await rename(at('next'), at('current'));
}

const outcome = async () => (await statusOf(sidecar)).last_tried?.outcome;
const answers = (wanted: string) => eventually(`${wanted} answers`, async () => (await evaluate(sidecar)) === wanted);

/** Nobody was left without an answer, and nobody had an answer of any but these. */
async function noticed(asked: Questioning, [before = '', after = '']: string[]): Promise<void> {
  await eventually(`${after} answers`, () => asked.answers.includes(after));
  await asked.stop();
  expect(asked.dropped).toEqual([]);
  expect(asked.answers.filter((one) => one !== before && one !== after)).toEqual([]);
}

async function start(): Promise<void> {
  sidecar = await startMachtig('sidecar', env);
  await eventually('it lives', async () => (await sidecar.health('/livez')) === 200);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-disk-'));
  const redis = await startRedis();
  await redis.stop();
  await writeFile(at('release.pub'), pair.publicKey);
  await mkdir(at('state'));
  await publish(await make());
  env = {
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
    MACHTIG_ANONYMOUS: 'loopback',
    MACHTIG_LOG_LEVEL: 'silent',
    MACHTIG_RECORDS: 'off',
    MACHTIG_BUNDLE: at('current'),
    MACHTIG_BUNDLE_KEY: at('release.pub'),
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: 'ES256',
    MACHTIG_BUNDLE_STATE: at('state'),
    MACHTIG_BUNDLE_POLL_MS: '100',
  };
  await start();
});

afterEach(async () => {
  await questioning?.stop();
  questioning = undefined;
});

afterAll(async () => {
  await sidecar?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

describe('a sidecar that is asked without a pause, when its source', () => {
  it.each(DISK_FAULTS)('$title: $code, and the next release is taken', async ({ code, cause }) => {
    const before = name;
    questioning = question(sidecar);
    await answers(before);
    const faulty = at(`faulty-${issued}`);
    await mkdir(faulty);
    await cause(join(faulty, 'bundle.tar.gz'), await make());
    await point(faulty);
    await eventually(code, async () => (await outcome()) === code);
    await publish(await make());
    await noticed(questioning, [before, name]);
  });

  it('is written while it is read: what is half there is not taken, what is whole is', async () => {
    const before = name;
    const bytes = await make();
    questioning = question(sidecar);
    const file = at('current/bundle.tar.gz');
    await truncate(file, 0);
    for (let from = 0; from < bytes.length; from += 5000) {
      await appendFile(file, bytes.subarray(from, from + 5000));
      await sleep(60);
    }
    await noticed(questioning, [before, name]);
  });
});

describe('a sidecar that is asked without a pause, when its state folder', () => {
  const away = () => at('state-away');

  it.each([
    ['is gone', async () => rename(at('state'), away()), async () => rename(away(), at('state'))],
    [
      'is a file',
      async () => {
        await rename(at('state'), away());
        await writeFile(at('state'), 'x');
      },
      async () => {
        await rm(at('state'));
        await rename(away(), at('state'));
      },
    ],
  ])('%s: the next release does not answer until it can be kept', async (_, spoil, mend) => {
    const before = name;
    questioning = question(sidecar);
    await spoil();
    await publish(await make());
    await eventually('it is refused', async () => (await outcome()) === 'state_unwritable');
    expect(await evaluate(sidecar)).toBe(before);
    await mend();
    await noticed(questioning, [before, name]);
  });

  it.runIf(mountable())('is full: the next release does not answer, and no half of it stays', async () => {
    await sidecar.kill('SIGTERM');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', at('state')]);
    try {
      await publish(await make());
      await start();
      const before = name;
      await writeFile(at('state/filler'), Buffer.alloc(1024 * 1024)).catch(() => {});
      questioning = question(sidecar);
      await publish(await make());
      await eventually('it is refused', async () => (await outcome()) === 'state_unwritable');
      expect(await evaluate(sidecar)).toBe(before);
      expect((await readdir(at('state'))).filter((file) => file.endsWith('.tmp'))).toEqual([]);
      await rm(at('state/filler'));
      await noticed(questioning, [before, name]);
    } finally {
      await sidecar.kill('SIGTERM');
      execFileSync('umount', [at('state')]);
      await rm(at('state'), { recursive: true, force: true });
      await start();
    }
  });
});

describe('a sidecar that starts', () => {
  const kept = async () => at(`state/${(await readdir(at('state'))).find((file) => file.startsWith('bundle-'))}`);

  async function startsNot(): Promise<string> {
    const { code, err } = await runMachtig(['sidecar'], { ...env, MACHTIG_BUNDLE: at('nowhere') });
    expect(code).toBe(1);
    return err;
  }

  it('does not believe the last good one on disk for lying there', async () => {
    await answers(name);
    await sidecar.kill('SIGTERM');
    const [file, state] = [await kept(), await readFile(at('state/state.json'))];
    const good = await readFile(file);
    await writeFile(file, await release('evil', makePair(), issued));
    expect(await startsNot()).toMatch(/the last good one on disk: .*\(signature_invalid\)/);
    await writeFile(file, await release('older', pair, issued - 1));
    expect(await startsNot()).toMatch(/the last good one on disk: .*\(not_newer\)/);
    await writeFile(file, good.subarray(0, 100));
    expect(await startsNot()).toMatch(/the last good one on disk: .*\(damaged\)/);
    await writeFile(file, packBundle(releaseFiles(name)));
    expect(await startsNot()).toMatch(/the last good one on disk: .*\(unsigned\)/);
    await writeFile(file, good);
    await writeFile(at('state/state.json'), '{"newest_issued_at": 0}');
    expect(await startsNot()).toMatch(/state.json is not what was written there/);
    await writeFile(at('state/state.json'), state);
    await start();
    await answers(name);
  });

  it('after it was killed while releases came, has one that was good, and takes the next', async () => {
    for (let round = 0; round < 4; round += 1) {
      const before = name;
      await publish(await make());
      await sleep(150 + 200 * round);
      await sidecar.kill('SIGKILL');
      // With its source gone it has only what it kept.
      await point(at('nowhere'));
      await start();
      expect([before, name]).toContain(await evaluate(sidecar));
      await publish(await make());
      await answers(name);
    }
  });
});

/** A small file system of one's own takes root; elsewhere that one fault is not tried. */
function mountable(): boolean {
  const place = join(tmpdir(), `machtig-mount-${process.pid}`);
  try {
    execFileSync('mkdir', ['-p', place]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    console.warn('NOT RUN: a full disk needs a file system of its own, which needs root');
    return false;
  }
}
