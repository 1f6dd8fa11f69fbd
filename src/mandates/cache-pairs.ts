import { makePackedKey, PAIR_PREFIX, packPair, packPairOf } from './cache-key.ts';
import { type Additions, listOf, type PairValue, removeScope, scopeIndex, writePair } from './cache-pair-value.ts';
import type { Ring } from './cache-ring.ts';
import { makeScopeNumbers } from './cache-scopes.ts';
import type { Values } from './cache-values.ts';
import { makeBytes } from './codec-bytes.ts';
import type { Found, PairAsk } from './lookups.ts';
import type { RecordKey } from './record.ts';

export type KeyedRecord = readonly [key: RecordKey, found: Found];

/** Mandates between two parties, under the scopes that many pairs have; keys are of pairs (`isOfPair`). */
export interface HeldPairs {
  /** The number of its scope; undefined when a record under this key stands elsewhere, if anywhere. */
  scopeOf(key: RecordKey): number | undefined;
  /** `scope`: of the key. */
  get(key: RecordKey, scope: number): Found | undefined;
  /** What is known under all of these scopes, appended to `found`; false when not all of it stands here. */
  getAll(pair: PairAsk, found: Found[]): boolean;
  /** Sets the records from `first` on that belong here and are of one pair. Returns how many: 0 if the first is none. */
  set(records: readonly KeyedRecord[], first: number): number;
  /** `scope`: of the key. */
  delete(key: RecordKey, scope: number): void;
}

/** Pairs stand in the ring, one entry each: five scopes cost one look, and the four without mandates eight bytes each. */
export function makeHeldPairs(ring: Ring, values: Values): HeldPairs {
  const scopes = makeScopeNumbers();
  const packed = makePackedKey();
  const out = makeBytes();
  /** The pair asked for last: the scopes of a question are asked for one after another. */
  let recent = { prefix: '', place: -1, version: -1 };

  function pairAt(place: number): PairValue {
    return { bytes: ring.bytes, at: ring.valueAt(place), length: ring.valueLength(place) };
  }

  const isRecent = (key: RecordKey): boolean => recent.version === ring.version() && key.startsWith(recent.prefix);

  function findPair(key: RecordKey): PairValue | undefined {
    if (!isRecent(key)) {
      packPair(key, packed);
      const place = ring.find(packed);
      recent = { prefix: key.slice(0, PAIR_PREFIX), place, version: ring.version() };
    }
    return recent.place < 0 ? undefined : pairAt(recent.place);
  }

  return {
    scopeOf: (key) => (isRecent(key) || packPair(key, packed) ? scopes.known(key.slice(PAIR_PREFIX)) : undefined),
    get(key, scope) {
      const pair = findPair(key);
      const index = pair ? scopeIndex(pair, scope) : -1;
      if (pair === undefined || index < 0) return undefined;
      const list = listOf(pair, index);
      return list === undefined ? null : (values.read(pair.bytes, list.at) as Found); // As it was set for this key.
    },
    getAll({ represented, delegate, scopes: asked }, found) {
      if (!packPairOf(represented, delegate, packed)) return false;
      const place = ring.find(packed);
      if (place < 0) return false;
      const pair = pairAt(place);
      for (const scope of asked) {
        const number = scopes.known(scope);
        const index = number === undefined ? -1 : scopeIndex(pair, number);
        if (index < 0) return false;
        const list = listOf(pair, index);
        found.push(list === undefined ? null : (values.read(pair.bytes, list.at) as Found)); // As above.
      }
      return true;
    },
    set(records, first) {
      const prefix = records[first]?.[0].slice(0, PAIR_PREFIX) ?? '';
      const additions: Additions = new Map();
      let next = first;
      for (; next < records.length; next++) {
        const [key, found] = records[next] as KeyedRecord; // Within bounds.
        const scope = key.startsWith(prefix) && packPair(key, packed) ? scopes.give(key.slice(PAIR_PREFIX)) : undefined;
        if (scope === undefined) break;
        additions.set(scope, (to) => found !== null && values.write(to, found));
      }
      if (next === first) return 0;
      packPair(records[first]?.[0] ?? '', packed);
      const place = ring.find(packed);
      out.rewind();
      writePair(out, place < 0 ? undefined : pairAt(place), additions);
      ring.put(packed, out.view());
      return next - first;
    },
    delete(key, scope) {
      packPair(key, packed);
      const place = ring.find(packed);
      if (place >= 0 && !removeScope(pairAt(place), scope)) ring.remove(packed);
    },
  };
}
