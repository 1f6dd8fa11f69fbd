/**
 * Who is asked about, most often first: the nth of `size` parties with a share of 1/n^exponent. Ranks are put together in
 * steps, so that a hundred million of them take no more time than a thousand.
 */
export interface Popularity {
  size: number;
  /** Of each step: how many parties, and the probability of each of them. */
  steps: readonly { parties: number; probability: number }[];
}

/** Steps so narrow that within one the first is asked for 1 % more often than the last. */
const STEP = 1.01;

export function zipf(size: number, exponent: number): Popularity {
  const steps: { parties: number; weight: number }[] = [];
  for (let from = 1; from <= size; ) {
    const to = Math.min(size, Math.max(from, Math.floor(from * STEP)));
    steps.push({ parties: to - from + 1, weight: ((from + to) / 2) ** -exponent });
    from = to + 1;
  }
  const total = steps.reduce((sum, { parties, weight }) => sum + parties * weight, 0);
  return { size, steps: steps.map(({ parties, weight }) => ({ parties, probability: weight / total })) };
}

/** Share of questions whose party was asked about before, after `questions` of them, with room for all. */
export function hitShareAfter({ steps }: Popularity, questions: number): number {
  return steps.reduce(
    (sum, { parties, probability }) => sum + parties * probability * (1 - Math.exp(-probability * questions)),
    0,
  );
}

/** How many parties were asked about within so many questions, on average. */
function partiesAfter({ steps }: Popularity, questions: number): number {
  return steps.reduce((sum, { parties, probability }) => sum + parties * (1 - Math.exp(-probability * questions)), 0);
}

/**
 * Share of questions that a cache with room for `room` parties answers, when the one that was asked for longest ago gives way: the
 * approximation of Che (2002), which takes for all parties the same age at which they leave.
 */
export function hitShareOf(popularity: Popularity, room: number): number {
  if (room >= popularity.size) return 1;
  return hitShareAfter(popularity, questionsHeld(popularity, room));
}

/** Over how many questions a cache of that room remembers. */
export function questionsHeld(popularity: Popularity, room: number): number {
  let [low, high] = [0, 1];
  while (partiesAfter(popularity, high) < room) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (partiesAfter(popularity, middle) < room) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The same by playing it: the ring of src/mandates/cache-ring.ts, in which what is asked for in the later half of its
 * life is written anew at the front. `draw` gives numbers from 0 up to 1.
 */
export function playRing(size: number, exponent: number, room: number, questions: number, draw: () => number): number {
  const upTo = cumulative(size, exponent);
  const writtenAt = new Map<number, number>();
  const ring: (number | undefined)[] = Array.from({ length: room });
  let [written, hits, counted] = [0, 0, 0];
  const write = (party: number) => {
    const evicted = ring[written % room];
    if (evicted !== undefined && writtenAt.get(evicted) === written - room) writtenAt.delete(evicted);
    ring[written % room] = party;
    writtenAt.set(party, written++);
  };
  for (let n = 0; n < questions; n++) {
    const party = placeOf(upTo, draw());
    const at = writtenAt.get(party);
    if (n >= questions / 2) {
      counted++;
      if (at !== undefined) hits++;
    }
    if (at === undefined || written - at > room / 2) write(party);
  }
  return hits / counted;
}

function cumulative(size: number, exponent: number): Float64Array {
  const upTo = new Float64Array(size);
  let sum = 0;
  for (let n = 0; n < size; n++) {
    sum += (n + 1) ** -exponent;
    upTo[n] = sum;
  }
  return upTo.map((value) => value / sum);
}

function placeOf(upTo: Float64Array, drawn: number): number {
  let [low, high] = [0, upTo.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((upTo[middle] ?? 1) < drawn) low = middle + 1;
    else high = middle;
  }
  return low;
}
