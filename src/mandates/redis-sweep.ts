import { toRedisError } from '../store/redis.ts';
import type { RedisServer, RedisServers } from '../store/redis-servers.ts';
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

export function makeSweeper(servers: RedisServers, partitions: readonly Partition[]): Sweeper {
  let sweptBelow = 0;
  /** One cursor for all servers, one server after the other. */
  let [nth, cursor] = [0, '0'];
  let walked: readonly RedisServer[] | undefined;

  /** Where others hold the data than before, what was cleared away may have come back, and a cursor means nothing. */
  function serversNow(): readonly RedisServer[] {
    const all = servers.all();
    if (all !== walked) {
      [nth, cursor] = [0, '0'];
      sweptBelow = 0;
    }
    walked = all;
    return all;
  }

  /** True: it was the last round on the last server. */
  async function round(isRubbish: (generation: number) => boolean): Promise<boolean> {
    const all = serversNow();
    const server = all[nth];
    if (server === undefined) return true;
    const [next, keys] = await server.client.scanBuffer(cursor, 'COUNT', SCAN_COUNT);
    cursor = next.toString();
    for (const part of server.parts) {
      const partition = partitions[part];
      const rubbish = keys.filter((key) => partition && isRubbish(generationOf(key, partition)));
      if (rubbish.length > 0) await server.client.unlink(...rubbish);
    }
    if (cursor !== '0') return false;
    nth = nth + 1 < all.length ? nth + 1 : 0;
    return nth === 0;
  }

  return {
    async someBelow(generation) {
      try {
        serversNow();
        if (sweptBelow >= generation) return;
        for (let i = 0; i < ROUNDS_A_SLICE; i++) {
          if (!(await round((found) => found < generation))) continue;
          sweptBelow = generation;
          return;
        }
      } catch (thrown) {
        throw toRedisError(thrown);
      }
    },
    async all(generation) {
      try {
        serversNow();
        [nth, cursor] = [0, '0'];
        while (!(await round((found) => found === generation)));
      } catch (thrown) {
        throw toRedisError(thrown);
      }
    },
    async highest() {
      let highest = 0;
      for (const { client } of servers.all()) {
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
      }
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
