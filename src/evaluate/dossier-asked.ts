import { randomInt } from 'node:crypto';
import { seededHash } from './seeded-hash.ts';

/** 640 KiB: with half as many places, one in four of 50,000 asked in turn would find its own taken each time. */
const REMEMBERED = 2 ** 17;
/** Questions among which one finds its place; whoever was asked last stands first. */
const WAYS = 8;
const MOST = 255;

/** Counts by their hashes how often questions were asked lately; remembers about as many as there are places. */
export interface Asked {
  /** It was asked once more. @returns how often by now, as far as is remembered */
  count(name: string): number;
  /** How often it was asked; 0: that is not remembered. */
  times(name: string): number;
  /** It was asked so often, counted elsewhere. */
  set(name: string, times: number): void;
  /** What was asked long ago counts for less. */
  halve(): void;
}

export function makeAsked(remembered = REMEMBERED, seed = randomInt(2 ** 32)): Asked {
  const hashes = new Uint32Array(remembered);
  const counts = new Uint8Array(remembered);
  const buckets = remembered / WAYS;

  const hashOf = (name: string): number => seededHash(name, name.length, seed);
  const firstOf = (hash: number): number => (hash % buckets) * WAYS;

  /** Where it stands, or else where the one stands that was not asked for longest. */
  function placeOf(hash: number): number {
    const first = firstOf(hash);
    let at = first;
    while (at < first + WAYS - 1 && hashes[at] !== hash) at++;
    return at;
  }

  function put(hash: number, at: number, times: number): void {
    const first = firstOf(hash);
    hashes.copyWithin(first + 1, first, at);
    counts.copyWithin(first + 1, first, at);
    hashes[first] = hash;
    counts[first] = Math.min(MOST, times);
  }

  const timesAt = (hash: number, at: number): number => (hashes[at] === hash ? (counts[at] ?? 0) : 0);

  return {
    count(name) {
      const hash = hashOf(name);
      const at = placeOf(hash);
      const times = timesAt(hash, at) + 1;
      put(hash, at, times);
      return times;
    },
    times(name) {
      const hash = hashOf(name);
      return timesAt(hash, placeOf(hash));
    },
    set(name, times) {
      const hash = hashOf(name);
      put(hash, placeOf(hash), times);
    },
    halve() {
      for (let at = 0; at < remembered; at++) counts[at] = (counts[at] ?? 0) >> 1;
    },
  };
}
