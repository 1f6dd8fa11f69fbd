import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packBundle } from '../../src/policy/pack.ts';
import { examineApart } from '../../src/rollout/examine-apart.ts';
import { fileSource } from '../../src/rollout/file-source.ts';
import type { Fetched, Source } from '../../src/rollout/source.ts';
import { eventually } from '../support/eventually.ts';
import { endless } from '../support/hostile-module.ts';
import { release, releaseFiles } from '../support/releases.ts';
import { startRollOut, type World, type WorldWish } from '../support/roll-out.ts';
import { makePair } from '../support/signing.ts';

const pair = makePair();
const T = 1_700_000_000;
const one = await release('one', pair, T);
let folder: string;
let worlds: World[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-attacks-'));
});

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  await Promise.all(worlds.map(({ rollOut }) => rollOut.close()));
  worlds = [];
}

async function start(source: Source, wish: Partial<WorldWish> = {}): Promise<World> {
  const world = await startRollOut({ source, pair, folder: join(folder, 'state'), ...wish });
  worlds.push(world);
  return world;
}

/** A source that gives the same bytes whenever it is asked, as if they were others. */
function forgetful(bytes: () => Uint8Array, tag: (asked: number) => string | undefined): Source & { asked: number } {
  return {
    kind: 'url',
    name: 'forgetful',
    asked: 0,
    async fetch(): Promise<Fetched> {
      this.asked += 1;
      const named = tag(this.asked);
      return { packed: Uint8Array.from(bytes()), ...(named !== undefined && { tag: named }) };
    },
  };
}

describe('a source that gives the same again and again', () => {
  it.each<[string, (asked: number) => string | undefined]>([
    ['under no tag', () => undefined],
    ['under another tag each time', (asked) => `"${asked}"`],
  ])('%s, costs one look', async (_, tag) => {
    let bytes = one;
    const source = forgetful(() => bytes, tag);
    const world = await start(source);
    await eventually('it was asked', () => source.asked > 5);
    expect(world.tried.map(({ outcome }) => outcome)).toEqual(['active']);
    bytes = await release('evil', makePair(), T + 1);
    const before = source.asked;
    await eventually('it was asked again', () => source.asked > before + 5);
    expect(world.tried.map(({ outcome }) => outcome)).toEqual(['active', 'signature_invalid']);
    bytes = one;
    await eventually('it was asked for the first', () => source.asked > before + 10);
    bytes = await release('two', pair, T + 1);
    await eventually('two is active', () => world.ask().release === 'two');
    expect(world.tried.map(({ outcome }) => outcome)).toEqual(['active', 'signature_invalid', 'active']);
  });
});

describe('a clock that is set back', () => {
  it('leaves what was accepted in use, over a restart too, and lets nothing older in', async () => {
    const file = join(folder, 'b.tar.gz');
    await writeFile(file, one);
    await start(await fileSource(file), { now: () => (T + 10) * 1000 });
    await stop();
    const early = { now: () => 1_000_000 };
    const world = await start(await fileSource(file), early);
    expect(world.ask().release).toBe('one');
    expect(world.rollOut.status().active.from).toBe('file');
    await stop();
    await rm(file);
    const again = await start(await fileSource(file), early);
    expect(again.rollOut.status().active.from).toBe('last_good');
    for (const [name, issuedAt, code] of [
      ['older', 900, 'not_newer'],
      ['newer', T + 1, 'future_dated'],
    ] as const) {
      await writeFile(file, await release(name, pair, issuedAt));
      await eventually(code, () => again.tried.at(-1)?.outcome === code);
      expect(again.ask().release).toBe('one');
    }
  });
});

describe('looking at a bundle', () => {
  const hanging = packBundle(releaseFiles('next', { more: { 'policy.wasm': endless } }));

  it('that never ends is ended', async () => {
    const { signal } = new AbortController();
    await expect(examineApart(hanging, { signal, limitMs: 3000 })).rejects.toMatchObject({
      code: 'too_costly',
      message: 'looking at it takes more than 3000 ms',
    });
  });

  it('ends with the process that looks', async () => {
    const stopping = new AbortController();
    const looking = examineApart(hanging, { signal: stopping.signal });
    setTimeout(() => stopping.abort(new Error('stopping')), 500);
    await expect(looking).rejects.toThrow('stopping');
    await expect(examineApart(hanging, { signal: stopping.signal })).rejects.toThrow('stopping');
  });

  it('gives the bundle as it came, with the module compiled', async () => {
    const { signal } = new AbortController();
    const { bundle, packed, signed } = await examineApart(one, { signal, trust: await pair.trust() });
    expect({ packed, signed }).toEqual({ packed: one, signed: { keyId: 'release', issuedAt: T } });
    expect(bundle).toMatchObject({ input: 'authzen', entrypoint: 'authz/decision', others: [], selfTest: [] });
    expect(bundle.module).toBeInstanceOf(WebAssembly.Module);
  });
});
