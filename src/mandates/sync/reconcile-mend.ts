import { AppError } from '../../domain/errors.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Projection, Put, Write } from '../projection.ts';
import type { RecordKey } from '../record.ts';
import { touchedKey } from '../writes.ts';
import { compareRecord, type Difference } from './reconcile-compare.ts';

/** What the register said under these keys at one revision. */
export interface Truth {
  at: Revision;
  keys: readonly RecordKey[];
  puts: readonly (readonly Put[])[];
}

export interface Mended {
  differences: Difference[];
  /** Changed since the truth was read: nothing is said of them. */
  moved: RecordKey[];
}

interface Job {
  truth: Truth;
  resolve: (mended: Mended) => void;
  reject: (error: Error) => void;
}

/**
 * Where the comparison and the feed meet. The leader is the only writer, so between two of its batches a projection
 * stands still at a revision that he knows. What the register said at an earlier one still holds for each record that
 * no batch has touched since.
 */
export interface Mending {
  /** From now on, until `rest`, it is noted what is touched: call it each time before the truth is read. */
  watch(): void;
  rest(): void;
  /** Resolves when the leader has compared these records with the truth and has written it where they differed. */
  check(truth: Truth): Promise<Mended>;
  /** By the leader, of each batch that he has applied. */
  applied(writes: readonly Write[], to: Revision): void;
  /** By the leader, when all that he knows of is applied. */
  mend(at: { revision: Revision; hash: string; fence: number }): Promise<void>;
  /**
   * By the leader, when he no longer knows where the projection is, when he knows again, and when another copy has become the
   * live one: what waits is refused, and nothing is said in the light of a truth of before, for what was written in between was not noted.
   */
  reset(): void;
}

export function makeMending(
  projection: Pick<Projection, 'apply' | 'held'>,
  wake: () => void,
  signal: AbortSignal,
): Mending {
  const touched = new Map<RecordKey, number>();
  let watching = false;
  let missed = false;
  let job: Job | undefined;

  function reset(): void {
    missed = true;
    job?.reject(new AppError('conflict', 'the position of sync is taken anew'));
    job = undefined;
  }

  function take(revision: Revision): Job | undefined {
    if (job === undefined || (revision.epoch === job.truth.at.epoch && revision.n < job.truth.at.n)) return undefined;
    const taken = job;
    job = undefined;
    return taken;
  }

  async function compare({ at, keys, puts }: Truth, revision: Revision): Promise<Mended> {
    if (at.epoch !== revision.epoch) throw new AppError('conflict', 'the register has begun a new epoch');
    const { from, to, records } = await projection.held(keys);
    if (!isAt(from, revision) || !isAt(to, revision)) throw new AppError('conflict', 'another leads');
    const mended: Mended = { differences: [], moved: [] };
    for (const [index, key] of keys.entries()) {
      if (missed || (touched.get(key) ?? 0) > at.n) mended.moved.push(key);
      else {
        const difference = compareRecord(key, puts[index] ?? [], records[index] ?? []);
        if (difference) mended.differences.push(difference);
      }
    }
    return mended;
  }

  signal.addEventListener('abort', reset, { once: true });
  return {
    watch() {
      watching = true;
      missed = false;
      touched.clear();
    },
    rest() {
      watching = false;
      touched.clear();
    },
    check(truth) {
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        job = { truth, resolve, reject };
        wake();
      });
    },
    applied(writes, to) {
      if (watching) for (const write of writes) touched.set(touchedKey(write), to.n);
    },
    async mend({ revision, hash, fence }) {
      const taken = take(revision);
      if (taken === undefined) return;
      try {
        const mended = await compare(taken.truth, revision);
        const writes = mended.differences.flatMap(({ repair }) => repair ?? []);
        if (writes.length > 0) await projection.apply({ from: revision, to: revision, hash, writes }, fence);
        taken.resolve(mended);
      } catch (thrown) {
        taken.reject(thrown as Error); // Thrown by a store: always an AppError.
        throw thrown;
      }
    },
    reset,
  };
}

function isAt(one: Revision, other: Revision): boolean {
  return one.epoch === other.epoch && one.n === other.n;
}
