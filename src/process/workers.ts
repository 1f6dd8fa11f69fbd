import cluster, { type Worker } from 'node:cluster';
import type { Log } from './log.ts';
import { pause } from './loop.ts';
import { makeCalls, type Said } from './workers-calls.ts';
import { closeUndelivered } from './workers-connections.ts';
import { WorkerFailed } from './workers-failed.ts';
import { type FromWorker, SEAT, type ToWorker } from './workers-words.ts';

export interface WorkersOptions {
  count: number;
  log: Pick<Log, 'warn'>;
  /** Forks in the surroundings that workers need, such as their umask. */
  around?: <T>(fork: () => T) => T;
  /** Told of each that ended without having been asked to. */
  onEnd?: (seat: number) => void;
  /** How long an answer may take before there is none. */
  answerWithinMs?: number;
  /** After this, what still has not ended when all are closed is killed. */
  closeWithinMs: number;
}

export interface Workers {
  /** What all of them answer to this, in the order of their seats. */
  ask(what: string): Promise<Said[]>;
  /** Has all of them open their files again. */
  reopen(): void;
  /** Has all of them end, and waits until they have. */
  close(): Promise<void>;
}

interface Seat {
  number: number;
  worker?: Worker;
  openedAt?: number;
  /** Ends in a row, each soon after the one before. */
  ends: number;
}

const MIN_WAIT_MS = 100;
const MAX_WAIT_MS = 5000;
/** Who answered for so long did not end for what it began with. */
const SETTLED_MS = 60_000;

/**
 * Runs this program as several processes that share its listeners, and replaces each that ends: at once, then ever more
 * slowly. Connections are accepted here and handed over in turn (node:cluster); a request never passes through here.
 * @throws WorkerFailed when one ends before all have opened their doors for the first time: start-up must fail
 */
export async function openWorkers(options: WorkersOptions): Promise<Workers> {
  const { count, closeWithinMs } = options;
  const seats = Array.from({ length: count }, (_, index): Seat => ({ number: index + 1, ends: 0 }));
  const stop = new AbortController();
  const calls = makeCalls(options.answerWithinMs ?? 1000);
  const tell = (word: ToWorker) => {
    for (const { worker } of seats) worker?.send(word, () => {});
  };
  // Who is still starting is busy with that: it would be taken for one that hangs.
  const voiceOf = ({ worker, openedAt }: Seat) =>
    openedAt === undefined ? undefined : (word: ToWorker) => void worker?.send(word, () => {});
  const workers: Workers = {
    ask: (what) => Promise.all(seats.map((seat) => calls.ask(seat.number, what, voiceOf(seat)))),
    reopen: () => tell({ act: 'reopen' }),
    async close() {
      stop.abort();
      const ending = seats.flatMap(({ worker }) => (worker ? [untilEnded(worker, closeWithinMs)] : []));
      tell({ act: 'stop' });
      await Promise.all(ending);
    },
  };
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ serialization: 'advanced' });
  try {
    await seatAll(seats, { ...options, calls, signal: stop.signal });
  } catch (thrown) {
    await workers.close();
    throw thrown;
  }
  return workers;
}

type Seating = Pick<WorkersOptions, 'log' | 'around' | 'onEnd'> & {
  calls: ReturnType<typeof makeCalls>;
  signal: AbortSignal;
};

/** Resolves when all have opened; from then on each that ends is replaced, until the signal aborts. */
function seatAll(seats: readonly Seat[], { log, calls, signal, around, onEnd }: Seating): Promise<void> {
  let haveOpened = false;
  return new Promise((opened, failed) => {
    function start(seat: Seat): void {
      const fork = () => cluster.fork({ [SEAT]: String(seat.number) });
      const worker = around ? around(fork) : fork();
      seat.worker = worker;
      closeUndelivered(worker);
      worker.on('message', (word: FromWorker) => {
        if (!('opened' in word)) return calls.answered(word.answer, word.with);
        seat.openedAt = performance.now();
        haveOpened ||= seats.every(({ openedAt }) => openedAt !== undefined);
        if (haveOpened) opened();
      });
      // What cannot be sent to it is seen by its end.
      worker.on('error', (error) => log.warn({ worker: seat.number, error: error.message }, 'worker'));
      worker.once('exit', (code, by) => void end(seat, code, by));
    }

    async function end(seat: Seat, code: number | null, by: string | null): Promise<void> {
      const answeredMs = seat.openedAt === undefined ? 0 : performance.now() - seat.openedAt;
      delete seat.worker;
      delete seat.openedAt;
      calls.ended(seat.number);
      if (signal.aborted) return;
      if (!haveOpened) return failed(new WorkerFailed(seat.number, code || 1));
      onEnd?.(seat.number);
      seat.ends = answeredMs > SETTLED_MS ? 1 : seat.ends + 1;
      const waitMs = waitBefore(seat.ends);
      log.warn({ worker: seat.number, code, signal: by, waitMs }, 'a worker ended and is replaced');
      await pause(waitMs, signal);
      if (!signal.aborted) start(seat);
    }

    for (const seat of seats) start(seat);
  });
}

/** The first time at once; then from 200 ms, doubling, jittered down by at most half. */
function waitBefore(ends: number): number {
  if (ends === 1) return 0;
  return Math.round(Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** Math.min(ends - 1, 20)) * (0.5 + Math.random() / 2));
}

function untilEnded(worker: Worker, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => worker.process.kill('SIGKILL'), withinMs);
    worker.once('exit', () => {
      clearTimeout(limit);
      resolve();
    });
  });
}
