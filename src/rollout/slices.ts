import { setImmediate } from 'node:timers/promises';
import type { Breathe } from '../policy/self-test.ts';

/** Longest stretch that others may have to wait for, besides what cannot be parted. */
const SLICE_MS = 1;

/** Lets the event loop turn whenever the slice is used up. @throws what the signal was aborted with */
export function inSlices(signal: AbortSignal, sliceMs = SLICE_MS): Breathe {
  let began = performance.now();
  return async () => {
    signal.throwIfAborted();
    if (performance.now() - began < sliceMs) return;
    await setImmediate();
    began = performance.now();
  };
}
