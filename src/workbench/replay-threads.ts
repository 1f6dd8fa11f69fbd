import { AppError, toError } from '../domain/errors.ts';
import type { Bundle } from '../policy/bundle.ts';
import { startThread } from '../process/thread.ts';
import { makeCandidate } from './impact-candidate.ts';
import { type Replayed, replayLines } from './replay-chunk.ts';
import type { ReplayWorkerData } from './replay-worker.ts';

/** Replays chunks, several at a time. */
export interface Replayers {
  /** How many chunks are worth handing over before the first one is back. */
  readonly width: number;
  /** Takes the bytes away from the caller. */
  replay(bytes: Uint8Array<ArrayBuffer>): Promise<Replayed>;
  close(): Promise<void>;
}

/** @param threads 0: in this thread. */
export function makeReplayers(bundle: Bundle, maxExamples: number, threads: number): Replayers {
  if (threads > 0) return overThreads({ bundle, maxExamples }, threads);
  const candidate = makeCandidate(bundle);
  return {
    width: 1,
    replay: async (bytes) => replayLines(bytes, candidate, maxExamples),
    close: async () => {},
  };
}

function overThreads(workerData: ReplayWorkerData, threads: number): Replayers {
  const all = Array.from({ length: threads }, () => startReplayer(workerData));
  let turn = 0;
  return {
    // One chunk under way and one waiting in each thread.
    width: threads * 2,
    replay(bytes) {
      const next = all[turn++ % all.length];
      if (next === undefined) throw new AppError('internal', 'there is no thread to replay in');
      return next.replay(bytes);
    },
    close: async () => {
      await Promise.all(all.map(({ end }) => end()));
    },
  };
}

function startReplayer(workerData: ReplayWorkerData) {
  const worker = startThread('replay-worker', import.meta.url, { workerData });
  let asked: { resolve: (done: Replayed) => void; reject: (error: Error) => void }[] = [];
  let broken: Error | undefined;
  const fail = (thrown: unknown) => {
    broken ??= new AppError('internal', `a thread that replays has ended: ${toError(thrown).message}`, {
      cause: thrown,
    });
    for (const { reject } of asked) reject(broken);
    asked = [];
  };
  worker.on('message', (done: Replayed) => asked.shift()?.resolve(done));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`exit code ${code}`)));
  return {
    replay: (bytes: Uint8Array<ArrayBuffer>) =>
      new Promise<Replayed>((resolve, reject) => {
        if (broken !== undefined) return reject(broken);
        asked.push({ resolve, reject });
        worker.postMessage(bytes, [bytes.buffer]);
      }),
    end: () => worker.terminate(),
  };
}
