import { setTimeout as sleep } from 'node:timers/promises';
import { listenForHints } from '../../mandates/sync/hints.ts';

export interface ChangeBellOptions {
  databaseUrl: string;
  /** Ends the listening and all waiting. */
  signal: AbortSignal;
  onError?: (error: Error) => void;
}

/** Between two looks, if no notification comes: one may have been lost with its connection. */
const LOOK_ANYWAY_MS = 5000;

/**
 * One connection listens for all who wait for a change; nobody holds a connection of the pool while he waits.
 * `nextChange` is that of `AdministerDeps`; `done` resolves when the connection is closed.
 */
export function makeChangeBell({ databaseUrl, signal, onError }: ChangeBellOptions) {
  let waiting = new AbortController();
  const ring = () => {
    waiting.abort();
    waiting = new AbortController();
  };
  signal.addEventListener('abort', ring, { once: true });
  const hints = listenForHints({ databaseUrl, signal, onHint: ring, ...(onError && { onError }) });
  return {
    done: hints.done,
    async nextChange(waitMs: number): Promise<boolean> {
      if (signal.aborted) return false;
      const bell = waiting.signal;
      // Ended by the bell is as good as ended by the clock.
      await sleep(Math.min(waitMs, LOOK_ANYWAY_MS), undefined, { signal: bell }).catch(() => {});
      return !signal.aborted;
    },
  };
}
