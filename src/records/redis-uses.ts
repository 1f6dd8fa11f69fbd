import type { Redis } from 'ioredis';
import type { UseSink } from './uses.ts';

/** A stream longer than this forgets its oldest entries: use is best effort, Redis memory is not. */
const MAX_ENTRIES = 100_000;

/** Appends uses to a stream, one entry a report; the sync leader writes them back as last-used. */
export function makeRedisUseSink(redis: Pick<Redis, 'xadd'>, stream: string): UseSink {
  return async (uses) => {
    await redis.xadd(stream, 'MAXLEN', '~', MAX_ENTRIES, '*', 'uses', JSON.stringify(uses));
  };
}
