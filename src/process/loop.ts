import { toError } from '../domain/errors.ts';

export interface LoopOptions {
  /** Pause between two steps, unless woken or told to go on at once. */
  intervalMs: number;
  /** Pause after a failure: doubles from `minMs` to `maxMs`, jittered down by at most half. Default 100 ms to 5 s. */
  backoff?: { minMs: number; maxMs: number };
  /** Told of every failed step; background work never throws outwards. */
  onError?: (error: Error, retryInMs: number) => void;
}

export interface Loop {
  /** Ends the present pause, or makes the next one end at once: a hint to look now. */
  wake(): void;
  /** Resolves when the signal has stopped the loop and its last step has ended. Never rejects. */
  done: Promise<void>;
}

/** A step that returns `again` is followed by the next one without a pause. */
export type Step = (signal: AbortSignal) => Promise<'again' | undefined | void>;

/** The only place with a timer, an AbortSignal and jitter: all background work is a call of it. */
export function loop(signal: AbortSignal, step: Step, options: LoopOptions): Loop {
  const { minMs, maxMs } = options.backoff ?? { minMs: 100, maxMs: 5000 };
  const bell = makeBell();
  let failures = 0;

  async function once(): Promise<number> {
    try {
      const outcome = await step(signal);
      failures = 0;
      return outcome === 'again' ? 0 : options.intervalMs;
    } catch (thrown) {
      if (signal.aborted) return 0;
      const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(failures++, 20));
      const retryInMs = Math.round(ceiling * (0.5 + Math.random() / 2));
      options.onError?.(toError(thrown), retryInMs);
      return retryInMs;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await once();
      // A failing step is not to be hurried: hints count again once it has succeeded.
      if (failures > 0) await pause(pauseMs, signal);
      else if (pauseMs > 0) await bell.wait(pauseMs, signal);
    }
  }

  return { wake: bell.ring, done: run() };
}

/** Waits `ms`, or until the signal aborts. Never rejects: look at the signal afterwards. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** A pause that a ring ends; a ring outside a pause is remembered for the next one. */
function makeBell() {
  let rung = false;
  let end: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      end?.();
    },
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      if (!rung) {
        const woken = new AbortController();
        end = () => woken.abort();
        const stopped = () => woken.abort();
        signal.addEventListener('abort', stopped, { once: true });
        if (!signal.aborted) await pause(ms, woken.signal);
        signal.removeEventListener('abort', stopped);
        end = undefined;
      }
      rung = false;
    },
  };
}
