/** How much of a core may be used: a share of the time that passes, saved up for a second at most. */
export interface Budget {
  /** Whether there is anything left to spend. */
  isOpen(): boolean;
  spend(ms: number): void;
  /** Since the start, milliseconds. */
  spent(): number;
}

const SAVED_MS = 1000;

/** @param share of one core, above 0 to 1  @param clock monotonic milliseconds */
export function makeBudget(share: number, clock: () => number): Budget {
  const most = share * SAVED_MS;
  let left = most;
  let total = 0;
  let seen = clock();
  return {
    isOpen() {
      if (left > 0) return true;
      const now = clock();
      left = Math.min(most, left + (now - seen) * share);
      seen = now;
      return left > 0;
    },
    spend(ms) {
      const now = clock();
      left = Math.min(most, left + (now - seen) * share) - ms;
      seen = now;
      total += ms;
    },
    spent: () => total,
  };
}
