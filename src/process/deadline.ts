/** A signal that also aborts once the time is over; `clear` when what it bounds has ended. */
export interface Deadline {
  signal: AbortSignal;
  /** Whether it was the time that aborted, rather than the other signal. */
  isOver(): boolean;
  clear(): void;
}

/**
 * Like `AbortSignal.any([signal, AbortSignal.timeout(ms)])`, of which Node 20 forgets both when the garbage collector
 * runs before the time is over: then nothing is ever aborted.
 */
export function makeDeadline(outer: AbortSignal, ms: number): Deadline {
  const own = new AbortController();
  let over = false;
  const pass = () => own.abort(outer.reason);
  const timer = setTimeout(() => {
    over = true;
    own.abort(new Error(`not done within ${ms} ms`));
  }, ms);
  if (outer.aborted) pass();
  else outer.addEventListener('abort', pass, { once: true });
  return {
    signal: own.signal,
    isOver: () => over,
    clear() {
      clearTimeout(timer);
      outer.removeEventListener('abort', pass);
    },
  };
}
