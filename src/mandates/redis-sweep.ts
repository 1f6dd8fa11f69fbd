import type { Redis } from 'ioredis';
import { toRedisError } from '../store/redis.ts';
import type { Partition } from './redis-layout.ts';

/** Keys looked at in one round trip, and round trips per slice: some milliseconds of Redis's time a slice. */
const SCAN_COUNT = 1000;
const ROUNDS_A_SLICE = 8;

/** Clears away copies that nobody reads any more, a slice at a time. */
export interface Sweeper {
  /** One slice of what is older than the live generation; does nothing once all of it has been seen. */
  someBelow(generation: number): Promise<void>;
  /** One whole copy that was never live. */
  all(generation: number): Promise<void>;
  /** The highest generation of which there is any data, live or not; 0 without. Looks at every key. */
  highest(): Promise<number>;
}

export function makeSweeper(client: Redis, partitions: readonly Partition[]): Sweeper {
  let sweptBelow = 0;
  let cursor = '0';

  async function round(isRubbish: (generation: number) => boolean): Promise<void> {
    const [next, keys] = await client.scanBuffer(cursor, 'COUNT', SCAN_COUNT);
    cursor = next.toString();
    const rubbish = keys.filter((key) => partitions.some((partition) => isRubbish(generationOf(key, partition))));
    if (rubbish.length > 0) await client.unlink(...rubbish);
  }

  return {
    async someBelow(generation) {
      if (sweptBelow >= generation) return;
      try {
        for (let i = 0; i < ROUNDS_A_SLICE; i++) {
          await round((found) => found < generation);
          if (cursor !== '0') continue;
          sweptBelow = generation;
          return;
        }
      } catch (thrown) {
        throw toRedisError(thrown);
      }
    },
    async all(generation) {
      cursor = '0';
      try {
        do await round((found) => found === generation);
        while (cursor !== '0');
      } catch (thrown) {
        throw toRedisError(thrown);
      }
    },
    async highest() {
      let highest = 0;
      let from = '0';
      do {
        const [next, keys] = await client
          .scanBuffer(from, 'COUNT', SCAN_COUNT)
          .catch((thrown) => Promise.reject(toRedisError(thrown)));
        from = next.toString();
        for (const found of keys.flatMap((key) => partitions.map((partition) => generationOf(key, partition)))) {
          if (found > highest) highest = found;
        }
      } while (from !== '0');
      return highest;
    },
  };
}

/** NaN, which is neither below nor equal to anything, for a key that is no data of this partition. */
function generationOf(key: Buffer, { prefix }: Partition): number {
  if (key.toString('latin1', 0, prefix.length) !== prefix) return Number.NaN;
  const end = key.indexOf(':', prefix.length);
  return end < 0 ? Number.NaN : Number.parseInt(key.toString('latin1', prefix.length, end), 10);
}
