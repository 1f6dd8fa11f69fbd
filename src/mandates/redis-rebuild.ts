import { AppError } from '../domain/errors.ts';
import { formatRevision } from '../domain/revision.ts';
import { readScript, toRedisError } from '../store/redis.ts';
import { makePartScript, type PartScript, type RedisServers } from '../store/redis-servers.ts';
import { readUuid } from './codec-bytes.ts';
import type { Grant } from './grant.ts';
import type { Header, Rebuild, Write } from './projection.ts';
import { makeGrantPacker } from './redis-grants.ts';
import { copyName, headerText, type Partition, partitionOf, STREAM_LENGTH, writingScript } from './redis-layout.ts';
import { makeOpPacker, makeOpQueue } from './redis-ops.ts';
import type { Sweeper } from './redis-sweep.ts';

const here = new URL('.', import.meta.url);

/** A script of this many bytes of writes takes Redis a few milliseconds: readers wait no longer than that. */
const OPS_AT_ONCE = 64 * 1024;
/** Scripts under way: enough to keep Redis busy while the next are packed, and the bound on memory. */
const SCRIPTS_AT_ONCE = 4;

export interface RebuildOptions {
  servers: RedisServers;
  all: readonly Partition[];
  sweep: Sweeper;
  leafBytes: number;
}

export function makeBeginRebuild({ servers, all, sweep, leafBytes }: RebuildOptions) {
  const begin = makePartScript(servers, readScript(here, 'admit.lua', 'begin-2.lua'));
  const load = makePartScript(servers, writingScript(leafBytes, 'load-1.lua'));
  const swap = makePartScript(servers, readScript(here, 'admit.lua', 'swap-3.lua'));
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
      grants: () => loader.grants(leafBytes),
      async swap(at, hash) {
        const loads = await loader.finish();
        const { layout, keyId, keyCheck } = header;
        const says = [headerText(header, all.length), layout, keyId, keyCheck, all.length];
        for (const [index, { head, fence: fenceKey, stream, prefix }] of all.entries()) {
          const written = [`${prefix}${copy}:`, loads[index] ?? 0];
          const args = [fence, copy, formatRevision(at), hash, ...says, STREAM_LENGTH, ...written];
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

/** Sends writes in big scripts, several under way. A failure shows at the next call. */
function makeLoader(load: PartScript, all: readonly Partition[], copy: string, fence: number) {
  const pack = makeOpPacker();
  const queues = all.map((partition, index) => ({ partition, index, queue: makeOpQueue(), sent: 0 }));
  const underWay = new Set<Promise<void>>();
  let failure: unknown;

  function send(target: (typeof queues)[number]): void {
    const { partition, index, queue } = target;
    target.sent++;
    const sent = load(index, [partition.fence], [fence, `${partition.prefix}${copy}:`, queue.take()])
      .then(() => {})
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  }

  function check(): void {
    if (failure !== undefined) throw failure;
  }

  function targetOf(key: Buffer): (typeof queues)[number] {
    const target = queues[partitionOf(key, queues.length)];
    if (target === undefined) throw new AppError('internal', 'a record belongs to no partition');
    return target;
  }

  async function settle(): Promise<void> {
    while (underWay.size >= SCRIPTS_AT_ONCE) await Promise.race(underWay);
    check();
  }

  function add(write: Write): void {
    const op = pack(write);
    const target = targetOf(op.key);
    target.queue.add(op);
    if (target.queue.size() >= OPS_AT_ONCE) send(target);
  }

  return {
    async load(writes: readonly Write[]): Promise<void> {
      for (const write of writes) {
        add(write);
        if (underWay.size >= SCRIPTS_AT_ONCE) await settle();
      }
      check();
    },
    grants(leafBytes: number) {
      const packer = makeGrantPacker(leafBytes, (what, represented, key, value) => {
        const target = targetOf(Buffer.concat([MANDATES, represented]));
        target.queue.addRaw(what, key, value);
        if (target.queue.size() >= OPS_AT_ONCE) send(target);
      });
      return {
        add(grant: Grant) {
          packer.add(grant);
          if (grant.secondLink) add(linkOf(grant));
        },
        settle,
        async end() {
          packer.end();
          await settle();
        },
      };
    },
    /** @returns how many scripts wrote into each partition: the copy must remember as many. */
    async finish(): Promise<number[]> {
      for (const target of queues) if (target.queue.size() > 0) send(target);
      await Promise.all(underWay);
      check();
      return queues.map(({ sent }) => sent);
    },
  };
}

const MANDATES = Buffer.from('m');

function linkOf({ delegate, represented, id }: Grant): Write {
  return { put: 'link', actor: readUuid(delegate), organisation: readUuid(represented), mandateId: readUuid(id) };
}
