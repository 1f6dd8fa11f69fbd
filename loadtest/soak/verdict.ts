import type { Sample } from './sample.ts';
import { type Trend, trendOf } from './trend.ts';

/** `cannot tell`: what was measured scatters too much, or for too short a time, for either. */
export type Verdict = 'steady' | 'grows' | 'cannot tell';

export interface SeriesVerdict extends Trend {
  name: string;
  unit: string;
  /** Growth per hour that is no finding. */
  allowed: number;
  verdict: Verdict;
}

interface Judged {
  name: string;
  unit: string;
  of(sample: Sample): number;
  allowed(mean: number, mandatesPerHour: number): number;
  /** By the least of each stretch: what is taken for one release or between two collections, and given back, is no growth. */
  byLeast?: true;
}

const MEMORY_MIB = 5;
/** Redis holds every mandate that was ever granted, with its indexes. */
const GRANTED_MIB = 512 / 2 ** 20;

const memory = (name: string, of: Judged['of']): Judged => ({
  ...{ name, unit: 'MiB', of, byLeast: true },
  allowed: () => MEMORY_MIB,
});
const handles = (name: string, of: Judged['of']): Judged => ({
  ...{ name, unit: '', of, byLeast: true },
  allowed: () => 2,
});
const latency = (name: string, share: number, of: Judged['of']): Judged => ({
  name,
  unit: 'ms',
  of,
  allowed: (mean) => share * mean,
});

const JUDGED: readonly Judged[] = [
  memory('sidecar, resident', ({ sidecar }) => sidecar.rss),
  memory('sidecar, heap', ({ sidecar }) => sidecar.heap),
  memory('sidecar, external', ({ sidecar }) => sidecar.external),
  memory('sync, resident', ({ sync }) => sync.rss),
  {
    name: 'Redis, used',
    unit: 'MiB',
    of: ({ redisMiB }) => redisMiB,
    allowed: (_, mandatesPerHour) => MEMORY_MIB + mandatesPerHour * GRANTED_MIB,
  },
  handles('sidecar, file handles', ({ sidecar }) => sidecar.handles),
  handles('sync, file handles', ({ sync }) => sync.handles),
  latency('latency, p50', 0.1, ({ load }) => load.p50Us / 1000),
  latency('latency, p99', 0.2, ({ load }) => load.p99Us / 1000),
];

/** Minutes: caches fill, and code is compiled. */
export const FULL_WARM_UP = 10;

/** Of a minute each; shorter ones in a run that would have fewer of them. */
const STRETCHES = 12;

/** Minutes that are left out. */
export const warmUpOf = (minutes: number): number => Math.min(FULL_WARM_UP, minutes / 4);

/** Samples after the warm-up, without which nothing is judged: enough for three stretches that are whole. */
const FEWEST = 6;

/** @returns nothing for a run too short to have six samples after its warm-up */
export function judge(samples: readonly Sample[], mandatesGranted: number): SeriesVerdict[] {
  const minutes = samples.at(-1)?.minute ?? 0;
  const warm = samples.filter(({ minute }) => minute >= warmUpOf(minutes));
  if (warm.length < FEWEST) return [];
  const stretch = Math.min(1, (minutes - warmUpOf(minutes)) / STRETCHES);
  return JUDGED.map(({ name, unit, of, allowed, byLeast }) => {
    const points = warm.map((sample) => [sample.minute, of(sample)] as const);
    const judged = byLeast ? leastOfEach(stretch, points) : points;
    const trend = trendOf(judged.map(([minute, value]) => [minute / 60, value] as const));
    const bound = allowed(trend.mean, (mandatesGranted * 60) / minutes);
    return { name, unit, ...trend, allowed: bound, verdict: verdictOf(trend, bound) };
  });
}

type Point = readonly [minute: number, value: number];

/** The last stretch, which may be cut short, counts for nothing. Where hardly any is left: all points. */
function leastOfEach(minutes: number, points: readonly Point[]): Point[] {
  const least = new Map<number, Point>();
  for (const point of points) {
    const stretch = Math.floor(point[0] / minutes);
    const known = least.get(stretch);
    if (known === undefined || point[1] < known[1]) least.set(stretch, point);
  }
  const whole = [...least.values()].slice(0, -1);
  return whole.length < 3 ? [...points] : whole;
}

export function verdictOf({ least, most }: Pick<Trend, 'least' | 'most'>, allowed: number): Verdict {
  if (most <= allowed) return 'steady';
  return least > allowed ? 'grows' : 'cannot tell';
}

export function toTable(verdicts: readonly SeriesVerdict[]): string {
  const signed = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
  const rows = verdicts.map(({ name, unit, mean, slope, least, most, allowed, verdict }) =>
    [
      name,
      `${mean.toFixed(2)} ${unit}`.trim(),
      signed(slope),
      `${signed(least)} to ${signed(most)}`,
      `+${allowed.toFixed(2)}`,
      verdict,
    ].join(' | '),
  );
  const head = ['series', 'mean', 'growth an hour', '95 % interval', 'allowed', 'verdict'].join(' | ');
  return [head, '---|---:|---:|---:|---:|---', ...rows].map((row) => `| ${row} |\n`).join('');
}
