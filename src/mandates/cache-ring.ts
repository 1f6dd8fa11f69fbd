import { HEADER, makeBlock, STEP } from './cache-block.ts';
import { makeBuckets } from './cache-buckets.ts';
import type { PackedKey } from './cache-key.ts';

/** Entries by key, packed into a block of memory of fixed size; what was not used for longest, about, is forgotten. */
export interface Ring {
  /** Where the entry stands, or -1. What is used in the later half of its life is written anew, so that it stays. */
  find(key: PackedKey): number;
  /** Replaces what stood under the key. Keeps nothing when the value is too large for this ring. */
  put(key: PackedKey, value: Uint8Array): void;
  remove(key: PackedKey): void;
  clear(): void;
  /** Where the value of the entry at `place` begins in `bytes`, and how many bytes it has. */
  valueAt(place: number): number;
  valueLength(place: number): number;
  readonly bytes: Buffer;
  /** Another number whenever a place may have become that of something else, or of nothing. */
  version(): number;
  /** Of what can be found now. */
  size(): { bytes: number; entries: number };
}

/** Of the memory for entries, what is used while they are few. */
const FIRST_BYTES = 8 * 2 ** 20;

/** Takes `maxBytes` and no more. Nothing takes long: a new entry pushes out about as much as it takes itself. */
export function makeRing(maxBytes: number, firstBytes = FIRST_BYTES): Ring {
  let [liveWords, entries, version] = [0, 0, 0];
  const buckets = makeBuckets(maxBytes, {
    isUnder: (place, key) => isUnder(words, place, key),
    ageOf: (place) => block.ageOf(place),
  });
  const onEvicted = (hash: number, place: number) => unlink(buckets.slotTo(hash, place));
  const block = makeBlock({ maxBytes: maxBytes - buckets.bytes, firstBytes, liveWords: () => liveWords, onEvicted });
  const { words, bytes } = block;

  const word = (at: number): number => words[at] ?? 0;

  function unlink(slot: number): void {
    const place = slot < 0 ? -1 : buckets.placeAt(slot);
    if (place < 0) return;
    buckets.free(slot);
    count(-1, place);
  }

  function link(hash: number, place: number): void {
    const slot = buckets.slotFor(hash);
    unlink(slot);
    buckets.lead(slot, hash, place);
    count(1, place);
  }

  function count(by: 1 | -1, place: number): void {
    liveWords += by * word(place + HEADER.words);
    entries += by;
    version++;
  }

  /** Its old place is out of reach of the new one: `isOld` sees to that. */
  function writeAnew(slot: number, place: number): number {
    unlink(slot);
    const size = word(place + HEADER.words);
    const anew = block.reserve(size);
    words.copyWithin(anew, place, place + size);
    link(word(anew + HEADER.hash), anew);
    return anew;
  }

  function write(key: PackedKey, value: Uint8Array): void {
    const size = Math.ceil((HEADER.length + key.length + Math.ceil(value.length / 4)) / STEP) * STEP;
    if (size > block.largest) return;
    const place = block.reserve(size);
    words[place + HEADER.hash] = key.hash;
    words[place + HEADER.words] = size;
    words[place + HEADER.keyWords] = key.length;
    words[place + HEADER.valueBytes] = value.length;
    for (let at = 0; at < key.length; at++) words[place + HEADER.length + at] = key.words[at] ?? 0;
    bytes.set(value, 4 * (place + HEADER.length + key.length));
    link(key.hash, place);
  }

  return {
    find(key) {
      const slot = buckets.slotOf(key);
      if (slot < 0) return -1;
      const place = buckets.placeAt(slot);
      return block.isOld(place) ? writeAnew(slot, place) : place;
    },
    put(key, value) {
      unlink(buckets.slotOf(key));
      write(key, value);
    },
    remove: (key) => unlink(buckets.slotOf(key)),
    clear() {
      buckets.clear();
      block.clear();
      [liveWords, entries] = [0, 0];
      version++;
    },
    valueAt: (place) => 4 * (place + HEADER.length + word(place + HEADER.keyWords)),
    valueLength: (place) => word(place + HEADER.valueBytes),
    bytes,
    version: () => version,
    size: () => ({ bytes: 4 * liveWords, entries }),
  };
}

function isUnder(words: Int32Array, place: number, key: PackedKey): boolean {
  if (words[place + HEADER.keyWords] !== key.length) return false;
  for (let at = 0; at < key.length; at++) if (words[place + HEADER.length + at] !== key.words[at]) return false;
  return true;
}
