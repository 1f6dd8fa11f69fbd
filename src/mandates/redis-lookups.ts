import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { isBefore, type Revision } from '../domain/revision.ts';
import { makeScript, readScript } from '../store/redis.ts';
import { malformed } from './codec-bytes.ts';
import { packKey, packKeys } from './codec-key.ts';
import type { Found, Lookups } from './lookups.ts';
import type { Header } from './projection.ts';
import type { RecordKey } from './record.ts';
import { type Held, readFound } from './redis-found.ts';
import { readHead } from './redis-head.ts';
import { headerText, LAYOUT, partition, partitionOf } from './redis-layout.ts';

export interface RedisLookupsOptions {
  client: Redis;
  /** As many as the projection has, or nothing is read. Default 1. */
  partitions?: number;
  /** Which HMAC key this process computes aliases with. */
  key: Pick<Header, 'keyId' | 'keyCheck'>;
  /**
   * Resolves when this process has taken in the changes up to `revision`. A read waits for it, so that what it
   * brings is never newer than what else is at hand: facts of two moments would be facts of none.
   */
  untilApplied?: (revision: Revision) => Promise<void>;
  /**
   * The revision of a partition that this process has taken in. What comes back from before it comes from another
   * Redis than the changes do (a replica that lags, the old primary after a failover), and is refused.
   */
  appliedIn?: (partition: number) => Revision | undefined;
}

/** Partitions swap one after another; a reader that meets two generations looks again. */
const LOOKS_AT_MOST = 8;

interface Reply {
  generation: string;
  revision: Revision;
  held: Held[];
}

interface Asked {
  packed: Buffer;
  /** Where in the answer it belongs. */
  index: number;
}

/** Reads from the projection in Redis: one script per partition touched, all in one round trip. */
export function makeRedisLookups(options: RedisLookupsOptions): Lookups {
  const { client, partitions: count = 1, key, untilApplied = async () => {}, appliedIn = () => undefined } = options;
  const script = makeScript(client, readScript(new URL('.', import.meta.url), 'find.lua', 'read-1.lua'));
  const expected = headerText({ layout: LAYOUT, ...key }, count);

  async function readPartition(index: number, asked: readonly Asked[]): Promise<Reply> {
    const { head, prefix } = partition(index);
    const atLeast = appliedIn(index);
    const reply = await script([head], [prefix, packKeys(asked.map(({ packed }) => packed))]);
    const { generation, revision, rest } = readHead(reply, expected, atLeast);
    if (rest.length !== asked.length) throw malformed('the reply is cut off');
    return { generation, revision, held: rest as Held[] }; // As the script says; `readFound` looks at each.
  }

  async function look(byPartition: ReadonlyMap<number, Asked[]>): Promise<Found[] | undefined> {
    const parts = [...byPartition];
    const replies = await Promise.all(parts.map(([index, asked]) => readPartition(index, asked)));
    if (new Set(replies.map(({ generation }) => generation)).size > 1) return undefined;
    const newest = replies.map(({ revision }) => revision).reduce((a, b) => (isBefore(a, b) ? b : a));
    await untilApplied(newest);
    const found: Found[] = [];
    for (const [part, [, asked]] of parts.entries()) {
      for (const [i, { packed, index }] of asked.entries()) {
        found[index] = readFound(packed, replies[part]?.held[i] ?? null);
      }
    }
    return found;
  }

  return {
    peek: () => undefined,
    async read(keys) {
      if (keys.length === 0) return [];
      const byPartition = groupByPartition(keys, count);
      for (let looks = 0; looks < LOOKS_AT_MOST; looks++) {
        const found = await look(byPartition);
        if (found !== undefined) return found;
      }
      throw new AppError('not_ready', 'the projection is being replaced');
    },
  };
}

function groupByPartition(keys: readonly RecordKey[], count: number): Map<number, Asked[]> {
  const groups = new Map<number, Asked[]>();
  for (const [index, key] of keys.entries()) {
    const packed = packKey(key);
    const part = partitionOf(packed, count);
    const group = groups.get(part);
    if (group) group.push({ packed, index });
    else groups.set(part, [{ packed, index }]);
  }
  return groups;
}
