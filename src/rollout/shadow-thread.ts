import type { Worker } from 'node:worker_threads';
import { startThread } from '../process/thread.ts';
import type { ShadowReply, ShadowWorkerData } from './shadow-worker.ts';

/** Why a batch was not answered: the candidate took too long, or its thread ended (out of memory, a fault of the engine). */
export type ThreadFailure = 'slow' | 'crashed';

/** A candidate in a thread of its own, where it can neither hold up nor bring down what answers. */
export interface ShadowThread {
  /** One batch at a time. Resolves to what went wrong rather than reject. */
  ask(inputs: readonly string[]): Promise<ShadowReply | ThreadFailure>;
  close(): Promise<void>;
}

/** A thread that uses more than this is ended, and this process goes on. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

export interface ThreadOptions {
  candidate: ShadowWorkerData;
  /** A batch that is not back by then is given up, and its thread with it. */
  limitMs: number;
  /** For tests: another module of this folder. */
  module?: string;
}

/** The thread starts with the first batch, and anew with the first one after it has failed. */
export function makeShadowThread({ candidate, limitMs, module = 'shadow-worker' }: ThreadOptions): ShadowThread {
  let worker: Worker | undefined;
  let settle: ((reply: ShadowReply | ThreadFailure) => void) | undefined;

  function end(failure: ThreadFailure): void {
    const ended = worker;
    worker = undefined;
    void ended?.terminate();
    settle?.(failure);
  }

  function start(): Worker {
    const { data, entrypoint } = candidate;
    const workerData = { module: candidate.module, data, entrypoint };
    const started = startThread(module, import.meta.url, { workerData, resourceLimits: LIMITS });
    const whileInUse = (act: () => void) => () => started === worker && act();
    started.on('message', (reply: ShadowReply) => whileInUse(() => settle?.(reply))());
    started.on(
      'error',
      whileInUse(() => end('crashed')),
    );
    started.on(
      'exit',
      whileInUse(() => end('crashed')),
    );
    started.unref();
    return started;
  }

  return {
    ask(inputs) {
      return new Promise((resolve) => {
        // An answer that is there already counts, however late this thread comes to look.
        const late = () => setImmediate(() => settle === settled && end('slow'));
        const limit = setTimeout(late, limitMs);
        const settled = (reply: ShadowReply | ThreadFailure) => {
          clearTimeout(limit);
          settle = undefined;
          resolve(reply);
        };
        settle = settled;
        worker ??= start();
        worker.postMessage(inputs);
      });
    },
    async close() {
      const open = worker;
      worker = undefined;
      settle?.('crashed');
      await open?.terminate();
    },
  };
}
