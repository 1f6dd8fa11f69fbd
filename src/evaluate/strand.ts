import type { Found, Lookups } from '../mandates/lookups.ts';
import type { RecordKey } from '../mandates/record.ts';

/** A description of lookups: yields keys, is handed their records in the same order, returns what it made of them. */
export type Strand<T> = Generator<readonly RecordKey[], T, readonly Found[]>;

/** Runs strands side by side: what they ask for at the same time is asked in one round trip. */
export function* all<T extends unknown[]>(strands: { [I in keyof T]: Strand<T[I]> }): Strand<T> {
  const running = strands.map((strand) => ({ strand, step: strand.next() }));
  for (;;) {
    const keys: RecordKey[] = [];
    let waiting = false;
    for (const { step } of running) {
      if (step.done) continue;
      waiting = true;
      for (const key of step.value) keys.push(key);
    }
    // Every step is done here, so each value is that strand's own result.
    if (!waiting) return running.map(({ step }) => step.value) as T;
    const found = yield keys;
    let from = 0;
    for (const one of running) {
      if (one.step.done) continue;
      const until = from + one.step.value.length;
      one.step = one.strand.next(found.slice(from, until));
      from = until;
    }
  }
}

/**
 * Answers without waiting, or undefined as soon as one record is not at hand.
 * @param read takes the keys that were asked for
 */
export function runNow<T>(strand: Strand<T>, lookups: Pick<Lookups, 'peek'>, read?: RecordKey[]): T | undefined {
  let step = strand.next();
  while (!step.done) {
    const found: Found[] = [];
    for (const key of step.value) {
      read?.push(key);
      const record = lookups.peek(key);
      if (record === undefined) return undefined;
      found.push(record);
    }
    step = strand.next(found);
  }
  return step.value;
}

/** One round trip for each set of keys that the strand asks for. */
export async function runReading<T>(strand: Strand<T>, lookups: Pick<Lookups, 'read'>): Promise<T> {
  let step = strand.next();
  while (!step.done) step = strand.next(step.value.length === 0 ? [] : await lookups.read(step.value));
  return step.value;
}
