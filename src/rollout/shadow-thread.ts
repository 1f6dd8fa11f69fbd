import type { Worker } from 'node:worker_threads';
import type { Verdict } from '../domain/evaluation.ts';
import { startThread } from '../process/thread.ts';
import type { ShadowReply, ShadowWorkerData } from './shadow-worker.ts';

/** Why a batch was not answered: the candidate took too long, or its thread ended (out of memory, a fault of the engine). */
export type ThreadFailure = 'slow' | 'crashed';

/** The verdict on each input, or null where there is none; and how long the thread was busy with them. */
export interface Answered {
  verdicts: (Verdict | null)[];
  ms: number;
}

/** A candidate in a thread of its own, where it can neither hold up nor bring down what answers. */
export interface ShadowThread {
  /** One batch at a time. Resolves to what went wrong rather than reject. */
  ask(inputs: readonly string[]): Promise<Answered | ThreadFailure>;
  close(): Promise<void>;
}

/** A thread that uses more than this is ended, and this process goes on. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

export interface ThreadOptions {
  candidate: ShadowWorkerData;
  /** A batch that is not back by then is given up, and its thread with it. */
  limitMs: number;
  /** What the first batch may take besides, for the thread to start. */
  startMs: number;
  /** For tests: another module of this folder. */
  module?: string;
}

/** The thread starts with the first batch, and anew with the first one after it has failed. */
export function makeShadowThread({
  candidate,
  limitMs,
  startMs,
  module = 'shadow-worker',
}: ThreadOptions): ShadowThread {
  let worker: Worker | undefined;
  let busyMs = 0;
  let settle: ((reply: Answered | ThreadFailure) => void) | undefined;

  function end(failure: ThreadFailure): void {
    const ended = worker;
    worker = undefined;
    void ended?.terminate();
    settle?.(failure);
  }

  /** Its event loop knows best how long it was busy: reading what came and writing what went are part of it. */
  function toAnswered(from: Worker, reply: ShadowReply): Answered {
    const { active } = from.performance.eventLoopUtilization();
    const ms = active - busyMs;
    busyMs = active;
    return { verdicts: JSON.parse(reply), ms };
  }

  function start(): Worker {
    busyMs = 0;
    const { data, entrypoint } = candidate;
    const workerData = { module: candidate.module, data, entrypoint };
    const started = startThread(module, import.meta.url, { workerData, resourceLimits: LIMITS });
    const whileInUse = (act: () => void) => () => started === worker && act();
    started.on('message', (reply: ShadowReply) => whileInUse(() => settle?.(toAnswered(started, reply)))());
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
        const limit = setTimeout(late, worker === undefined ? startMs + limitMs : limitMs);
        const settled = (reply: Answered | ThreadFailure) => {
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
