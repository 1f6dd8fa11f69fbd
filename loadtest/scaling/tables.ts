import { makeDice } from '../../test/support/dice.ts';
import { table } from '../bench/report.ts';
import {
  coldCapacity,
  PLAYED_SECONDS,
  rebuildSeconds,
  rollOutMBs,
  stormOf,
  streamSeconds,
  warmingOf,
} from './events.ts';
import { loadsOf, missShareOf, sidecarsAtLimit } from './loads.ts';
import type { Measured } from './measured.ts';
import { LIMIT_MS } from './storm.ts';
import { followingOf, variantsOf } from './variants.ts';
import { CORE_SHARE, FIXED, LIMITS, spreadOf, type World } from './world.ts';

/** Three figures are as many as such arithmetic bears. */
export function told(value: number): string {
  if (!Number.isFinite(value)) return 'without end';
  return Number(value.toPrecision(value >= 1000 ? 4 : 3)).toLocaleString('en', { maximumFractionDigits: 4 });
}

const percent = (share: number) => `${told(share * 100)} %`;

/** @param played after so many seconds a play was broken off */
function duration(seconds: number, played = 0): string {
  if (!Number.isFinite(seconds)) return `not within ${played / 60} min`;
  if (seconds < 120) return `${told(seconds)} s`;
  return seconds < 7200 ? `${told(seconds / 60)} min` : `${told(seconds / 3600)} h`;
}

export function figuresTable(measured: Measured): string[] {
  const rows = Object.entries(measured).map(([name, { value, unit, from }]) => [
    name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    told(value),
    unit,
    from,
  ]);
  return table(['figure', 'value', 'unit', 'from'], rows);
}

export function loadsTable(world: World, measured: Measured): string[] {
  const rows = loadsOf(world, measured).map((load) => {
    const at = sidecarsAtLimit(load, world);
    const share = load.demand / load.limit;
    const breaks = share > 1 ? '**breaks**' : '';
    return [
      load.what,
      `${told(load.demand)} ${load.unit}`,
      told(load.limit),
      `${told(share)} ${breaks}`.trim(),
      at && told(at),
    ];
  });
  return table(['what', 'needed', 'there is', 'needed of what there is', 'used up by so many sidecars'], rows);
}

export function variantsTable(world: World, measured: Measured): string[] {
  const rows = variantsOf(world, measured).map((variant) => {
    const calm = followingOf({ ...variant, world: { ...variant.world, commitsPerSecond: 5 } });
    const { cores, roundMs, connections } = followingOf(variant);
    return [variant.name, variant.state, told(calm.cores), told(cores), `${told(roundMs)} ms`, told(connections)];
  });
  const busy = `${world.commitsPerSecond} commits/s: cores`;
  return table(['', 'state', '5 commits/s: cores', busy, 'one round', 'connections'], rows);
}

export function spreadTable({ masters }: World): string[] {
  const rows = [6, 12, 18, 24, 36, 48].map((partitions) => {
    const spread = spreadOf(partitions, masters);
    return [partitions, spread.join(', '), told((Math.max(...spread) * masters) / partitions)];
  });
  return table(['partitions', 'on each master', 'the busiest, of an equal share'], rows);
}

export function cacheTable(world: World, measured: Measured): string[] {
  const exponents = [0.8, 1, 1.2];
  const rows = [16, 64, 256, 1024].map((cacheMb) => {
    const shares = exponents.map((exponent) => 1 - missShareOf({ ...world, cacheMb, exponent }, measured));
    const most = coldCapacity(world, measured) / (1 - (shares[1] ?? 0));
    return [cacheMb, ...shares.map(percent), `${told(most)}/s`];
  });
  return table(
    ['MACHTIG_CACHE_MB', ...exponents.map((one) => `warm at Zipf ${one}`), 'decisions of all sidecars at Zipf 1'],
    rows,
  );
}

