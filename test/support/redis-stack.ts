import type { Redis } from 'ioredis';
import { toError } from '../../src/domain/errors.ts';
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import { followRedis } from '../../src/mandates/follow/redis-follower.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeRedis, untilReady } from '../../src/store/redis.ts';
import { firm, person, SERVICE } from './small-register.ts';
import { type SyncRun, startSync } from './sync-run.ts';

export const KEY = { keyId: 'test', keyCheck: 'check' };
export const LIMITS = { maxStalenessMs: 1500, minRevisionWaitMs: 5000 };

export async function redisClient(lifecycle: Lifecycle, url: string, commandTimeoutMs = 500): Promise<Redis> {
  const client = makeRedis({ url, name: 'test', onError: () => {}, commandTimeoutMs });
  lifecycle.onClose('redis client', () => client.disconnect());
  await untilReady(client);
  return client;
}

export async function syncToRedis(
  lifecycle: Lifecycle,
  databaseUrl: string,
  redisUrl: string,
  partitions = 1,
): Promise<SyncRun> {
  const projection = await openRedisProjection({ client: await redisClient(lifecycle, redisUrl), partitions });
  const run = startSync({ databaseUrl, projection });
  lifecycle.onClose('sync', run.stop);
  return run;
}

/** The reading half of a sidecar: cached lookups and follower, with a diary of what it was told to forget. */
export async function sidecar(
  lifecycle: Lifecycle,
  redisUrl: string,
  { key = KEY, partitions = 1, lookupsUrl = redisUrl, minRevisionWaitMs = LIMITS.minRevisionWaitMs } = {},
) {
  const client = await redisClient(lifecycle, lookupsUrl);
  const store = makeRedisLookups({
    client,
    key,
    partitions,
    untilApplied: (revision) => following.freshness.reach(revision),
    appliedIn: (partition) => following.appliedIn(partition),
  });
  const lookups = makeCachedLookups(store, { maxBytes: 1024 * 1024 });
  const forgotten: (RecordKey | 'all')[] = [];
  const cache = {
    drop(keys: readonly RecordKey[]) {
      forgotten.push(...keys);
      lookups.drop(keys);
    },
    clear() {
      forgotten.push('all');
      lookups.clear();
    },
  };
  const log = makeLog({ level: 'silent' });
  const limits = { ...LIMITS, minRevisionWaitMs, partitions, checkMs: 100 };
  const following = followRedis({ url: redisUrl, client, key, cache, log, ...limits });
  const { freshness, close } = following;
  lifecycle.onClose('follower', close);

  /** The status of mandate `i`, on data that is fresh before and after it was read. */
  async function statusOf(i: number): Promise<string | undefined> {
    freshness.position();
    const [found] = await lookups.read([mandatesKey(i)]);
    freshness.position();
    return (found as { status: string }[] | null)?.[0]?.status; // The record of this very key.
  }
  function refusal(): Error | undefined {
    try {
      freshness.position();
      return undefined;
    } catch (thrown) {
      return toError(thrown);
    }
  }
  /** The code with which it refuses to vouch for its data, or `fresh`. */
  function state(): string {
    const error = refusal();
    if (error === undefined) return 'fresh';
    return 'code' in error ? String(error.code) : String(error);
  }
  /** And in words. */
  const why = () => refusal()?.message ?? '';
  return { freshness, statusOf, state, why, forgotten, lookups, client };
}

export const mandatesKey = (i: number) => recordKey.mandates(firm(i), person(i), scopeKey.service(SERVICE));
