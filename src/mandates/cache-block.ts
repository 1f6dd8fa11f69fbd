/**
 * One block of memory in which entries stand one behind the other; a new one overwrites the oldest. An entry begins
 * with a header of four words: hash, words in all, words of its key (or FILLER), bytes of its value.
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
  /** Room for `size` words in a row, a multiple of STEP. Each entry that was there is told to `onEvicted` before. */
  reserve(size: number): number;
  clear(): void;
}

export const HEADER = { hash: 0, words: 1, keyWords: 2, valueBytes: 3, length: 4 } as const;
/** Entries begin and end at multiples of this, so that a filler always has room for its header. */
export const STEP = 4;
/** In place of the words of a key: nothing, up to the end of the memory. */
const FILLER = -1;

/** The system gives memory as it is first written to. */
export function makeBlock(maxBytes: number, onEvicted: (hash: number, place: number) => void): Block {
  const capacity = Math.max(0, Math.floor(maxBytes / 4 / STEP) * STEP);
  const words = new Int32Array(capacity);
  let [head, tail, used] = [0, 0, 0];

  const word = (at: number): number => words[at] ?? 0;
  const ageOf = (place: number): number => (head - place + capacity) % capacity;

  function evictOldest(): void {
    const size = word(tail + HEADER.words);
    if (word(tail + HEADER.keyWords) !== FILLER) onEvicted(word(tail + HEADER.hash), tail);
    tail = (tail + size) % capacity;
    used -= size;
  }

  return {
    words,
    bytes: Buffer.from(words.buffer),
    largest: Math.floor(capacity / 16),
    ageOf,
    isOld(place) {
      const age = ageOf(place);
      return age >= capacity / 2 && age <= (capacity * 7) / 8;
    },
    reserve(size) {
      const rest = capacity - head;
      const skipped = rest < size ? rest : 0;
      while (used + skipped + size > capacity) evictOldest();
      if (skipped > 0) {
        words[head + HEADER.words] = skipped;
        words[head + HEADER.keyWords] = FILLER;
      }
      const place = skipped > 0 ? 0 : head;
      head = (place + size) % capacity;
      used += skipped + size;
      return place;
    },
    clear() {
      [head, tail, used] = [0, 0, 0];
    },
  };
}
