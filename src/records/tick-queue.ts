/** So many are handed over before the turn is over: all that waits with them for so long is copied by the collector. */
const FULL = 64;

/** Collects what one turn of the event loop brings and hands it over as a whole, or in batches where it is much. */
export interface TickQueue<T> {
  /** Settles as the batch does that the item is part of. */
  push(item: T): Promise<void>;
  /** Resolves when everything pushed so far has been handed over. */
  idle(): Promise<void>;
}

interface Batch<T> {
  items: T[];
  done: Promise<void>;
  settle: (handed: Promise<void>) => void;
}

/** @param hand one batch at a time: while one is under way, the next one fills. */
export function makeTickQueue<T>(hand: (items: readonly T[]) => Promise<void>): TickQueue<T> {
  let waiting: Batch<T> | undefined;
  let running: Promise<void> | undefined;
  let begin = nothing;

  async function drain(): Promise<void> {
    while (waiting !== undefined) {
      const batch = waiting;
      waiting = undefined;
      const handed = hand(batch.items);
      batch.settle(handed);
      await handed.catch(() => {}); // whoever pushed is told; the next batch goes its own way
    }
    running = undefined;
  }

  return {
    push(item) {
      waiting ??= makeBatch();
      waiting.items.push(item);
      const { done, items } = waiting;
      running ??= new Promise((resolve) => {
        begin = () => {
          begin = nothing;
          resolve(drain());
        };
        // Behind the I/O of this turn of the event loop: its requests share one batch.
        setImmediate(() => begin());
      });
      if (items.length === FULL) begin();
      return done;
    },
    async idle() {
      await running;
    },
  };
}

const nothing = () => {};

function makeBatch<T>(): Batch<T> {
  let settle: Batch<T>['settle'] = () => {};
  const done = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { items: [], done, settle };
}
