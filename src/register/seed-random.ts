/**
 * Numbers that depend on their arguments alone, so that any part of a seeded register can be made again by itself.
 * Not for secrets.
 */

/** 32 well-mixed bits of up to five integers. */
export function mix(a: number, b = 0, c = 0, d = 0, e = 0): number {
  let state = stir(stir(stir(stir(stir(0x9e3779b9, a), b), c), d), e);
  state = Math.imul(state ^ (state >>> 16), 0x7feb352d);
  state = Math.imul(state ^ (state >>> 15), 0x846ca68b);
  return (state ^ (state >>> 16)) >>> 0;
}

function stir(state: number, part: number): number {
  const stirred = Math.imul(state ^ part, 0x85ebca6b);
  return (Math.imul(stirred ^ (stirred >>> 13), 0xc2b2ae35) ^ (stirred >>> 16)) + 0x6d2b79f5;
}

/** A stream of numbers in [0, 1). */
export type Random = () => number;

export function makeRandom(a: number, b = 0, c = 0, d = 0): Random {
  let state = mix(a, b, c, d);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** A version 4 UUID of up to four integers: four hashes that collide independently of each other. */
export function mixUuid(a: number, b = 0, c = 0, d = 0): string {
  const [one, two, three, four] = [mix(1, a, b, c, d), mix(2, a, b, c, d), mix(3, a, b, c, d), mix(4, a, b, c, d)];
  const version = hex((two & 0x0fff) | 0x4000);
  const variant = hex(((three >>> 16) & 0x3fff) | 0x8000);
  return `${hex(one >>> 16)}${hex(one)}-${hex(two >>> 16)}-${version}-${variant}-${hex(three)}${hex(four >>> 16)}${hex(four)}`;
}

const HEX = Array.from({ length: 0x1_0000 }, (_, word) => word.toString(16).padStart(4, '0'));

function hex(word: number): string {
  return HEX[word & 0xffff] ?? '';
}

/** Draws ranks 0…size−1, rank r with a chance proportional to 1 / (r + 1 + shift): Zipf with exponent 1.0. */
export function makeZipf(size: number, shift = 0): (random: Random) => number {
  const sums = new Float64Array(size);
  let total = 0;
  for (let rank = 0; rank < size; rank++) {
    total += 1 / (rank + 1 + shift);
    sums[rank] = total;
  }
  return (random) => {
    const aim = random() * total;
    let [low, high] = [0, size - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? total) > aim) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
