import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { isBefore, type Revision } from '../domain/revision.ts';
import { readScript } from '../store/redis.ts';
import { makePartScript, type RedisServers, serversOf } from '../store/redis-servers.ts';
import { malformed } from './codec-bytes.ts';
import { packKey, packKeys, unpackKey } from './codec-key.ts';
import type { Found, Lookups } from './lookups.ts';
import type { Header } from './projection.ts';
import type { RecordKey } from './record.ts';
import { type Held, readFound } from './redis-found.ts';
import { readHead } from './redis-head.ts';
import { headerText, LAYOUT, partition, partitionOf, READING } from './redis-layout.ts';

export interface RedisLookupsOptions {
  client: Redis | RedisServers;
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
  /** Packed key, value, packed key, value. */
  ahead: unknown[];
}

type Also = (key: RecordKey, found: Found) => void;

interface Asked {
  packed: Buffer;
  /** Where in the answer it belongs. */
  index: number;
}

/**
 * Reads from the projection in Redis: one script per partition touched, all in one round trip. Where there is but one
 * partition, what links, onward mandates and portals lead to comes with it (paths.lua).
 */
export function makeRedisLookups(options: RedisLookupsOptions): Lookups {
  const { client, partitions: count = 1, key, untilApplied = async () => {}, appliedIn = () => undefined } = options;
  const servers = serversOf(client, count);
  const text = readScript(new URL('.', import.meta.url), ...READING, 'paths.lua', 'read-1.lua');
  const script = makePartScript(servers, text);
  const expected = headerText({ layout: LAYOUT, ...key }, count);

  async function readPartition(index: number, asked: readonly Asked[], ahead: string): Promise<Reply> {
    const { head, prefix } = partition(index);
    const atLeast = appliedIn(index);
    const reply = await script(index, [head], [prefix, packKeys(asked.map(({ packed }) => packed)), ahead]);
    const { generation, revision, rest } = readHead(reply, expected, atLeast);
    const also = rest.pop();
    if (rest.length !== asked.length || !Array.isArray(also)) throw malformed('the reply is cut off');
    return { generation, revision, held: rest as Held[], ahead: also }; // As the script says; `readFound` looks at each.
  }

  async function look(byPartition: ReadonlyMap<number, Asked[]>, also: Also | undefined): Promise<Found[] | undefined> {
    const parts = [...byPartition];
    const ahead = also === undefined ? '' : count === 1 ? 'all' : 'same';
    const replies = await Promise.all(parts.map(([index, asked]) => readPartition(index, asked, ahead)));
    if (new Set(replies.map(({ generation }) => generation)).size > 1) return undefined;
    const newest = replies.map(({ revision }) => revision).reduce((a, b) => (isBefore(a, b) ? b : a));
    await untilApplied(newest);
    const found: Found[] = [];
    for (const [part, [, asked]] of parts.entries()) {
      for (const [i, { packed, index }] of asked.entries()) {
        found[index] = readFound(packed, replies[part]?.held[i] ?? null);
      }
    }
    if (also) for (const reply of replies) tellAhead(reply.ahead, also);
    return found;
  }

  return {
    peek: () => undefined,
    async read(keys, also) {
      if (keys.length === 0) return [];
      const byPartition = groupByPartition(keys, count);
      for (let looks = 0; looks < LOOKS_AT_MOST; looks++) {
        const found = await look(byPartition, also);
        if (found !== undefined) return found;
      }
      throw new AppError('not_ready', 'the projection is being replaced');
    },
  };
}

function tellAhead(ahead: readonly unknown[], also: Also): void {
  for (let i = 0; i < ahead.length; i += 2) {
    const packed = ahead[i];
    if (!Buffer.isBuffer(packed)) throw malformed('what was read ahead has no key');
    also(unpackKey(packed), readFound(packed, ahead[i + 1] as Held));
  }
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
