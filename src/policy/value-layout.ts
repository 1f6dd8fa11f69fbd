/**
 * How OPA's runtime lays out values (value.h of OPA 1.20). First their type, a byte; then, in words of 32 bits,
 * little-endian: string: length, bytes; number: at the third word its text, and how long that is; array: entries, length,
 * capacity; object and set: buckets, how many, length. An entry of an array is index, value; of an object key, value,
 * next; of a set value, next. A boolean has its truth in the second byte. Constants of the compiler's stand at any
 * address, all else at multiples of four. value-instance.ts asks the module itself whether this holds.
 */
export const TYPE = {
  null: 1,
  boolean: 2,
  number: 3,
  string: 4,
  array: 5,
  object: 6,
  set: 7,
  constantString: 8,
  constantBoolean: 9,
} as const;

/** The second byte of a number whose text follows. */
export const DIGITS = 2;

/** The memory of an instance. */
export interface Views {
  words: Int32Array;
  bytes: Buffer;
}

/** Typed arrays give `undefined` beyond their end only: what is read there is nowhere. */
export function word(words: Int32Array, index: number): number {
  return words[index] ?? 0;
}

export function textAt(bytes: Buffer, address: number): string {
  const from = bytes.readInt32LE(address + 8);
  return bytes.toString('utf8', from, from + bytes.readInt32LE(address + 4));
}

/** Calls `visit` with the word of each entry of an object: key, value, next. */
export function eachEntry(words: Int32Array, object: number, visit: (entry: number, bucket: number) => void): void {
  const buckets = word(words, (object >> 2) + 1) >> 2;
  const count = word(words, (object >> 2) + 2);
  for (let bucket = 0; bucket < count; bucket++) {
    for (let entry = word(words, buckets + bucket) >> 2; entry !== 0; entry = word(words, entry + 2) >> 2) {
      visit(entry, bucket);
    }
  }
}
