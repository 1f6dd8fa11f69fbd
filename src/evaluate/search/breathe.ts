/**
 * Turns for all searches of this process together: whoever breathes goes on at once, or, when `sliceMs` have passed since
 * the last turn began, waits for a turn of his own. Between two turns the event loop comes round, so that decisions wait
 * for one slice, however many searches there are.
 */
export function makeBreathe(sliceMs: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let began = performance.now();

  function giveTurn(): void {
    began = performance.now();
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(giveTurn);
  }

  return async () => {
    if (waiting.length === 0 && performance.now() - began < sliceMs) return;
    await new Promise<void>((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(giveTurn);
    });
  };
}
