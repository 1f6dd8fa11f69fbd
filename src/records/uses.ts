import { toError } from '../domain/errors.ts';

/** How often a mandate was used since the last report, and when last (milliseconds since 1970). */
export interface Use {
  mandate_id: string;
  count: number;
  last: number;
}

/** Takes uses somewhere; may fail. */
export type UseSink = (uses: readonly Use[]) => Promise<void>;

/** Use of mandates in aggregate: best effort, bounded, never in the way of an answer. */
export interface Uses {
  note(mandates: readonly string[], at: number): void;
  /** Hands what was noted to the sink; what the sink refuses is counted as dropped. */
  flush(): Promise<void>;
  /** Flushes a last time. */
  close(): Promise<void>;
}

export interface UsesOptions {
  sink: UseSink;
  intervalMs?: number;
  /** Most mandates remembered between two reports. */
  max?: number;
  onDrop?: (uses: number, cause: Error | undefined) => void;
}

export function makeUses({ sink, intervalMs = 5000, max = 10_000, onDrop = () => {} }: UsesOptions): Uses {
  let noted = new Map<string, Use>();

  async function flush(): Promise<void> {
    if (noted.size === 0) return;
    const uses = [...noted.values()];
    noted = new Map();
    try {
      await sink(uses);
    } catch (thrown) {
      onDrop(uses.length, toError(thrown));
    }
  }

  const timer = setInterval(() => void flush(), intervalMs);
  timer.unref();

  return {
    note(mandates, at) {
      for (const mandate_id of mandates) {
        const use = noted.get(mandate_id);
        if (use) {
          use.count += 1;
          use.last = at;
        } else if (noted.size < max) noted.set(mandate_id, { mandate_id, count: 1, last: at });
        else onDrop(1, undefined);
      }
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
