import { slotOf } from '../../src/store/redis-cluster-nodes.ts';

/** The deployment that is reckoned with. */
export interface World {
  mandates: number;
  sidecars: number;
  masters: number;
  /** Hash tags over which the projection is spread. */
  partitions: number;
  /** How many of them the busiest master holds. */
  partitionsOnBusiest: number;
  commitsPerSecond: number;
  /** By one sidecar. */
  decisionsPerSecond: number;
  /** Exponent of Zipf's law over the represented parties, the same for every sidecar. */
  exponent: number;
  cacheMb: number;
}

export const WORLD: World = {
  mandates: 100e6,
  sidecars: 5000,
  masters: 6,
  partitions: 6,
  partitionsOnBusiest: 1,
  commitsPerSecond: 50,
  decisionsPerSecond: 20,
  exponent: 1,
  cacheMb: 64,
};

/** What the product does at fixed intervals, and what surrounds it allows. */
export const FIXED = {
  /** src/mandates/sync/keep-up.ts */
  heartbeatsPerSecond: 5,
  /** src/mandates/follow/redis-follower.ts */
  looksPerSecond: 2,
  /** src/mandates/redis-layout.ts */
  streamLength: 4096,
  /** src/store/redis.ts: connecting, and a command. */
  timeoutMs: 2000,
  /** src/store/redis.ts, retryStrategy */
  backoffMs: (attempt: number, drawn: number) => Math.min(25 * 2 ** Math.min(attempt, 6), 1000) * (0.75 + drawn / 4),
  /** src/records/uses.ts */
  useReportSeconds: 5,
  /** MACHTIG_BUNDLE_POLL_MS */
  bundlePollSeconds: 5,
  /** MACHTIG_MAX_STALENESS_MS */
  maxStalenessSeconds: 5,
  /** Seven eighths of MACHTIG_CACHE_MB; the rest is for services. */
  cacheShare: 7 / 8,
};

/** Redis runs its commands on one core; beyond this share of it they wait for each other noticeably. */
export const CORE_SHARE = 0.7;
export const LIMITS = {
  /** `maxclients` of Redis if not told otherwise, less what it keeps for itself. */
  connections: 10_000 - 32,
  /** 10 Gbit/s, as much of it. */
  bytesPerSecond: 1.25e9 * CORE_SHARE,
  /** Commit to denied, p99. */
  revocationMs: 50,
  /** Of a master: half of it for a copy that is being built. */
  masterGiB: 32,
};

const SLOTS = 16_384;

/** How many partitions each master holds when all have equal ranges of the slots, and nobody moved any. */
export function spreadOf(partitions: number, masters: number): number[] {
  const counts = Array.from({ length: masters }, () => 0);
  for (let index = 0; index < partitions; index++) {
    const master = Math.floor((slotOf(`{m${index}}`) * masters) / SLOTS);
    counts[master] = (counts[master] ?? 0) + 1;
  }
  return counts;
}
