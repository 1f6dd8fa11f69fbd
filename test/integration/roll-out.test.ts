import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packBundle } from '../../src/policy/pack.ts';
import { fileSource } from '../../src/rollout/file-source.ts';
import type { RollOut } from '../../src/rollout/roll-out.ts';
import { eventually } from '../support/eventually.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';
import { release, releaseFiles, revisionIn } from '../support/releases.ts';
import { startRollOut, temporaryFolder, type WorldWish } from '../support/roll-out.ts';
import { makePair, signedBundle, unpacked } from '../support/signing.ts';

const pair = makePair();
const NOW = Date.UTC(2026, 0, 1);
const T = NOW / 1000 - 10_000;
let place: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let running: RollOut[] = [];

beforeEach(async () => {
  place = await temporaryFolder();
  file = join(place.path, 'b.tar.gz');
});

afterEach(async () => {
  await Promise.all(running.map((one) => one.close()));
  running = [];
  await place.remove();
});

const put = async (bytes: Uint8Array, path = file) => {
  await writeFile(`${path}.next`, bytes);
  await rename(`${path}.next`, path);
};

async function start(wish: Partial<WorldWish> = {}) {
  const source = await fileSource(file);
  const world = await startRollOut({ source, pair, folder: join(place.path, 'state'), now: () => NOW, ...wish });
  running.push(world.rollOut);
  const outcomes = () => world.tried.map(({ outcome }) => outcome);
  return { ...world, outcomes, last: () => world.tried.at(-1) };
}

async function restart(wish: Partial<WorldWish> = {}) {
  await Promise.all(running.map((one) => one.close()));
  running = [];
  return start(wish);
}

