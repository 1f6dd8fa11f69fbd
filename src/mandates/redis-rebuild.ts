import { formatRevision } from '../domain/revision.ts';
import { readScript, toRedisError } from '../store/redis.ts';
import { makePartScript, type RedisServers } from '../store/redis-servers.ts';
import type { Header, Rebuild } from './projection.ts';
import { makeBulkLoad } from './redis-bulk.ts';
import { bitsOf, copyName, headerText, type Partition, STREAM_LENGTH, writingScript } from './redis-layout.ts';
import { makeLoader } from './redis-loader.ts';
import type { Sweeper } from './redis-sweep.ts';

const here = new URL('.', import.meta.url);

export interface RebuildOptions {
  servers: RedisServers;
  all: readonly Partition[];
  sweep: Sweeper;
  leafBytes: number;
  name: string;
}

export function makeBeginRebuild({ servers, all, sweep, leafBytes, name }: RebuildOptions) {
  const begin = makePartScript(servers, readScript(here, 'admit.lua', 'begin-2.lua'));
  const load = makePartScript(servers, writingScript(leafBytes, 'load-1.lua'));
  const swap = makePartScript(servers, readScript(here, 'admit.lua', 'swap-4.lua'));
  const giveUp = makePartScript(servers, readScript(here, 'abandon-1.lua'));

  /**
   * The same number in all partitions, higher than any that was taken in one of them. Where that was lost, higher than any
   * that has data: what an earlier copy left must never stand among what a later one holds.
   */
  async function takeGeneration(fence: number): Promise<number> {
    const taken = await Promise.all(
      all.map(async ({ generations }, index) => servers.of(index).get(generations)),
    ).catch((thrown) => Promise.reject(toRedisError(thrown)));
    const lost = taken.some((number) => number === null);
    const generation = Math.max(...taken.map(Number), lost ? await sweep.highest() : 0) + 1;
    await Promise.all(
      all.map((partition, index) => begin(index, [partition.generations, partition.fence], [fence, generation])),
    );
    return generation;
  }

  return async function beginRebuild(header: Header, fence: number, records = 0): Promise<Rebuild> {
    const generation = await takeGeneration(fence);
    const copy = copyName(generation, records, all.length);
    const loader = makeLoader(load, all, copy, fence);
    return {
      load: loader.load,
      bulk: () => makeBulkLoad({ loader, bits: bitsOf(copy), partitionCount: all.length, leafBytes }),
      async swap(at, hash, lineage = '') {
        const loads = await loader.finish();
        const { layout, keyId, keyCheck } = header;
        const says = [headerText(header, all.length), layout, keyId, keyCheck, all.length];
        for (const [index, { head, fence: fenceKey, stream, prefix }] of all.entries()) {
          const written = [`${prefix}${copy}:`, loads[index] ?? 0];
          const args = [fence, copy, formatRevision(at), hash, ...says, STREAM_LENGTH, ...written, lineage, name];
          await swap(index, [head, fenceKey, stream], args);
        }
      },
      async abandon() {
        await loader.finish().catch(() => {}); // Whatever failed: the copy is given up.
        const live = await Promise.all(
          all.map(({ head, prefix }, index) => giveUp(index, [head], [copy, `${prefix}${copy}:`])),
        );
        // Where it is live in some partitions alone, the next rebuild replaces it.
        if (!live.includes(1)) await sweep.all(generation);
      },
    };
  };
}
