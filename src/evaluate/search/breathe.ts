import { setImmediate } from 'node:timers/promises';

/** Goes on at once, or after everybody else's turn when more than `sliceMs` have passed since the last. */
export function makeBreathe(sliceMs: number): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < sliceMs) return;
    await setImmediate();
    began = performance.now();
  };
}
