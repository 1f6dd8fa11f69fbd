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
}

const MEMORY_MIB = 5;
/** Redis holds every mandate that was ever granted, with its indexes. */
const GRANTED_MIB = 512 / 2 ** 20;

const memory = (name: string, of: Judged['of']): Judged => ({ name, unit: 'MiB', of, allowed: () => MEMORY_MIB });
const handles = (name: string, of: Judged['of']): Judged => ({ name, unit: '', of, allowed: () => 2 });
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

/** Minutes that are left out. */
export const warmUpOf = (minutes: number): number => Math.min(FULL_WARM_UP, minutes / 4);

/** @returns nothing for a run too short to have three samples after its warm-up */
export function judge(samples: readonly Sample[], mandatesGranted: number): SeriesVerdict[] {
  const minutes = samples.at(-1)?.minute ?? 0;
  const warm = samples.filter(({ minute }) => minute >= warmUpOf(minutes));
  if (warm.length < 3) return [];
  return JUDGED.map(({ name, unit, of, allowed }) => {
    const trend = trendOf(warm.map((sample) => [sample.minute / 60, of(sample)] as const));
    const bound = allowed(trend.mean, (mandatesGranted * 60) / minutes);
    return { name, unit, ...trend, allowed: bound, verdict: verdictOf(trend, bound) };
  });
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
