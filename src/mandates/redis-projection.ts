import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { formatRevision, type Revision } from '../domain/revision.ts';
import { assertNoEviction, readScript, toRedisError } from '../store/redis.ts';
import { makePartScript, type RedisServers, serversOf } from '../store/redis-servers.ts';
import { type Batch, MAIN, type Projection } from './projection.ts';
import { readContents, readKeys } from './redis-contents.ts';
import { makeRedisHeld } from './redis-held.ts';
import {
  LEAF_BYTES,
  NAMED_KEYS_AT_MOST,
  type Partition,
  partitions,
  STREAM_LENGTH,
  USES,
  writingScript,
} from './redis-layout.ts';
import { packNamedKeys } from './redis-notice.ts';
import { type PartitionBatch, packBatch } from './redis-ops.ts';
import { makeBeginRebuild } from './redis-rebuild.ts';
import { makeRenew } from './redis-renew.ts';
import { readState } from './redis-state.ts';
import { makeSweeper } from './redis-sweep.ts';
import { makeRedisUseSource } from './redis-uses.ts';

export interface RedisProjectionOptions {
  client: Redis | RedisServers;
  /** How many hash tags the data is spread over. Another number than the projection's asks for a rebuild. Default 1. */
  partitions?: number;
  /** What it is called; one of another name is left alone. Default `main`. */
  name?: string;
  /** How large a string of mandates may become. For tests: few mandates then make a tree. */
  leafBytes?: number;
}

const here = new URL('.', import.meta.url);

/**
 * The writing side of the projection in Redis: docs/decisions/0004-redis-layout.md.
 * @throws AppError `not_ready` when Redis may evict keys; `store_unavailable`
 */
export async function openRedisProjection(options: RedisProjectionOptions): Promise<Projection> {
  const { leafBytes = LEAF_BYTES, name = MAIN } = options;
  const all = partitions(options.partitions ?? 1);
  const servers = serversOf(options.client, all.length);
  await assertNowhereEvicted(servers);
  const last = all.at(-1);
  if (last === undefined) throw new RangeError('a projection has at least one partition');
  const heartbeat = makePartScript(servers, readScript(here, 'admit.lua', 'heartbeat-3.lua'));
  const applyTo = makeApply(servers, all.length, leafBytes);
  const sweep = makeSweeper(servers, all);
  let stampedBy: Redis | undefined;
  return {
    async state() {
      await assertNowhereEvicted(servers);
      return readState(servers, all, name);
    },
    async apply(batch, fence) {
      const packed = packBatch(batch.writes, all.length);
      const first = all.slice(0, -1);
      // The last partition is the point of commit: nothing is written anywhere unless it is where the batch begins.
      if (first.length > 0) await assertAt(servers, all.length - 1, last, batch.from);
      await Promise.all(first.map((partition, index) => applyTo(index, partition, batch, packed[index], fence, true)));
      await applyTo(all.length - 1, last, batch, packed.at(-1), fence, false);
    },
    renew: makeRenew(servers, all),
    rebuild: makeBeginRebuild({ servers, all, sweep, leafBytes, name }),
    async time() {
      // Asked before every heartbeat: neither a new connection nor a changed setting is vouched for unseen.
      // Of several servers there is one clock: of the one that holds the first partition.
      stampedBy = servers.of(0);
      const now = stampedBy.time().catch((thrown) => Promise.reject(toRedisError(thrown)));
      const [[seconds, micros]] = await Promise.all([now, assertNowhereEvicted(servers)]);
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    },
    async heartbeat(stampMs, revision, fence) {
      if (stampedBy !== undefined && stampedBy !== servers.of(0)) {
        throw new AppError('conflict', 'the stamp is of another clock than readers compare it with');
      }
      const copy = all.length > 1 ? await readCopy(servers, all) : '';
      const args = [fence, stampMs, formatRevision(revision), STREAM_LENGTH, copy];
      const [live] = await Promise.all(
        all.map(({ head, fence, stream }, index) => heartbeat(index, [head, fence, stream], args)),
      );
      await sweep.someBelow(Number(live));
    },
    contents: () => readContents(servers, all),
    keys: () => readKeys(servers, all),
    held: makeRedisHeld(servers, all),
    uses: makeRedisUseSource(() => servers.of(0), USES),
  };
}

function makeApply(servers: RedisServers, count: number, leafBytes: number) {
  const apply = makePartScript(servers, writingScript(leafBytes, 'apply-3.lua'));
  return async function applyTo(
    index: number,
    { head, fence: fenceKey, stream, prefix }: Partition,
    { from, to, hash }: Batch,
    { ops, keys }: PartitionBatch = { ops: Buffer.alloc(0), keys: [] },
    fence: number,
    mayBeAhead: boolean,
  ): Promise<void> {
    const named = keys.length > NAMED_KEYS_AT_MOST ? 'all' : packNamedKeys(to, keys);
    const ahead = mayBeAhead && count > 1 ? '1' : '0';
    const revisions = [formatRevision(from), formatRevision(to)];
    await apply(index, [head, fenceKey, stream], [fence, ...revisions, hash, prefix, ops, named, STREAM_LENGTH, ahead]);
  };
}

/** @throws AppError `not_ready` when one of the servers may throw keys away */
async function assertNowhereEvicted(servers: RedisServers): Promise<void> {
  await Promise.all(servers.all().map(({ client }) => assertNoEviction(client)));
}

async function assertAt(servers: RedisServers, index: number, { head }: Partition, revision: Revision): Promise<void> {
  const at = await servers
    .of(index)
    .hget(head, 'revision')
    .catch((thrown) => Promise.reject(toRedisError(thrown)));
  if (at !== formatRevision(revision)) {
    throw new AppError('conflict', `the projection is at ${at ?? 'no revision'}, not at ${formatRevision(revision)}`);
  }
}

/**
 * Which copy is the live one in all partitions. A server that lost its last moments may have gone back to an older one, at the very
 * revision of the others: nothing may be vouched for then, in no partition. @throws AppError `conflict`
 */
async function readCopy(servers: RedisServers, all: readonly Partition[]): Promise<string> {
  const found = await Promise.all(all.map(async ({ head }, index) => servers.of(index).hget(head, 'generation'))).catch(
    (thrown) => Promise.reject(toRedisError(thrown)),
  );
  const [copy] = found;
  if (copy && found.every((one) => one === copy)) return copy;
  throw new AppError('conflict', 'the partitions of the projection are of several copies');
}
