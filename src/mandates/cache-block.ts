/**
 * One block of memory in which entries stand one behind the other; a new one overwrites the oldest. An entry begins
 * with a header of four words: hash, words in all, words of its key (or FILLER), bytes of its value. Only its beginning is
 * used until what is held takes a quarter of that: what is held anew all the time takes no more memory than it needs.
 */
export interface Block {
  readonly words: Int32Array;
  /** The same memory. */
  readonly bytes: Buffer;
  /** Entries of more words are not to be kept: making room would cost too many others. */
  readonly largest: number;
  /** How long ago an entry was written, in words. */
  ageOf(place: number): number;
  /** Whether an entry is in the later half of its life, with room in front of it to be written anew. */
  isOld(place: number): boolean;
  /** Room for `size` words in a row, a multiple of STEP and not above `largest`. */
  reserve(size: number): number;
  clear(): void;
}

export const HEADER = { hash: 0, words: 1, keyWords: 2, valueBytes: 3, length: 4 } as const;
/** Entries begin and end at multiples of this, so that a filler always has room for its header. */
export const STEP = 4;
/** No entry takes more than a part of this size: one written anew must not reach its old place. */
const SHARE_OF_ONE = 16;
/** In place of the words of a key: nothing, up to the end of the memory. */
const FILLER = -1;

export interface BlockOptions {
  maxBytes: number;
  /** What is used at first. */
  firstBytes: number;
  /** Words of all entries that can still be found. */
  liveWords(): number;
  /** Each entry that is about to be overwritten. */
  onEvicted(hash: number, place: number): void;
}

const wordsIn = (bytes: number): number => Math.max(0, Math.floor(bytes / 4 / STEP) * STEP);

/** The system gives memory as it is first written to. */
export function makeBlock({ maxBytes, firstBytes, liveWords, onEvicted }: BlockOptions): Block {
  const capacity = wordsIn(maxBytes);
  const words = new Int32Array(capacity);
  /** Words in use, from the beginning. */
  let limit = Math.min(capacity, wordsIn(firstBytes));
  let [head, tail, used] = [0, 0, 0];

  const word = (at: number): number => words[at] ?? 0;
  const ageOf = (place: number): number => (head - place + limit) % limit;

  function evictOldest(): void {
    const size = word(tail + HEADER.words);
    if (word(tail + HEADER.keyWords) !== FILLER) onEvicted(word(tail + HEADER.hash), tail);
    tail = (tail + size) % limit;
    used -= size;
  }

  /** Entries must stand in the order of their age from the beginning on: those from before the last turn are let go of. */
  function grow(): void {
    while (used > 0 && tail >= head) evictOldest();
    limit = Math.min(capacity, 2 * limit);
  }

  function makeRoomFor(size: number): void {
    while (limit < capacity && size > limit / SHARE_OF_ONE) grow();
    const isTurning = limit - head < size;
    if (isTurning && limit < capacity && liveWords() > limit / 4) grow();
  }

  return {
    words,
    bytes: Buffer.from(words.buffer),
    largest: Math.floor(capacity / SHARE_OF_ONE),
    ageOf,
    isOld(place) {
      const age = ageOf(place);
      return age >= limit / 2 && age <= (limit * 7) / 8;
    },
    reserve(size) {
      makeRoomFor(size);
      const rest = limit - head;
      const skipped = rest < size ? rest : 0;
      while (used + skipped + size > limit) evictOldest();
      if (skipped > 0) {
        words[head + HEADER.words] = skipped;
        words[head + HEADER.keyWords] = FILLER;
      }
      const place = skipped > 0 ? 0 : head;
      head = (place + size) % limit;
      used += skipped + size;
      return place;
    },
    clear() {
      [head, tail, used] = [0, 0, 0];
    },
  };
}
