import { makeHeld } from './cache-packed.ts';
import type { KeyedRecord } from './cache-pairs.ts';
import type { Found, Lookups, PairAsk } from './lookups.ts';
import type { RecordKey } from './record.ts';
import { recordKey } from './record-key.ts';

/** Lookups that remember, within a bound. Whoever follows the projection says what to forget. */
export interface CachedLookups extends Lookups {
  /** These records changed: forgets them, and what is being fetched of them will not be remembered. */
  drop(keys: readonly RecordKey[]): void;
  /** Forgets everything, including what is being fetched. */
  clear(): void;
  /** Hits and misses since the start, over `peek` and `read` together; what it holds now. */
  counts(): { hits: number; misses: number; bytes: number; entries: number };
}

/** A record on its way: its place in the answer to one read of the store. */
interface Fetch {
  answers: Promise<readonly Found[]>;
  index: number;
}

interface Changed {
  keys: Set<RecordKey>;
  all: boolean;
}

/**
 * An answer is never older than the moment at which it was asked for, provided that `drop` or `clear` is called for
 * a change before its revision counts as applied: a record that changes while it is being fetched is handed to those
 * who asked before the change, is not remembered, and is fetched again for those who ask after it.
 * "The register has none" is remembered like any record.
 */
export function makeCachedLookups(store: Lookups, { maxBytes }: { maxBytes: number }): CachedLookups {
  const held = makeHeld(maxBytes);
  const underWay = new Map<RecordKey, Fetch>();
  /** Of each fetch under way: what changed since it began, so that what it brings besides is not remembered. */
  const changedSince = new Set<Changed>();
  let hits = 0;
  let misses = 0;

  function peek(key: RecordKey): Found | undefined {
    const found = held.get(key);
    if (found === undefined) misses++;
    else hits++;
    return found;
  }

  function peekPair(pair: PairAsk, found: Found[]): boolean {
    const before = found.length;
    if (!held.getPair(pair, found)) {
      found.length = before;
      return peekEach(pair, peek, found);
    }
    hits += pair.scopes.length;
    return true;
  }

  function fetchAll(keys: readonly RecordKey[]): void {
    const ahead: KeyedRecord[] = [];
    const changed: Changed = { keys: new Set(), all: false };
    changedSince.add(changed);
    const answers = store.read(keys, (key, found) => ahead.push([key, found]));
    const fetches = keys.map((_, index): Fetch => ({ answers, index }));
    for (const [index, key] of keys.entries()) underWay.set(key, fetches[index] as Fetch); // As long as `keys`.
    const settle = (answer?: readonly Found[]) => {
      changedSince.delete(changed);
      const fetched: KeyedRecord[] = [];
      for (const [index, key] of keys.entries()) {
        if (underWay.get(key) !== fetches[index]) continue;
        underWay.delete(key);
        const found = answer?.[index];
        if (found !== undefined) fetched.push([key, found]);
      }
      if (answer === undefined) return;
      held.set(fetched);
      if (!changed.all) held.set(ahead.filter(([key]) => !changed.keys.has(key)));
    };
    answers.then(settle, () => settle()); // A failure reaches those who wait for `answers`.
  }

  async function read(keys: readonly RecordKey[]): Promise<Found[]> {
    const found = keys.map(peek);
    const missing = keys.filter((key, index) => found[index] === undefined && !underWay.has(key));
    if (missing.length > 0) fetchAll([...new Set(missing)]);
    const waits = keys.map((key, index) => (found[index] === undefined ? underWay.get(key) : undefined));
    for (const [index, wait] of waits.entries()) {
      if (wait) found[index] = (await wait.answers)[wait.index];
    }
    return found as Found[]; // A store answers every key.
  }

  return {
    peek,
    peekPair,
    read,
    drop(keys) {
      for (const key of keys) {
        underWay.delete(key);
        held.delete(key);
        for (const changed of changedSince) changed.keys.add(key);
      }
    },
    clear() {
      underWay.clear();
      held.clear();
      for (const changed of changedSince) changed.all = true;
    },
    counts: () => ({ hits, misses, ...held.size() }),
  };
}

/** For cases, which stand by themselves. */
function peekEach({ represented, delegate, scopes }: PairAsk, peek: Lookups['peek'], found: Found[]): boolean {
  for (const scope of scopes) {
    const record = peek(recordKey.mandates(represented, delegate, scope));
    if (record === undefined) return false;
    found.push(record);
  }
  return true;
}
