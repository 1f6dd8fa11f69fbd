/**
 * What a sidecar has that follows the projection, in a process of its own: says when it is fresh, and on being asked the CPU
 * time that it has used. Forked by `following.ts` with the port of Redis.
 */
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import { followRedis } from '../../src/mandates/follow/redis-follower.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeRedis } from '../../src/store/redis.ts';
import { KEY } from './small-projection.ts';

const url = `redis://127.0.0.1:${process.argv[2]}`;
const client = makeRedis({ url, name: 'machtig', onError: () => {} });
const cache = makeCachedLookups(makeRedisLookups({ client, key: KEY }), { maxBytes: 64 * 2 ** 20 });
const limits = { maxStalenessMs: 5000, minRevisionWaitMs: 5000 };
const { freshness } = followRedis({ url, client, key: KEY, cache, log: makeLog({ level: 'silent' }), ...limits });

/** CPU µs so far, and the revision that was reached. */
export interface Followed {
  cpuUs: number;
  n: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  let n = 0;
  try {
    n = freshness.position().revision.n;
  } catch {
    // Not fresh yet: asked again.
  }
  process.send?.({ cpuUs: user + system, n } satisfies Followed);
});
process.on('disconnect', () => process.exit());
