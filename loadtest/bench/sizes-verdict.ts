import { median } from './measurement.ts';
import type { Verdict } from './verdict.ts';

/** One of the windows of one size; those of a round followed each other. */
export interface SizeWindow {
  round: number;
  server: string;
  latency: { p99Us: number };
  /** Lookups that the in-process cache answered. */
  warmShare?: number;
  /** Questions whose facts stood together, so that nothing was looked up. */
  keptShare?: number;
  /** As in `RateMeasurement`. */
  stolenShare?: number;
}

/** What `sizes.ts` writes, as far as it is judged: in each round the smallest size comes first and the largest last. */
export interface SizesReport {
  machine: { commit: string };
  /** Requests a second, of all sizes. */
  rate: number;
  windows: readonly SizeWindow[];
}

interface Round {
  small: SizeWindow;
  large: SizeWindow;
}

const TARGET = {
  what: 'its p99 against that on 10 k mandates, at one rate and the same cache-hit share',
  target: '≤ 1.2 ×',
};

/** By the rounds that count. */
export function judgeSizes(report: SizesReport | undefined): Verdict {
  if (report === undefined) return { ...TARGET, found: '', verdict: 'not measured' };
  const rounds = roundsOf(report.windows);
  const ours = rounds.filter(counts);
  const judged = ours.length > 0 ? ours : rounds;
  const [small, large] = [median(judged.map((of) => p99(of.small))), median(judged.map((of) => p99(of.large)))];
  const times = large / small;
  const p99s = `${large} against ${small} µs at ${report.rate.toLocaleString('en')}/s, commit ${report.machine.commit}`;
  const found = `${times.toFixed(2)} × (${judged[0]?.large.server}: ${p99s}), by ${ours.length} of ${rounds.length} rounds`;
  if (ours.length === 0) return { ...TARGET, found, verdict: 'not measured' };
  return { ...TARGET, found, verdict: times <= 1.2 ? 'met' : 'not met' };
}

/** How many rounds there are to judge by. */
export const roundsThatCount = (windows: readonly SizeWindow[]): number => roundsOf(windows).filter(counts).length;

/**
 * At other cache-hit shares it would compare Redis with memory; and a host that takes a core for more than a tenth of the slowest
 * hundredth makes a tail of its own.
 */
function counts({ small, large }: Round): boolean {
  const isOurs = [small, large].every(({ stolenShare = 0 }) => stolenShare <= 0.001);
  return isOurs && Math.abs(warm(small) - warm(large)) <= 0.01;
}

function roundsOf(windows: readonly SizeWindow[]): Round[] {
  const numbers = [...new Set(windows.map(({ round }) => round))];
  return numbers.flatMap((number) => {
    const of = windows.filter(({ round }) => round === number);
    const [small, large] = [of[0], of.at(-1)];
    return small === undefined || large === undefined || small === large ? [] : [{ small, large }];
  });
}

/** Of those for which all stood together nothing was looked up, so that no share of that can be told. */
const warm = ({ warmShare, keptShare }: SizeWindow) => warmShare ?? (keptShare === 1 ? 1 : Number.NaN);
const p99 = ({ latency }: SizeWindow) => latency.p99Us;