export function warmingTable(world: World, measured: Measured): string[] {
  const rows = [2, 5, 10, 20, 50].map((decisionsPerSecond) => {
    const { refusedInFirstMinute, seconds } = warmingOf({ ...world, decisionsPerSecond }, measured);
    return [
      decisionsPerSecond,
      told(decisionsPerSecond * world.sidecars),
      percent(refusedInFirstMinute),
      duration(seconds, PLAYED_SECONDS),
    ];
  });
  return table(
    ['decisions/s of a sidecar', 'of all', 'refused in the first minute', 'until nothing is refused any more'],
    rows,
  );
}

export function stormTable(world: World, measured: Measured): string[] {
  const rows = [1000, 5000, 10_000, 20_000].flatMap((sidecars) =>
    [1, 4].map((partitionsOnBusiest) => {
      const of = { ...world, sidecars, partitionsOnBusiest };
      const [storm, patient] = [FIXED.backoffMs, PATIENT_MS].map((pauses) =>
        stormOf(of, measured, makeDice(1), pauses),
      );
      const clients = sidecars * (1 + partitionsOnBusiest);
      const attempts = told((storm?.attempts ?? 0) / clients);
      const seconds = [storm, patient].map((played) => duration(played?.seconds ?? 0, LIMIT_MS / 1000));
      return [told(sidecars), partitionsOnBusiest, told(clients), seconds[0], attempts, seconds[1]];
    }),
  );
  return table(
    ['sidecars', 'partitions on it', 'connections', 'until all are back', 'attempts each', 'with pauses of up to 20 s'],
    rows,
  );
}

/** As pauses could grow: drawn from the whole of a range that doubles. */
const PATIENT_MS = (attempt: number, drawn: number) => Math.min(25 * 2 ** Math.min(attempt, 12), 20_000) * drawn;

/** By hand, from 0031: a pass over 10,000 mandates takes 13 s at 5 % of a core. */
const RECONCILE_SECONDS_PER_MANDATE = 13 / 10_000;

export function eventsTable(world: World, measured: Measured): string[] {
  const rebuild = rebuildSeconds(world, measured);
  const disk = (world.mandates * measured.registerBytesPerMandate.value) / 1e9;
  return table(
    ['what', 'comes to'],
    [
      [
        'a copy is built anew: nobody answers (older than the limit of staleness)',
        duration(rebuild - FIXED.maxStalenessSeconds),
      ],
      ['… and one snapshot of PostgreSQL is held open for', duration(rebuild)],
      ['PostgreSQL on disk', `${told(disk)} GB`],
      ['one pass of the comparison, at 5 % of a core', duration(world.mandates * RECONCILE_SECONDS_PER_MANDATE)],
      ['a sidecar may be away, before it forgets everything', duration(streamSeconds(world, measured))],
      ['reports of use into the first partition', `${told(world.sidecars / FIXED.useReportSeconds)} entries/s`],
      ['questions for a newer bundle', `${told(world.sidecars / FIXED.bundlePollSeconds)}/s`],
      ['fetching a new bundle, within one interval', `${told(rollOutMBs(world, measured))} MB/s`],
    ],
  );
}

export function settingText(world: World): string[] {
  return [
    `${told(world.mandates)} mandates, ${told(world.sidecars)} sidecars of one process, ${world.masters} masters, ${world.partitions} partitions (${world.partitionsOnBusiest} on the busiest master),`,
    `${world.commitsPerSecond} commits and ${told(world.sidecars * world.decisionsPerSecond)} decisions a second (${world.decisionsPerSecond} by each sidecar), Zipf ${world.exponent} over all represented parties at each sidecar,`,
    `\`MACHTIG_CACHE_MB=${world.cacheMb}\`; a master may be busy ${percent(CORE_SHARE)} of a core, has 10 Gbit/s and ${LIMITS.masterGiB} GiB.`,
  ];
}
