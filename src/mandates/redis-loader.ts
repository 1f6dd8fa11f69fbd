import { AppError } from '../domain/errors.ts';
import type { PartScript } from '../store/redis-servers.ts';
import type { Write } from './projection.ts';
import { type Partition, partitionOf } from './redis-layout.ts';
import { makeOpPacker, makeOpQueue, type OpQueue } from './redis-ops.ts';

/** A script of this many bytes of writes takes Redis a few milliseconds: readers wait no longer than that. */
const OPS_AT_ONCE = 64 * 1024;
/** Scripts under way: enough to keep Redis busy while the next are packed, and the bound on memory. */
const SCRIPTS_AT_ONCE = 4;

/** What `apply_ops` (ops.lua) is told, in one partition. */
export type EmitOp = OpQueue['addRaw'];

export interface Loader {
  load(writes: readonly Write[]): Promise<void>;
  add(write: Write): void;
  /** Tells one partition. */
  emit(partition: number, ...op: Parameters<EmitOp>): void;
  /** Waits until there is room for more. @throws what went wrong meanwhile */
  settle(): Promise<void>;
  /** @returns how many scripts wrote into each partition: the copy must remember as many. */
  finish(): Promise<number[]>;
}

/** Sends writes in big scripts, several under way. A failure shows at the next call. */
export function makeLoader(load: PartScript, all: readonly Partition[], copy: string, fence: number): Loader {
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

  function targetAt(index: number): (typeof queues)[number] {
    const target = queues[index];
    if (target === undefined) throw new AppError('internal', 'a record belongs to no partition');
    return target;
  }

  async function settle(): Promise<void> {
    while (underWay.size >= SCRIPTS_AT_ONCE) await Promise.race(underWay);
    check();
  }

  function add(write: Write): void {
    const op = pack(write);
    const target = targetAt(partitionOf(op.key, queues.length));
    target.queue.add(op);
    if (target.queue.size() >= OPS_AT_ONCE) send(target);
  }

  return {
    async load(writes) {
      for (const write of writes) {
        add(write);
        if (underWay.size >= SCRIPTS_AT_ONCE) await settle();
      }
      check();
    },
    add,
    emit(index, ...op) {
      const target = targetAt(index);
      target.queue.addRaw(...op);
      if (target.queue.size() >= OPS_AT_ONCE) send(target);
    },
    settle,
    async finish() {
      for (const target of queues) if (target.queue.size() > 0) send(target);
      await Promise.all(underWay);
      check();
      return queues.map(({ sent }) => sent);
    },
  };
}
