/** Counts of durations in µs: exact to 1/64 (1.6 %), whatever their size, in fixed memory. */
export interface Histogram {
  add(us: number): void;
  count(): number;
  /** The duration that a share of all did not exceed, µs; 0 when nothing was counted. */
  percentile(share: number): number;
  max(): number;
}

const STEPS = 64;
const DOUBLINGS = 34;

/** Below 64 µs a bucket each; above, every doubling has 64 buckets. */
function bucketOf(us: number): number {
  const whole = Math.max(0, Math.floor(us));
  if (whole < STEPS) return whole;
  const doubling = Math.floor(Math.log2(whole / STEPS));
  return STEPS * (doubling + 1) + Math.floor(whole / 2 ** doubling) - STEPS;
}

/** The highest duration that falls into the bucket: a percentile is never flattered. */
function upperEnd(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const doubling = Math.floor(bucket / STEPS) - 1;
  return (STEPS + (bucket % STEPS) + 1) * 2 ** doubling - 1;
}

export function makeHistogram(): Histogram {
  const counts = new Uint32Array(STEPS * DOUBLINGS);
  let total = 0;
  let longest = 0;
  return {
    add(us) {
      const bucket = Math.min(bucketOf(us), counts.length - 1);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      total++;
      if (us > longest) longest = us;
    },
    count: () => total,
    percentile(share) {
      let left = Math.max(1, Math.ceil(total * share));
      const bucket = counts.findIndex((count) => {
        left -= count;
        return left <= 0;
      });
      return bucket < 0 ? 0 : Math.min(upperEnd(bucket), Math.ceil(longest));
    },
    max: () => Math.ceil(longest),
  };
}
