import { randomInt } from 'node:crypto';
import type { RecordKey } from '../mandates/record.ts';
import { packedWord } from './packed-text.ts';
import { seededHash } from './seeded-hash.ts';

/** Remembers when watched records changed, in tables of fixed size. Says too often that one did, never too seldom. */
export interface Changes {
  /** Moves on with every change; comparable within one process only. */
  now(): number;
  /** These records changed. Those that nobody watches leave no trace. */
  mark(keys: readonly RecordKey[]): void;
  /** Any record may have changed. */
  markAll(): void;
  /** Where changes of these records are marked from now on; undefined when there is no room to watch all of them. */
  watch(keys: readonly RecordKey[]): Places | undefined;
  /** Whether something at one of these places may have changed after `moment`. If not, they count as in use. */
  since(moment: number, places: Places): boolean;
}

/** How many places, and each of them, in the first characters of a text (packed-text.ts). */
export type Places = string;

/** Characters that each place takes behind their number. */
const PLACE = 3;
const WORD = 2;
/** Places that have a number of so many characters. */
export const MOST_ROOM = 2 ** 24;
const MOST_PLACES = 2 ** 16;

export function lengthOfPlaces(text: Places): number {
  return WORD + PLACE * countOf(text);
}

function countOf(text: Places): number {
  return (text.charCodeAt(0) << 8) | text.charCodeAt(1);
}

function placeIn(text: Places, nth: number): number {
  const at = WORD + PLACE * nth;
  return (text.charCodeAt(at) << 16) | (text.charCodeAt(at + 1) << 8) | text.charCodeAt(at + 2);
}

function textOf(places: ReadonlySet<number>): Places {
  let text = packedWord(places.size);
  for (const place of places) text += String.fromCharCode(place >> 16, (place >> 8) & 255, place & 255);
  return text;
}

/** Places in which a record may be watched: their hashes are one line of the processor's cache. */
const WAYS = 8;
/** `mandates:represented:delegate:`: all scopes between two parties change together here. */
const PAIR = 'mandates:'.length + 36 + 1 + 36 + 1;
const EMPTY = 0;
const MIX = 0x9e3779b1;

/**
 * @param room records that can be watched at a time, a multiple of 8 up to MOST_ROOM, 16 bytes each. When there are more, one that was not
 * in use for longest is given up: whoever relied on it is told that it changed.
 */
export function makeChanges(room: number, seed = randomInt(2 ** 32)): Changes {
  const hashes = new Uint32Array(room);
  const changedAt = new Float64Array(room);
  const usedAt = new Uint32Array(room);
  const buckets = room / WAYS;
  let allChangedAt = 0;
  let moment = 1;
  /** Counts what is watched; wraps, so that only differences count. */
  let use = 0;

  function hashOf(key: RecordKey): number {
    const length = key.startsWith('mandates:') ? Math.min(PAIR, key.length) : key.length;
    return seededHash(key, length, seed) || 1;
  }

  /** Mixed once more: of keys that differ in their last characters alone, the highest bits are much alike. */
  const bucketOf = (hash: number): number => Math.floor(((Math.imul(hash, MIX) >>> 0) / 2 ** 32) * buckets) * WAYS;

  /** -1 when nobody watches it. */
  function placeOf(hash: number): number {
    const first = bucketOf(hash);
    for (let place = first; place < first + WAYS; place++) if (hashes[place] === hash) return place;
    return -1;
  }

  const ageOf = (place: number): number =>
    hashes[place] === EMPTY ? Number.POSITIVE_INFINITY : (use - (usedAt[place] ?? 0)) >>> 0;

  function oldest(first: number): number {
    let found = first;
    for (let place = first + 1; place < first + WAYS; place++) if (ageOf(place) > ageOf(found)) found = place;
    return found;
  }

  /** -1 when every place is taken by records that are watched together with this one. */
  function take(hash: number): number {
    const known = placeOf(hash);
    const place = known < 0 ? oldest(bucketOf(hash)) : known;
    if (known < 0) {
      if (ageOf(place) === 0) return -1;
      if (hashes[place] !== EMPTY) {
        moment += 1;
        changedAt[place] = moment;
      }
      hashes[place] = hash;
    }
    usedAt[place] = use;
    return place;
  }

  return {
    now: () => moment,
    mark(keys) {
      moment += 1;
      for (const key of keys) {
        const place = placeOf(hashOf(key));
        if (place >= 0) changedAt[place] = moment;
      }
    },
    markAll() {
      moment += 1;
      allChangedAt = moment;
    },
    watch(keys) {
      use = (use + 1) >>> 0;
      const places = new Set<number>();
      for (const key of keys) {
        const place = take(hashOf(key));
        if (place < 0) return undefined;
        places.add(place);
      }
      if (places.size >= MOST_PLACES) return undefined;
      return textOf(places);
    },
    since(then, places) {
      if (allChangedAt > then) return true;
      const count = countOf(places);
      for (let nth = 0; nth < count; nth++) if ((changedAt[placeIn(places, nth)] ?? moment) > then) return true;
      for (let nth = 0; nth < count; nth++) usedAt[placeIn(places, nth)] = use;
      return false;
    },
  };
}
