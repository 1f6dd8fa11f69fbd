import type { PackedKey } from './cache-key.ts';

/** A bucket is one line of the processor's cache: eight hashes, and where each entry stands (0: free, else place + 1). */
const WAYS = 8;
const BUCKET = 2 * WAYS;
/** Bytes of memory for each bucket, itself included: with entries of 90 bytes it is full once in seventy times. */
const BYTES_PER_BUCKET = 384;

/** What buckets ask of the memory in which entries stand. */
export interface Standing {
  /** Whether the entry at `place` is the one under `key`. */
  isUnder(place: number, key: PackedKey): boolean;
  /** The higher, the longer ago it was written. */
  ageOf(place: number): number;
}

/**
 * Leads from hashes to places. A slot is one of the eight ways of a bucket; of more keys than that in one bucket the
 * entry written longest ago gives way, so that keys which meet cost entries, and never time.
 */
export function makeBuckets(maxBytes: number, { isUnder, ageOf }: Standing) {
  const count = Math.max(1, Math.floor(maxBytes / BYTES_PER_BUCKET));
  const table = new Int32Array(count * BUCKET);

  const bucketOf = (hash: number): number => Math.floor(((hash >>> 0) / 2 ** 32) * count) * BUCKET;
  const placeAt = (slot: number): number => (table[slot + WAYS] ?? 0) - 1;

  return {
    bytes: table.byteLength,
    placeAt,
    /** The slot that leads to the entry under `key`, or -1. */
    slotOf(key: PackedKey): number {
      const bucket = bucketOf(key.hash);
      for (let slot = bucket; slot < bucket + WAYS; slot++) {
        if (table[slot] !== key.hash) continue;
        const place = placeAt(slot);
        if (place >= 0 && isUnder(place, key)) return slot;
      }
      return -1;
    },
    /** The slot that leads to `place`, or -1. */
    slotTo(hash: number, place: number): number {
      const bucket = bucketOf(hash);
      for (let slot = bucket; slot < bucket + WAYS; slot++) if (placeAt(slot) === place) return slot;
      return -1;
    },
    /** A slot for a new entry: if it leads to a place, that entry has to give way. */
    slotFor(hash: number): number {
      const bucket = bucketOf(hash);
      let oldest = bucket;
      let oldestAge = -1;
      for (let slot = bucket; slot < bucket + WAYS; slot++) {
        const place = placeAt(slot);
        if (place < 0) return slot;
        const age = ageOf(place);
        if (age > oldestAge) [oldest, oldestAge] = [slot, age];
      }
      return oldest;
    },
    lead(slot: number, hash: number, place: number): void {
      table[slot] = hash;
      table[slot + WAYS] = place + 1;
    },
    free(slot: number): void {
      table[slot + WAYS] = 0;
    },
    clear(): void {
      table.fill(0);
    },
  };
}
