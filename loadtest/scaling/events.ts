import type { Dice } from '../../test/support/dice.ts';
import { type HerdMoment, playHerd } from './herd.ts';
import { entriesPerSecond, popularityOf, roomOf } from './loads.ts';
import type { Measured } from './measured.ts';
import { playStorm, type StormResult } from './storm.ts';
import { CORE_SHARE, FIXED, type World } from './world.ts';

/**
 * Building a copy anew. Sync feeds nothing and vouches for nothing meanwhile, so that all sidecars are stale from a few seconds on.
 * One process packs, each master takes its share, whoever is slowest decides.
 */
export function rebuildSeconds({ mandates, masters }: World, measured: Measured): number {
  const millions = mandates / 1e6;
  return Math.max(
    millions * measured.syncSecondsPerMillion.value,
    (millions * measured.redisSecondsPerMillion.value) / masters,
  );
}

/** Cold decisions that all masters serve a second when they do nothing else. */
export function coldCapacity({ masters }: World, measured: Measured): number {
  return (masters * CORE_SHARE * 1e6) / measured.coldDecisionUs.value;
}

export interface Warming {
  moments: HerdMoment[];
  /** Of the first minute's decisions, the share that was refused. */
  refusedInFirstMinute: number;
  /** Until nothing more is refused; infinity: not within the time that was played. */
  seconds: number;
}

/** Fifteen minutes. */
export const PLAYED_SECONDS = 900;

/** All caches are emptied at once. */
export function warmingOf(world: World, measured: Measured): Warming {
  const herd = {
    ...{ popularity: popularityOf(world, measured), room: roomOf(world.cacheMb, measured), sidecars: world.sidecars },
    ...{ decisionsPerSecond: world.decisionsPerSecond, capacityPerSecond: coldCapacity(world, measured) },
  };
  const moments = playHerd(herd, PLAYED_SECONDS);
  const last = moments.at(-1);
  const minute = moments.filter(({ second }) => second < 60);
  const perMinute = 60 / ((moments[1]?.second ?? 60) - 0);
  return {
    moments,
    refusedInFirstMinute: minute.reduce((sum, { refused }) => sum + refused, 0) / perMinute,
    seconds: last && last.refused === 0 ? last.second : Number.POSITIVE_INFINITY,
  };
}

/** All connections of a master come back: those that read and those that wait for a partition's stream. */
export function stormOf(world: World, measured: Measured, dice: Dice, backoffMs = FIXED.backoffMs): StormResult {
  return playStorm({
    clients: world.sidecars * (1 + world.partitionsOnBusiest),
    serviceMs: (measured.connectionUs.value + measured.lookUs.value) / 1000,
    timeoutMs: FIXED.timeoutMs,
    backoffMs,
    draw: () => dice.next(),
  });
}

/** How long a sidecar may be away before what it missed is no longer in the stream, and it forgets everything. */
export function streamSeconds(world: World, measured: Measured): number {
  return FIXED.streamLength / (entriesPerSecond(world.commitsPerSecond, measured) + FIXED.heartbeatsPerSecond);
}

/** MB a second from where bundles lie, when a new one is there. */
export function rollOutMBs({ sidecars }: World, measured: Measured): number {
  return (sidecars * measured.bundleBytes.value) / FIXED.bundlePollSeconds / 1e6;
}
