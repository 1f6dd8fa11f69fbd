import { makeTwoGenerations } from './cache-generations.ts';
import { isOfPair, makePackedKey, packById, packScopeOfPair } from './cache-key.ts';
import { type KeyedRecord, makeHeldPairs } from './cache-pairs.ts';
import { makeRing } from './cache-ring.ts';
import { sizeOf } from './cache-size.ts';
import { makeValues } from './cache-values.ts';
import { makeBytes } from './codec-bytes.ts';
import type { Found, PairAsk } from './lookups.ts';
import type { RecordKey } from './record.ts';

/** Records by key within a bound; what was not used for longest, about, is forgotten first. */
export interface Held {
  /** Packed records come back as new objects each time. */
  get(key: RecordKey): Found | undefined;
  /** As `get` of each scope's key, appended to `found`; false when one is not held, or not with the others. */
  getPair(pair: PairAsk, found: Found[]): boolean;
  set(records: readonly KeyedRecord[]): void;
  delete(key: RecordKey): void;
  clear(): void;
  size(): { bytes: number; entries: number };
}

/** Of the bound, for what is packed. The rest is for services, which are few, and for branches. */
const PACKED = 7 / 8;

/**
 * Records about parties are packed into a block of memory of fixed size that the garbage collector never looks into
 * (docs/decisions/0027-the-cache-packed.md). Services stay the same objects until they change, branches are `true`.
 */
export function makeHeld(maxBytes: number): Held {
  const objects = makeTwoGenerations<string, Found>(maxBytes * (1 - PACKED), sizeOf);
  const ring = makeRing(maxBytes * PACKED);
  const values = makeValues();
  const pairs = makeHeldPairs(ring, values);
  const packed = makePackedKey();
  const out = makeBytes();

  /** False for a key that has no entry of its own in the ring: its record stays an object. */
  function pack(key: RecordKey): boolean {
    return isOfPair(key) ? packScopeOfPair(key, packed) : packById(key, packed);
  }

  function readEntry(): Found | undefined {
    const place = ring.find(packed);
    if (place < 0) return undefined;
    return values.read(ring.bytes, ring.valueAt(place)) as Found; // As it was set for this very key.
  }

  function setOne([key, found]: KeyedRecord): void {
    if (!pack(key)) return objects.set(key, found);
    out.rewind();
    values.write(out, found);
    ring.put(packed, out.view());
  }

  return {
    get(key) {
      const scope = isOfPair(key) ? pairs.scopeOf(key) : undefined;
      if (scope !== undefined) return pairs.get(key, scope);
      return pack(key) ? readEntry() : objects.get(key);
    },
    getPair: pairs.getAll,
    set(records) {
      for (let next = 0; next < records.length; ) {
        const record = records[next] as KeyedRecord; // Within bounds.
        const ofPair = isOfPair(record[0]) ? pairs.set(records, next) : 0;
        if (ofPair === 0) setOne(record);
        next += ofPair || 1;
      }
    },
    delete(key) {
      const scope = isOfPair(key) ? pairs.scopeOf(key) : undefined;
      if (scope !== undefined) pairs.delete(key, scope);
      else if (pack(key)) ring.remove(packed);
      else objects.delete(key);
    },
    clear() {
      ring.clear();
      objects.clear();
    },
    size() {
      const [one, other] = [ring.size(), objects.size()];
      return { bytes: one.bytes + other.bytes, entries: one.entries + other.entries };
    },
  };
}
