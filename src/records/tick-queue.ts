/** Collects what one turn of the event loop brings and hands it over as a whole. */
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
      // Behind the I/O of this turn of the event loop: its requests share one batch.
      running ??= new Promise((resolve) => setImmediate(() => resolve(drain())));
      return waiting.done;
    },
    async idle() {
      await running;
    },
  };
}

function makeBatch<T>(): Batch<T> {
  let settle: Batch<T>['settle'] = () => {};
  const done = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { items: [], done, settle };
}
