import v8 from 'node:v8';
import { AppError } from '../domain/errors.ts';
import type { Revision } from '../domain/revision.ts';
import { makeDossiers } from '../evaluate/dossier.ts';
import { makeCachedLookups } from '../mandates/cache.ts';
import type { Forgetful } from '../mandates/follow/follower.ts';
import { USES } from '../mandates/redis-layout.ts';
import { makeRedisLookups } from '../mandates/redis-lookups.ts';
import { makeRedisReach } from '../mandates/redis-reach.ts';
import { lowerBackgroundThreads } from '../process/background-threads.ts';
import { makeRedisUseSink } from '../records/redis-uses.ts';
import type { UseSink } from '../records/uses.ts';
import { type DecideDeps, type Deciding, openDecisions } from './decide.ts';
import { keysOf } from './keys.ts';
import { connectServers } from './projection-servers.ts';
import { type SyncDeps, startProjecting } from './sync.ts';

/** Role `sidecar`: answers from Redis through a bounded cache; given a database it also takes part in sync. */
export async function startSidecar(
  deps: SyncDeps & Pick<DecideDeps, 'console' | 'rollOut' | 'serveOps'>,
): Promise<Deciding> {
  const { config, lifecycle, log, metrics } = deps;
  lowerBackgroundThreads();
  v8.setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  const keys = keysOf(config);
  const key = { keyId: keys.keyId, keyCheck: keys.check() };
  const { partitions, freshness } = config;
  const redis = connectServers({ config, lifecycle, log, name: 'machtig sidecar' });
  const client = redis.servers;
  // The doors open without Redis too, not ready: a process that restarts for want of it only makes matters worse.
  await redis.untilReady(1000).catch(() => log.warn('Redis cannot be reached yet'));
  if (config.databaseUrl !== undefined) startProjecting(deps);
  const untilApplied = (revision: Revision): Promise<void> => following.freshness.reach(revision).catch(asStale);
  const appliedIn = (partition: number) => following.appliedIn(partition);
  const store = makeRedisLookups({ client, partitions, key, untilApplied, appliedIn });
  const reach = makeRedisReach({ client, partitions, key, appliedIn });
  const lookups = makeCachedLookups(store, { maxBytes: config.cacheMb * 1024 * 1024 });
  const searched = makeCachedLookups(store, { maxBytes: SEARCH_CACHE_BYTES });
  const dossiers = config.dossiersMb > 0 ? makeDossiers({ maxBytes: config.dossiersMb * 1024 * 1024 }) : undefined;
  const cache = allOf([...(dossiers ? [dossiers] : []), lookups, searched]);
  const following = redis.follow({ ...freshness, partitions, key, cache, log });
  lifecycle.onClose('the stream of changes', following.close);
  const useSink: UseSink = async (uses) => makeRedisUseSink(client.of(0), USES)(uses);
  const search = { reach, lookups: searched };
  const data = {
    lookups,
    search,
    freshness: following.freshness,
    cache: lookups.counts,
    ...(dossiers && { dossiers }),
    useSink,
  };
  const { console, rollOut, serveOps } = deps;
  const given = { ...(console && { console }), ...(rollOut && { rollOut }), ...(serveOps && { serveOps }) };
  return openDecisions({ config, data, keys, lifecycle, log, metrics, now: Date.now, ...given });
}

/**
 * By how much V8 lets its old generation grow before it collects, in percent of what lives in it. Left to itself it
 * doubles or trebles (docs/decisions/0027-the-cache-packed.md).
 */
const HEAP_GROWTH = 50;

/** Room for what a search asks of every candidate alike, and for those under way. */
const SEARCH_CACHE_BYTES = 8 * 1024 * 1024;

/** A search of 70,000 would push out what decisions have at hand: it has a cache of its own, told the same. */
function allOf(memories: readonly Forgetful[]): Forgetful {
  return {
    drop(keys) {
      for (const memory of memories) memory.drop(keys);
    },
    clear() {
      for (const memory of memories) memory.clear();
    },
  };
}

/** Nobody asked for a revision here: not keeping up with one's own reads is being stale. */
function asStale(thrown: unknown): never {
  const behind = thrown instanceof AppError && ['revision_not_reached', 'epoch_mismatch'].includes(thrown.code);
  if (!behind) throw thrown;
  throw new AppError('data_stale', `the stream of changes is behind the data: ${thrown.message}`);
}
