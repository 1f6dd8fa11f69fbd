import { lineChart } from '../bench/chart.ts';
import { warmingOf } from './events.ts';
import { missShareOf } from './loads.ts';
import type { Followers, Measured } from './measured.ts';
import { followingOf, variantsOf } from './variants.ts';
import type { World } from './world.ts';

/** Measured: what telling costs does not grow with how many are told. */
export function followersPlot({ fanOut }: Followers, machine: string): string {
  const entries = [...new Set(fanOut.map(({ entry }) => entry))];
  return lineChart({
    title: 'What one more reply to a follower costs redis-server',
    subtitle: machine,
    x: { label: 'followers', log: true },
    y: { label: 'instructions a reply (CPU µs where they are not counted)', log: false },
    series: entries.map((name) => ({
      name,
      points: fanOut
        .filter(({ entry }) => entry === name)
        .map((step) => [step.followers, step.instructionsPerReply ?? step.cpuUsPerReply] as const),
    })),
  });
}

const SIDECARS = [10, 30, 100, 300, 1000, 2000, 5000, 10_000];

/** Reckoned: cores of the busiest master that following alone takes. */
export function fanOutPlot(world: World, measured: Measured): string {
  const names = variantsOf(world, measured).map(({ name }) => name);
  const shareAt = (sidecars: number, index: number) => {
    const variant = variantsOf({ ...world, sidecars }, measured)[index];
    return variant === undefined ? 0 : followingOf(variant).cores * 100;
  };
  return lineChart({
    title: 'What following takes of the one core of the busiest master',
    subtitle: `${world.commitsPerSecond} commits a second`,
    x: { label: 'sidecars', log: true },
    y: { label: 'percent', log: true },
    series: names.map((name, index) => ({ name, points: SIDECARS.map((n) => [n, shareAt(n, index)] as const) })),
  });
}

export function cachePlot(world: World, measured: Measured): string {
  const sizes = [4, 16, 64, 256, 1024, 4096];
  return lineChart({
    title: 'Decisions that need Redis',
    subtitle: `${world.mandates / 1e6} M mandates; each sidecar is asked about all parties`,
    x: { label: 'MACHTIG_CACHE_MB', log: true },
    y: { label: 'percent', log: false },
    series: [0.8, 1, 1.2].map((exponent) => ({
      name: `Zipf ${exponent}`,
      points: sizes.map((cacheMb) => [cacheMb, missShareOf({ ...world, cacheMb, exponent }, measured) * 100] as const),
    })),
  });
}

/** Often enough for a line; the play has four moments a second. */
const EVERY = 20;

export function warmingPlot(world: World, measured: Measured): string {
  return lineChart({
    title: 'After all caches were emptied: what Redis cannot serve',
    subtitle: `${world.sidecars} sidecars, ${world.masters} masters, Zipf ${world.exponent}`,
    x: { label: 'seconds', log: false },
    y: { label: 'percent of decisions refused', log: false },
    series: [5, 10, 20, 50].map((decisionsPerSecond) => ({
      name: `${decisionsPerSecond} decisions/s each`,
      points: warmingOf({ ...world, decisionsPerSecond }, measured)
        .moments.filter(({ second }, index) => index % EVERY === 0 && second <= 300)
        .map(({ second, refused }) => [second, refused * 100] as const),
    })),
  });
}
