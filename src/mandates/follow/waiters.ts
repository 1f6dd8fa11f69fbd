import { isBefore, type Revision } from '../../domain/revision.ts';
import { pause } from '../../process/loop.ts';

/** Those who wait for a revision to be applied. */
export function makeWaiters() {
  const waiting = new Set<{ wanted: Revision; reached: AbortController }>();
  return {
    /** Resolves when `wanted` was reached, or after `ms`: look again which. */
    async wait(wanted: Revision, ms: number): Promise<void> {
      const waiter = { wanted, reached: new AbortController() };
      waiting.add(waiter);
      await pause(ms, waiter.reached.signal);
      waiting.delete(waiter);
    },
    tell(at: Revision): void {
      for (const { wanted, reached } of waiting) {
        if (!isBefore(at, wanted)) reached.abort();
      }
    },
  };
}
