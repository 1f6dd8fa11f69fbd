import type { Found, Lookups, PairAsk } from '../mandates/lookups.ts';
import type { RecordKey } from '../mandates/record.ts';
import { recordKey } from '../mandates/record-key.ts';

/** One record, or one for each scope of a pair. */
export type Ask = RecordKey | PairAsk;

/** A description of lookups: yields asks, is handed their records in the same order, returns what it made of them. */
export type Strand<T> = Generator<readonly Ask[], T, readonly Found[]>;

/** Runs strands side by side: what they ask for at the same time is asked in one round trip. */
export function* all<T extends unknown[]>(strands: { [I in keyof T]: Strand<T[I]> }): Strand<T> {
  const running = strands.map((strand) => ({ strand, step: strand.next() }));
  for (;;) {
    const asks: Ask[] = [];
    let waiting = false;
    for (const { step } of running) {
      if (step.done) continue;
      waiting = true;
      for (const ask of step.value) asks.push(ask);
    }
    // Every step is done here, so each value is that strand's own result.
    if (!waiting) return running.map(({ step }) => step.value) as T;
    const found = yield asks;
    let from = 0;
    for (const one of running) {
      if (one.step.done) continue;
      const until = from + recordsOf(one.step.value);
      one.step = one.strand.next(found.slice(from, until));
      from = until;
    }
  }
}

function recordsOf(asks: readonly Ask[]): number {
  let count = 0;
  for (const ask of asks) count += typeof ask === 'string' ? 1 : ask.scopes.length;
  return count;
}

function addKeys(ask: Ask, keys: RecordKey[]): void {
  if (typeof ask === 'string') keys.push(ask);
  else for (const scope of ask.scopes) keys.push(recordKey.mandates(ask.represented, ask.delegate, scope));
}

/**
 * Answers without waiting, or undefined as soon as one record is not at hand.
 * @param read takes the keys that were asked for
 */
export function runNow<T>(strand: Strand<T>, lookups: AtHand, read?: RecordKey[]): T | undefined {
  let step = strand.next();
  while (!step.done) {
    const found: Found[] = [];
    for (const ask of step.value) {
      if (read) addKeys(ask, read);
      if (!peekAt(ask, lookups, found)) return undefined;
    }
    step = strand.next(found);
  }
  return step.value;
}

type AtHand = Pick<Lookups, 'peek' | 'peekPair'>;

/** Appends to `found` what stands under the ask; false when not all of it is at hand. */
function peekAt(ask: Ask, lookups: AtHand, found: Found[]): boolean {
  if (typeof ask === 'string') {
    const record = lookups.peek(ask);
    if (record !== undefined) found.push(record);
    return record !== undefined;
  }
  if (lookups.peekPair) return lookups.peekPair(ask, found);
  const keys: RecordKey[] = [];
  addKeys(ask, keys);
  for (const key of keys) {
    const record = lookups.peek(key);
    if (record === undefined) return false;
    found.push(record);
  }
  return true;
}

/** One round trip for each set of keys that the strand asks for. */
export async function runReading<T>(strand: Strand<T>, lookups: Pick<Lookups, 'read'>): Promise<T> {
  let step = strand.next();
  while (!step.done) {
    const keys: RecordKey[] = [];
    for (const ask of step.value) addKeys(ask, keys);
    step = strand.next(keys.length === 0 ? [] : await lookups.read(keys));
  }
  return step.value;
}
