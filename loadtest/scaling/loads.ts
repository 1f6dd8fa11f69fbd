import type { Measured } from './measured.ts';
import { CORE_SHARE, FIXED, LIMITS, type World } from './world.ts';
import { hitShareOf, zipf } from './zipf.ts';

/** Something that is used all the time, of which there is only so much. */
export interface Load {
  what: string;
  unit: string;
  demand: number;
  limit: number;
  /** In what it grows; with sidecars it can be said at how many it is used up. */
  growsWith: 'sidecars' | 'mandates' | 'commits';
}

/** Batches a second: sync takes what was committed meanwhile into one, and each is on its way as long as a revocation. */
export function entriesPerSecond(commitsPerSecond: number, measured: Measured): number {
  return Math.min(commitsPerSecond, 1000 / measured.revocationP50Ms.value);
}

/** Room for parties in one cache. */
export function roomOf(cacheMb: number, measured: Measured): number {
  return (cacheMb * 2 ** 20 * FIXED.cacheShare) / measured.cacheBytesPerQuestion.value;
}

export function popularityOf(world: World, measured: Measured) {
  return zipf(Math.round(world.mandates * measured.partiesPerMandate.value), world.exponent);
}

export function missShareOf(world: World, measured: Measured): number {
  return 1 - hitShareOf(popularityOf(world, measured), roomOf(world.cacheMb, measured));
}

/** Cores of the busiest master, by what they are used for; each sidecar is told each entry in a reply of its own. */
export function coresOf(world: World, measured: Measured) {
  const told = world.sidecars * world.partitionsOnBusiest;
  const perSecond = {
    changes: told * entriesPerSecond(world.commitsPerSecond, measured),
    heartbeats: told * FIXED.heartbeatsPerSecond,
    looks: told * FIXED.looksPerSecond,
    cold: (world.sidecars * world.decisionsPerSecond * missShareOf(world, measured)) / world.masters,
  };
  const cores = (times: number, us: number) => (times * us) / 1e6;
  return {
    changes: cores(perSecond.changes, measured.changeUs.value),
    heartbeats: cores(perSecond.heartbeats, measured.heartbeatUs.value),
    looks: cores(perSecond.looks, measured.lookUs.value),
    cold: cores(perSecond.cold, measured.coldDecisionUs.value),
  };
}

/** Milliseconds in which a master tells one entry of each of its partitions to everybody. */
export function roundMsOf(world: World, measured: Measured): number {
  return (world.sidecars * world.partitionsOnBusiest * measured.changeUs.value) / 1000;
}

function cpuLoads(world: World, measured: Measured): Load[] {
  const { changes, heartbeats, looks, cold } = coresOf(world, measured);
  const core = { unit: 'cores of the busiest master', limit: CORE_SHARE, growsWith: 'sidecars' } as const;
  return [
    { what: 'telling changes', demand: changes, ...core },
    { what: 'telling heartbeats', demand: heartbeats, ...core },
    { what: 'looks every 500 ms', demand: looks, ...core },
    { what: 'cold decisions', demand: cold, ...core },
    { what: 'these four together', demand: changes + heartbeats + looks + cold, ...core },
  ];
}

/** Share of decisions that allow, and so use a mandate; hardly any is used twice within one report. */
export const ALLOWED = 0.5;

export function loadsOf(world: World, measured: Measured): Load[] {
  const { sidecars, partitionsOnBusiest } = world;
  const connections = sidecars * (1 + partitionsOnBusiest);
  const entries = entriesPerSecond(world.commitsPerSecond, measured);
  const bytes = entries * measured.changeBytes.value + FIXED.heartbeatsPerSecond * measured.heartbeatBytes.value;
  // The share of the busiest when partitions do not go into masters.
  const data = (world.mandates * measured.redisBytesPerMandate.value * partitionsOnBusiest) / world.partitions;
  const memory = (data * 2 + connections * measured.connectionBytes.value) / 2 ** 30;
  return [
    ...cpuLoads(world, measured),
    {
      ...{ what: 'connections', unit: 'on the busiest master', demand: connections },
      ...{ limit: LIMITS.connections, growsWith: 'sidecars' },
    },
    {
      ...{ what: 'the last sidecar hears of a change', unit: 'ms later than the first' },
      ...{ demand: roundMsOf(world, measured), growsWith: 'sidecars' },
      limit: Math.max(1, LIMITS.revocationMs - measured.revocationP99Ms.value),
    },
    {
      ...{ what: 'network out', unit: 'MB/s of the busiest master', growsWith: 'sidecars' },
      ...{ demand: (sidecars * partitionsOnBusiest * bytes) / 1e6, limit: LIMITS.bytesPerSecond / 1e6 },
    },
    {
      ...{ what: 'memory, with a second copy', unit: 'GiB of the busiest master', demand: memory },
      ...{ limit: LIMITS.masterGiB, growsWith: 'mandates' },
    },
    {
      ...{ what: 'uses of mandates written back', unit: 'a second into one PostgreSQL', growsWith: 'sidecars' },
      ...{ demand: sidecars * world.decisionsPerSecond * ALLOWED, limit: measured.usesPerSecond.value },
    },
    {
      ...{ what: 'commits', unit: 'a second by one PostgreSQL', demand: world.commitsPerSecond },
      ...{ limit: measured.commitsPerSecond.value, growsWith: 'commits' },
    },
    {
      ...{ what: 'following, by each sidecar', unit: 'of a core of its own', growsWith: 'commits' },
      demand: (world.partitions * (entries * measured.sidecarEntryUs.value + measured.sidecarCalmUs.value)) / 1e6,
      limit: CORE_SHARE,
    },
  ].toSorted((a, b) => b.demand / b.limit - a.demand / a.limit) as Load[];
}

/** How many sidecars use it up, or undefined where their number does not matter. */
export function sidecarsAtLimit({ demand, limit, growsWith }: Load, { sidecars }: World): number | undefined {
  return growsWith === 'sidecars' ? Math.floor((sidecars * limit) / demand) : undefined;
}
