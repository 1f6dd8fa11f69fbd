import { randomInt } from 'node:crypto';
import { seededHash } from './seeded-hash.ts';

/** 256 KiB. */
const REMEMBERED = 2 ** 16;
/** Questions among which one finds its place; whoever was asked last stands first. */
const WAYS = 8;

/** Remembers by their hashes which questions were asked lately, about as many as there are places. */
export function makeAsked(remembered = REMEMBERED, seed = randomInt(2 ** 32)) {
  const hashes = new Uint32Array(remembered);
  const buckets = remembered / WAYS;

  return {
    /** Whether it was asked before, as far as is remembered; from now on it was. */
    again(name: string): boolean {
      const hash = seededHash(name, name.length, seed);
      const first = (hash % buckets) * WAYS;
      let at = first;
      while (at < first + WAYS - 1 && hashes[at] !== hash) at++;
      const isKnown = hashes[at] === hash;
      hashes.copyWithin(first + 1, first, at);
      hashes[first] = hash;
      return isKnown;
    },
  };
}