describe('rolling out a policy', () => {
  it('takes what is newer while it runs, and says what is active, since when and from where', async () => {
    await put(await release('one', pair, T));
    const world = await start();
    expect(world.ask().release).toBe('one');
    await put(await release('two', pair, T + 1));
    await eventually('two is active', () => world.ask().release === 'two');
    expect(world.ask().revision).toBe(revisionIn(releaseFiles('two')));
    expect(world.rollOut.status()).toMatchObject({
      active: {
        revision: revisionIn(releaseFiles('two')),
        from: 'file',
        since: '2026-01-01T00:00:00.000Z',
        issued_at: new Date((T + 1) * 1000).toISOString(),
        key_id: 'release',
      },
      source: file,
      heard_at: '2026-01-01T00:00:00.000Z',
      last_tried: { outcome: 'active', revision: revisionIn(releaseFiles('two')) },
    });
    expect(world.active.map(({ revision }) => revision)).toEqual(
      ['one', 'two'].map((name) => revisionIn(releaseFiles(name))),
    );
  });

  it('keeps the last good one when the next is refused, says why, and looks at it once', async () => {
    await put(await release('one', pair, T));
    const world = await start();
    await put(await release('two', makePair(), T + 1));
    await eventually('it was refused', () => world.last()?.outcome === 'signature_invalid');
    const heard = world.tried.length;
    world.rollOut.look();
    await put(await release('three', pair, T + 2));
    await eventually('three is active', () => world.ask().release === 'three');
    expect(world.tried.slice(heard).map(({ outcome }) => outcome)).toEqual(['active']);
    expect(world.outcomes()).toEqual(['active', 'signature_invalid', 'active']);
  });

  it('refuses what fails its own cases, and takes what passes them', async () => {
    const demands = (name: string) => [{ title: 'says who it is', input: {}, expect: { context: { release: name } } }];
    await put(await release('one', pair, T, { selfTest: demands('one') }));
    const world = await start();
    await put(await release('two', pair, T + 1, { selfTest: demands('one') }));
    await eventually('it was refused', () => world.last()?.outcome === 'self_test_failed');
    expect(world.last()?.says).toContain('its case "says who it is" expects context {"release":"one"}');
    expect(world.last()).toMatchObject({ revision: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(world.ask().release).toBe('one');
  });

  it('refuses a bundle that reads another kind of question', async () => {
    await put(await release('one', pair, T));
    const world = await start();
    await put(await signedBundle(unpacked(fixtureBundle('mini')), pair, T + 1));
    await eventually('it was refused', () => world.last()?.outcome === 'other_input');
    expect(world.ask().release).toBe('one');
  });

  it('goes on with what it has when the file is gone, cut short or none, and takes the next good one', async () => {
    const good = await release('one', pair, T);
    await put(good);
    const world = await start();
    await rm(file);
    await eventually('it is missed', () => world.last()?.outcome === 'source_unavailable');
    for (const [bytes, code] of [
      [good.subarray(0, good.length / 2), 'damaged'],
      [Buffer.from('hello'), 'damaged'],
      [Buffer.alloc(17 * 1024 * 1024), 'too_large'],
      [packBundle(releaseFiles('one')), 'unsigned'],
    ] as const) {
      await put(bytes);
      world.rollOut.look();
      await eventually(code, () => world.last()?.outcome === code);
      expect(world.ask().release).toBe('one');
    }
    await put(await release('two', pair, T + 1));
    await eventually('two is active', () => world.ask().release === 'two');
  });

  it('without a key takes what is unsigned, older or signed by whomever, and keeps nothing on disk', async () => {
    await put(packBundle(releaseFiles('one')));
    const source = await fileSource(file);
    const world = await startRollOut({ source, folder: join(place.path, 'state') });
    running.push(world.rollOut);
    await put(await release('two', makePair(), 1));
    await eventually('two is active', () => world.ask().release === 'two');
    expect(await readdir(place.path)).toEqual(['b.tar.gz']);
  });
});

describe('the order of releases', () => {
  const named = (name: string) => revisionIn(releaseFiles(name));

  it('refuses one that is older or as old, also after a restart', async () => {
    await put(await release('two', pair, T + 2));
    const world = await start();
    await put(await release('one', pair, T + 1));
    await eventually('it was refused', () => world.last()?.outcome === 'not_newer');
    expect(world.last()).toMatchObject({ revision: named('one'), issued_at: new Date((T + 1) * 1000).toISOString() });
    await put(await release('other', pair, T + 2));
    await eventually('refused again', () => world.outcomes().filter((code) => code === 'not_newer').length === 2);
    expect(world.ask().release).toBe('two');
    const again = await restart();
    expect(again.ask().release).toBe('two');
    expect(again.active[0]).toMatchObject({ from: 'last_good', revision: named('two') });
    expect(again.outcomes()).toContain('not_newer');
  });

  it('goes back to one that is named, and from there only to what is issued later than all', async () => {
    await put(await release('one', pair, T + 1));
    const world = await start();
    await put(await release('two', pair, T + 2));
    await eventually('two is active', () => world.ask().release === 'two');
    await put(await release('one', pair, T + 1));
    const back = await restart({ rollback: named('one') });
    expect(back.ask().release).toBe('one');
    // Without the word it stays: it is the release in use.
    const later = await restart();
    expect(later.ask().release).toBe('one');
    expect(later.active[0]).toMatchObject({ from: 'file' });
    await put(await release('two', pair, T + 2));
    await eventually('what was gone back from is refused', () => later.last()?.outcome === 'not_newer');
    await put(await release('two', pair, T + 3));
    await eventually('signed anew it is taken', () => later.ask().release === 'two');
  });

  it('takes an old one that is signed anew', async () => {
    await put(await release('two', pair, T + 2));
    const world = await start();
    await put(await release('one', pair, T + 3));
    await eventually('one is active', () => world.ask().release === 'one');
  });

  it('refuses what is issued in time to come, until that time', async () => {
    let now = NOW;
    await put(await release('one', pair, T));
    const world = await start({ now: () => now });
    await put(await release('two', pair, NOW / 1000 + 301));
    await eventually('it was refused', () => world.last()?.outcome === 'future_dated');
    expect(world.ask().release).toBe('one');
    now += 2000;
    await eventually('two is active', () => world.ask().release === 'two');
  });
});

describe('the last good bundle on disk', () => {
  const state = () => join(place.path, 'state');

  it('begins in place of a source that fails, verified like any other', async () => {
    await put(await release('one', pair, T));
    await start();
    await rm(file);
    const world = await restart();
    expect(world.ask().release).toBe('one');
    expect(world.rollOut.status()).toMatchObject({
      active: { from: 'last_good' },
      last_tried: { outcome: 'source_unavailable' },
    });
    await put(await release('two', pair, T + 1));
    await eventually('two is active', () => world.ask().release === 'two');
  });

  it('is no reason to begin when it was tampered with', async () => {
    await put(await release('one', pair, T));
    await start();
    const [kept = ''] = (await readdir(state())).filter((name) => name.startsWith('bundle-'));
    await writeFile(join(state(), kept), await release('evil', makePair(), T));
    await rm(file);
    await expect(restart()).rejects.toThrow(
      /no policy to begin with.*is not there.*last good one on disk: .*signature/,
    );
  });

  it('is no reason to begin under another key', async () => {
    await put(await release('one', pair, T));
    await start();
    await rm(file);
    await expect(restart({ pair: makePair() })).rejects.toThrow(/last good one on disk: .*signature_invalid/);
  });

  it('is one file and its place in the order, whatever came before', async () => {
    await put(await release('one', pair, T));
    const world = await start();
    await put(await release('two', pair, T + 1));
    await eventually('two is active', () => world.ask().release === 'two');
    await writeFile(join(state(), 'bundle-left-by-a-crash.tar.gz.1.tmp'), 'x');
    await put(await release('three', pair, T + 2));
    await eventually('three is active', () => world.ask().release === 'three');
    const revision = revisionIn(releaseFiles('three'));
    expect((await readdir(state())).sort()).toEqual([`bundle-${revision}-${T + 2}.tar.gz`, 'state.json']);
    expect(JSON.parse(await readFile(join(state(), 'state.json'), 'utf8'))).toEqual({
      newest_issued_at: T + 2,
      bundle: { file: `bundle-${revision}-${T + 2}.tar.gz`, revision, issued_at: T + 2 },
    });
  });

  it('is not forgotten in silence: what is malformed there refuses the start', async () => {
    await put(await release('one', pair, T));
    await start();
    for (const text of ['', '{}', JSON.stringify({ newest_issued_at: 1, bundle: { file: '../../etc/passwd' } })]) {
      await writeFile(join(state(), 'state.json'), text);
      await expect(restart()).rejects.toThrow(/state.json is not what was written there/);
    }
  });

  it('is not left behind: what cannot be kept does not answer, and is tried again', async () => {
    await put(await release('one', pair, T));
    const world = await start();
    // Not a matter of rights: the tests may run as root.
    await rename(state(), `${state()}-away`);
    await put(await release('two', pair, T + 1));
    await eventually('it was refused', () => world.last()?.outcome === 'state_unwritable');
    expect(world.ask().release).toBe('one');
    await rename(`${state()}-away`, state());
    await eventually('two is active', () => world.ask().release === 'two');
  });
});

describe('a folder that is swapped', () => {
  it('is followed through its symbolic link', async () => {
    const folder = (name: string) => join(place.path, name);
    for (const [name, at] of [
      ['a', T],
      ['b', T + 1],
    ] as const) {
      await mkdir(folder(name));
      await writeFile(join(folder(name), 'bundle.tar.gz'), await release(name, pair, at));
    }
    await symlink('a', folder('current'));
    const world = await start({ source: await fileSource(folder('current')) });
    expect(world.ask().release).toBe('a');
    expect(world.rollOut.status().active.from).toBe('folder');
    await symlink('b', folder('next'));
    await rename(folder('next'), folder('current'));
    await eventually('b is active', () => world.ask().release === 'b');
  });
});

describe('the first bundle', () => {
  it('must be there and good when there is no last good one', async () => {
    await expect(start()).rejects.toThrow(/no policy to begin with: .*b.tar.gz is not there \(source_unavailable\)/);
    await put(packBundle(releaseFiles('one')));
    await expect(start()).rejects.toThrow(/it holds no .signatures.json \(unsigned\)/);
    await put(await release('one', pair, T, { more: { 'policy.wasm': Buffer.from('no wasm') } }));
    await expect(start()).rejects.toThrow(/\(module_invalid\)/);
  });
});
