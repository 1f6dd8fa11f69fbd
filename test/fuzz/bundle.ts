import { gzipSync } from 'node:zlib';
import { unpackBundle } from '../../src/policy/bundle.ts';
import { BundleRefusal } from '../../src/policy/bundle-refusal.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { type Checks, examine, type Release } from '../../src/rollout/examine.ts';
import { examineApart } from '../../src/rollout/examine-apart.ts';
import type { Dice } from '../support/dice.ts';
import { END, type Entry, entriesOf, entry } from '../support/hostile-archive.ts';
import { releaseFiles } from '../support/releases.ts';
import { type Held, jsonBytes, makePair, revised, signed } from '../support/signing.ts';
import { mutate } from './mutate.ts';
import { Broken, bytes, type Target } from './target.ts';

const WORDS = [
  ...['"revision"', '"wasm"', '"entrypoint"', '"module"', '"roots"', '"metadata"', '"signatures"', '"files"', '"hash"'],
  ...['authz/decision', 'policy.wasm', '/policy.wasm', 'data.json', '.manifest', 'rules.json', 'self_test.json', '..'],
  ...['SHA-256', 'eyJhbGciOiJub25lIn0', '"alg"', 'null', '[]', '{}', 'ustar', '\0', '0000000'],
];
/** The first byte of an input: how what follows is looked at. */
const WAYS = ['signed', 'unsigned', 'as it travels', 'another module'] as const;
const ISSUED = 1_700_000_000;
const LOOK_MS = 5000;

const breathe = async () => {};

/**
 * The bundle loader: whatever is not the release that was signed is refused by a code of its own, or holds the very
 * same module and data; nothing else is ever thrown, and a module that was tampered with and given its right revision
 * neither hangs nor ends the process.
 */
export async function openBundles(): Promise<Target> {
  const pair = makePair();
  const good = await signed(releaseFiles('good', { selfTest: [] }), pair, ISSUED);
  const checks: Checks = { trust: await pair.trust(), breathe };
  const module = good.get('policy.wasm') ?? new Uint8Array();
  const tar = tarOf(entriesOf(good));
  const first = (way: number, rest: Uint8Array) => new Uint8Array([way, ...rest]);
  return {
    seeds: [first(0, tar), first(1, tar), first(2, packBundle(good))],
    words: WORDS,
    make(dice) {
      const way = dice.next() < 0.01 ? 3 : Math.floor(dice.next() * 2.2);
      if (way === 3) return first(3, mutate(module, dice, [module], ['\0']));
      return first(way, way === 2 ? mutate(packBundle(good), dice, [tar], WORDS) : makeTar(good, dice));
    },
    async try(input) {
      const way = WAYS[(input[0] ?? 0) % WAYS.length];
      const rest = input.subarray(1);
      try {
        if (way === 'another module') return await lookApart(good, rest);
        const packed = way === 'as it travels' ? rest : gzipSync(rest, { level: 1 });
        const release = await examine(packed, way === 'unsigned' ? { breathe } : checks);
        await assertSame(release, good);
        return `${way}: taken`;
      } catch (thrown) {
        return `${way}: ${codeOf(thrown)}`;
      }
    },
    close: async () => {},
  };
}

const tarOf = (entries: readonly Entry[]): Buffer => Buffer.concat([...entries.map(entry), END]);

/** The files of a release, here and there another, once more, in another order or under another name. */
function makeTar(good: Held, dice: Dice): Uint8Array {
  const entries = entriesOf(good)
    .filter(() => dice.next() < 0.98)
    .flatMap((one) => (dice.next() < 0.02 ? [one, one] : [one]))
    .map((one) => (dice.next() < 0.25 ? altered(one, dice) : one));
  if (dice.next() < 0.2) entries.reverse();
  const tar = tarOf(entries);
  return dice.next() < 0.15 ? mutate(tar, dice, [tar], WORDS) : tar;
}

function altered(one: Entry, dice: Dice): Entry {
  const { content = new Uint8Array(), name } = one;
  switch (Math.floor(dice.next() * 6)) {
    case 0:
      return { ...one, name: Buffer.from(mutate(bytes(String(name)), dice, [content], WORDS)) };
    case 1:
      return { ...one, type: dice.pick(['1', '2', '5', '6', 'x', 'g', 'L', '\0', '7']) };
    case 2:
      return { ...one, size: Math.floor(dice.next() * 2 * content.length) };
    case 3:
      return { ...one, prefix: dice.pick(['a', '..', 'a/..', '\0', 'policy']) };
    default:
      return { ...one, content: mutate(content, dice, [content], WORDS) };
  }
}

async function assertSame({ packed }: Release, good: Held): Promise<void> {
  const files = await unpackBundle(packed);
  for (const path of ['policy.wasm', 'data.json']) {
    const [found, right] = [files.get(path), good.get(path)];
    if (!found || !right || !sameContent(path, found, right)) throw new Broken(`${path} was taken, and is another`);
  }
}

/** What is signed of JSON is its meaning. */
function sameContent(path: string, found: Uint8Array, right: Uint8Array): boolean {
  if (!path.endsWith('.json')) return Buffer.from(found).equals(right);
  const [one, other] = [found, right].map((content) => JSON.stringify(JSON.parse(Buffer.from(content).toString())));
  return one === other;
}

/** In a thread of its own, as the product does it: such a module may do anything. */
async function lookApart(good: Held, wasm: Uint8Array): Promise<string> {
  const files = revised(good, (held) => {
    held.set('policy.wasm', wasm);
    held.set('data.json', jsonBytes({ release: { name: 'x', allows: true } }));
  });
  const { signal } = new AbortController();
  await examineApart(packBundle(files), { signal, limitMs: LOOK_MS });
  return 'another module: taken, unsigned';
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof BundleRefusal)) throw thrown;
  if (thrown.code === 'internal') throw new Broken(`refused without knowing why: ${thrown.message}`);
  return thrown.code;
}
