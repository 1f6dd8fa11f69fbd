import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../src/domain/errors.ts';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { packKey } from '../../src/mandates/codec-key.ts';
import type { Found, Lookups } from '../../src/mandates/lookups.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { packNamedKeys, parseNotice } from '../../src/mandates/redis-notice.ts';
import type { Engine } from '../../src/policy/engine.ts';
import { NOW } from '../property/arbitraries.ts';
import type { Dice } from '../support/dice.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { mutate } from './mutate.ts';
import { openRedisWorld, type RedisWorld } from './redis-world.ts';
import { Broken, bytes, type Target } from './target.ts';

const WORDS = [
  'eh2',
  'eh4',
  'true',
  '[]',
  '{}',
  '\0',
  '\u00ff',
  '1.1',
  '2.0',
  'beat',
  'at',
  'told',
  'from',
  'to',
  'keys',
];
const ENTRIES = [
  'beat 1700000000000 at 1.1 told 3',
  'from 1.1 to 1.2 all 1',
  'generation 2 at 1.3',
  'from 1.1 to 1.2 keys',
];
/** What an input is about stands in its first bytes: an entry of the stream, or the place of a value. */
const ENTRY = 255;

/**
 * What stands in Redis, changed behind the back of `sync`: reading it is refused, or finds what stood there, or finds
 * nothing; and a question that was denied is never allowed. An entry of the stream is read as it was written or refused.
 */
export async function openRedisValues(seed: number): Promise<Target> {
  const world = await openRedisWorld(seed);
  const policy = await committedPolicy();
  const inMemory = { peek: (key: RecordKey) => world.truth.get(key) ?? null } as Lookups;
  const allowed = world.questions.map((question) => policy.decide(policyInput(question, NOW, inMemory)).allow);
  const make = (dice: Dice) => (dice.next() < 0.2 ? makeEntry(dice) : makeValue(world, dice));
  return {
    seeds: [...world.places.map(({ whole }, at) => named(at, whole)), ...ENTRIES.map((entry) => wholeEntry(entry))],
    words: WORDS,
    passing: true,
    make,
    close: world.close,
    try(input) {
      if (input[0] === ENTRY) return tryEntry(Buffer.from(input.subarray(2)));
      const at = ((input[0] ?? 0) * 256 + (input[1] ?? 0)) % world.places.length;
      return tryValue({ world, policy, allowed }, at, Buffer.from(input.subarray(2)));
    },
  };
}

const named = (at: number, value: Uint8Array): Uint8Array => new Uint8Array([at >> 8, at & 255, ...value]);

function makeValue({ places }: RedisWorld, dice: Dice): Uint8Array {
  const at = Math.floor(dice.next() * places.length);
  const values = places.map(({ whole }) => whole);
  return named(at, mutate(values[at] ?? new Uint8Array(), dice, values, WORDS));
}

const NAMED: RecordKey = 'party:00000000-0000-4000-8000-000000000001';

/** Fields and values with spaces between: no name or number of an entry holds one. */
function wholeEntry(entry: string): Uint8Array {
  const keys = packNamedKeys({ epoch: 1, n: 2 }, [packKey(NAMED)]);
  return named(ENTRY * 256, new Uint8Array([...bytes(entry), 32, ...keys]));
}

function makeEntry(dice: Dice): Uint8Array {
  const entry = dice.pick(ENTRIES);
  const whole = wholeEntry(entry);
  return dice.next() < 0.3 ? whole : named(ENTRY * 256, mutate(whole.subarray(2), dice, [bytes(entry)], WORDS));
}

interface Judged {
  world: RedisWorld;
  policy: Engine<Verdict>;
  allowed: readonly boolean[];
}

async function tryValue({ world, policy, allowed }: Judged, at: number, value: Buffer): Promise<string> {
  const place = world.places[at];
  if (place === undefined) throw new Error('there is no such place');
  if (value.equals(place.whole)) return 'as it was';
  const keys = [...world.truth.keys()];
  await place.put(value);
  try {
    const found = await world.lookups.read(keys);
    const damaged = new Map(keys.map((key, index) => [key, found[index] ?? null]));
    const outcome = differenceOf(world, damaged, place.name);
    const lookups = { peek: (key: RecordKey) => damaged.get(key) ?? null } as Lookups;
    for (const [index, question] of world.questions.entries()) {
      const { allow } = policy.decide(policyInput(question, NOW, lookups));
      if (allow && !allowed[index]) throw new Broken(`${place.name} damaged allows ${JSON.stringify(question)}`);
    }
    return outcome;
  } catch (thrown) {
    return refusal(thrown);
  } finally {
    await place.put(place.whole);
  }
}

/** Links say where to look; what is found there has a checksum of its own. */
function differenceOf({ truth }: RedisWorld, damaged: ReadonlyMap<RecordKey, Found>, where: string): string {
  let lost = false;
  for (const [key, right] of truth) {
    const found = damaged.get(key) ?? null;
    if (isDeepStrictEqual(found, right) || key.startsWith('links:')) continue;
    if (found !== null && !isPartOf(found, right)) throw new Broken(`${where} damaged gives ${key} another value`);
    lost = true;
  }
  return lost ? 'finds less' : 'finds the same';
}

/** Some of the mandates of a list, each as it was. */
function isPartOf(found: Found, right: Found): boolean {
  if (!Array.isArray(found) || !Array.isArray(right)) return false;
  return found.every((one) => right.some((other) => isDeepStrictEqual(one, other)));
}

function tryEntry(entry: Buffer): string {
  const fields = entry
    .toString('latin1')
    .split(' ')
    .map((text) => Buffer.from(text, 'latin1'));
  try {
    const notice = parseNotice(fields);
    const numbers = [
      ...('stampMs' in notice ? [notice.stampMs, notice.told ?? 0] : []),
      ...('generation' in notice ? [notice.generation] : []),
    ];
    if (!numbers.every(Number.isSafeInteger)) throw new Broken(`an entry with a number that is none: ${entry}`);
    if ('keys' in notice && notice.keys !== 'all') {
      if (!isDeepStrictEqual(notice.keys, [NAMED])) throw new Broken(`an entry that names ${notice.keys}`);
      return 'an entry: change, by name';
    }
    return `an entry: ${notice.notice}`;
  } catch (thrown) {
    return refusal(thrown);
  }
}

const REFUSALS = new Set(['store_unavailable', 'not_ready']);

function refusal(thrown: unknown): string {
  if (thrown instanceof AppError && REFUSALS.has(thrown.code)) return `refused: ${thrown.code}`;
  throw thrown;
}
