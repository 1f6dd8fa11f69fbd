import { randomInt } from 'node:crypto';
import type { PartyId } from '../domain/facts.ts';
import type { RecordKey } from './record.ts';

/** A key as numbers: what sort of entry it names, the ids in it, and a hash of both. One is reused for all look-ups. */
export interface PackedKey {
  words: Int32Array;
  length: number;
  hash: number;
}

/** What stands under a key in the packed cache; it is the first of its words, and says how many there are. */
export const ENTRY = { alias: 1, party: 2, names: 3, links: 4, pair: 5, scope: 6 } as const;
export type Entry = (typeof ENTRY)[keyof typeof ENTRY];

const UUID = 36;
/** `mandates:represented:delegate:` */
export const PAIR_PREFIX = 'mandates:'.length + UUID + 1 + UUID + 1;
const REPRESENTED = 'mandates:'.length;
const DELEGATE = REPRESENTED + UUID + 1;

const BY_ID: readonly [prefix: string, entry: Entry][] = [
  ['alias:', ENTRY.alias],
  ['party:', ENTRY.party],
  ['names:', ENTRY.names],
  ['links:', ENTRY.links],
];
const [M, DASH, COLON] = [109, 45, 58];
const ID_WORDS = 4;
const LONGEST = 1 + 2 * ID_WORDS + 1 + ID_WORDS;

export function makePackedKey(): PackedKey {
  return { words: new Int32Array(LONGEST), length: 0, hash: 0 };
}

/** Whether a key is of mandates between two parties: what is before its scope names the pair. */
export function isOfPair(key: RecordKey): boolean {
  return key.charCodeAt(0) === M && key.length > PAIR_PREFIX && key.charCodeAt(PAIR_PREFIX - 1) === COLON;
}

/** False when the key has no id where one belongs: such a key has no packed form. */
export function packById(key: RecordKey, out: PackedKey): boolean {
  for (const [prefix, entry] of BY_ID) {
    if (key.charCodeAt(0) !== prefix.charCodeAt(0)) continue;
    out.words[0] = entry;
    return readId(key, prefix.length, key.length, out, 1) && sealed(out, 1 + ID_WORDS);
  }
  return false;
}

/** The pair of a key for which `isOfPair`, without its scope. */
export function packPair(key: RecordKey, out: PackedKey): boolean {
  out.words[0] = ENTRY.pair;
  return readPair(key, out) && sealed(out, 1 + 2 * ID_WORDS);
}

/** The same pair, by its ids. */
export function packPairOf(represented: PartyId, delegate: PartyId, out: PackedKey): boolean {
  out.words[0] = ENTRY.pair;
  return (
    represented.length === UUID &&
    delegate.length === UUID &&
    readId(represented, 0, UUID, out, 1) &&
    readId(delegate, 0, UUID, out, 1 + ID_WORDS) &&
    sealed(out, 1 + 2 * ID_WORDS)
  );
}

/** A pair with one scope that has an entry of its own. */
export function packScopeOfPair(key: RecordKey, out: PackedKey): boolean {
  out.words[0] = ENTRY.scope;
  out.words[1 + 2 * ID_WORDS] = key.charCodeAt(PAIR_PREFIX);
  const scope = 2 + 2 * ID_WORDS;
  return readPair(key, out) && readId(key, PAIR_PREFIX + 1, key.length, out, scope) && sealed(out, scope + ID_WORDS);
}

function readPair(key: RecordKey, out: PackedKey): boolean {
  return (
    readId(key, REPRESENTED, REPRESENTED + UUID, out, 1) && readId(key, DELEGATE, DELEGATE + UUID, out, 1 + ID_WORDS)
  );
}

const NIBBLES = new Int8Array(128).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) NIBBLES[digit.charCodeAt(0)] = value;

/** Lower-case hex digits only, with the dashes of a UUID or without any, as in the packed keys of the projection. */
function readId(text: string, from: number, to: number, { words }: PackedKey, at: number): boolean {
  const isDashed = to - from === UUID;
  if (!isDashed && to - from !== 32) return false;
  let seen = 0;
  let place = from;
  for (let word = 0; word < ID_WORDS; word++) {
    let value = 0;
    for (let digit = 0; digit < 8; digit++) {
      if (isDashed && isDashPlace(place - from)) {
        if (text.charCodeAt(place) !== DASH) return false;
        place++;
      }
      const nibble = NIBBLES[text.charCodeAt(place)] ?? -1;
      seen |= nibble;
      value = (value << 4) | (nibble & 15);
      place++;
    }
    words[at + word] = value;
  }
  return seen >= 0;
}

function isDashPlace(place: number): boolean {
  return place === 8 || place === 13 || place === 18 || place === 23;
}

/** Of this process alone: nobody outside can choose keys that meet in one place. */
const SEEDS = [randomInt(2 ** 32), randomInt(2 ** 32)].map((seed) => seed | 0) as [number, number];

function sealed(key: PackedKey, length: number): true {
  let hash = SEEDS[0];
  for (let at = 0; at < length; at++) {
    hash = Math.imul(hash ^ (key.words[at] ?? 0), 0x9e3779b1);
    hash = (hash ^ (hash >>> 15)) + SEEDS[1];
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  key.length = length;
  key.hash = hash ^ (hash >>> 16);
  return true;
}
