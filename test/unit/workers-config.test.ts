import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/cli/config.ts';
import { configOfWorker, levelFolders } from '../../src/cli/workers-config.ts';
import { openLastGood } from '../../src/rollout/last-good.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-levels-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const revision = (digit: number) => String(digit).repeat(32);
const seenIn = async (path: string) => (await openLastGood(join(folder, path))).seen();
const keepIn = async (path: string, digit: number, issuedAt: number) =>
  (await openLastGood(join(folder, path))).keep(Buffer.from(`release ${digit}`), {
    revision: revision(digit),
    issuedAt,
  });

describe('the configuration of a worker', () => {
  const env = {
    DATABASE_URL: 'postgres://x',
    REDIS_URL: 'redis://x',
    MACHTIG_HMAC_KEY: Buffer.alloc(32).toString('base64'),
    MACHTIG_ANONYMOUS: 'loopback',
    MACHTIG_RECORDS_FILE: 'records/decisions.jsonl',
    MACHTIG_WORKERS: '4',
    MACHTIG_BUNDLE: '/b.tar.gz',
    MACHTIG_MODE: 'trial',
    MACHTIG_SHADOW_BUNDLE: '/c.tar.gz',
    MACHTIG_SHADOW_CPU: '10',
  };

  it('has files of its own, its share of the CPU, and no database', () => {
    const config = configOfWorker(loadConfig(env, 'sidecar'), 3);
    expect(config).toMatchObject({
      records: { file: 'records/decisions-3.jsonl' },
      shadow: { cpuPercent: 2.5 },
      listen: { handedOver: true },
    });
    expect(config.databaseUrl).toBeUndefined();
  });

  it('has a folder of releases of its own, the first that of one process', () => {
    const config = loadConfig(env, 'sidecar');
    const folders = [1, 2].map(
      (seat) => configOfWorker({ ...config, bundle: { ...config.bundle, stateFolder: '/s' } }, seat).bundle.stateFolder,
    );
    expect(folders).toEqual(['/s', '/s/worker-2']);
  });

  it('is refused for dev, which is one process', () => {
    expect(() => loadConfig({ MACHTIG_WORKERS: '2' }, 'dev')).toThrow('MACHTIG_WORKERS must be 1');
  });
});

describe('folders of releases', () => {
  it('of workers that are new here begin with what the first has seen', async () => {
    await keepIn('.', 5, 500);
    await levelFolders(folder, 3);
    for (const path of ['.', 'worker-2', 'worker-3']) {
      expect(await seenIn(path)).toEqual({ newest: 500, accepted: { revision: revision(5), issuedAt: 500 } });
    }
    const copied = await (await openLastGood(join(folder, 'worker-3'))).read();
    expect(Buffer.from(copied ?? []).toString()).toBe('release 5');
  });

  it('all learn of the newest, whichever has seen it, also for one process', async () => {
    await keepIn('.', 5, 500);
    await keepIn('worker-2', 7, 700);
    await keepIn('worker-7', 6, 600);
    await levelFolders(folder, 1);
    expect(await seenIn('.')).toMatchObject({ newest: 700, accepted: { revision: revision(7) } });
    await levelFolders(folder, 3);
    expect(await seenIn('worker-3')).toMatchObject({ newest: 700 });
  });

  it('do not forget a newer release that was rolled back', async () => {
    await keepIn('.', 7, 700);
    await keepIn('.', 5, 500);
    await levelFolders(folder, 2);
    expect(await seenIn('worker-2')).toEqual({ newest: 700, accepted: { revision: revision(5), issuedAt: 500 } });
  });

  it('keep their order when the release itself is gone', async () => {
    await keepIn('.', 5, 500);
    for (const name of await readdir(folder)) if (name.startsWith('bundle-')) await rm(join(folder, name));
    await levelFolders(folder, 2);
    expect(await seenIn('worker-2')).toMatchObject({ newest: 500 });
  });

  it('refuse the start when one of them is not what was written there', async () => {
    await keepIn('worker-2', 5, 500);
    await writeFile(join(folder, 'worker-2', 'state.json'), '{}');
    await expect(levelFolders(folder, 1)).rejects.toThrow('is not what was written there');
  });

  it('stay empty where none has seen any', async () => {
    await levelFolders(folder, 2);
    expect(await seenIn('worker-2')).toBeUndefined();
  });
});
