import { formatRevision } from '../domain/revision.ts';
import { readScript } from '../store/redis.ts';
import { makePartScript, type RedisServers } from '../store/redis-servers.ts';
import type { Projection, Reached } from './projection.ts';
import { type Partition, STREAM_LENGTH } from './redis-layout.ts';

/**
 * As `Projection` says. The last partition goes last, as in a batch: while it is not there, the projection is in the epoch of before, and
 * whoever leads next does the same again.
 */
export function makeRenew(servers: RedisServers, all: readonly Partition[]): Projection['renew'] {
  const script = makePartScript(servers, readScript(new URL('.', import.meta.url), 'admit.lua', 'renew-1.lua'));
  return async function renew({ copy, lineage, parts }, epoch, fence) {
    async function renewPart({ revision, hash }: Reached, index: number): Promise<void> {
      const partition = all[index];
      if (partition === undefined) throw new RangeError('the projection has fewer partitions');
      const there = formatRevision({ epoch, n: revision.n });
      const args = [fence, copy, formatRevision(revision), hash, lineage, there, STREAM_LENGTH];
      await script(index, [partition.head, partition.fence, partition.stream], args);
    }
    await Promise.all(parts.slice(0, -1).map(renewPart));
    const last = parts.at(-1);
    if (last !== undefined) await renewPart(last, parts.length - 1);
  };
}
