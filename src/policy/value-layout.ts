/**
 * How OPA's runtime lays out values (value.h of OPA 1.20). First their type, a byte; then, in words of 32 bits,
 * little-endian: string: length, bytes; number: at the third word its text, and how long that is; array: entries, length,
 * capacity; object and set: buckets, how many, length. An entry of an array is index, value; of an object key, value,
 * next; of a set value, next. A boolean has its truth in the second byte. All may stand at any address;
 * at multiples of four what is written here, and mostly what the runtime makes behind it. value-instance.ts asks the module itself whether this holds.
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

/** The second byte of a number: whether it follows itself, in 64 bits, or its text. */
export const SMALL = 1;
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

/** The word at any address. */
export function at(bytes: Buffer, address: number): number {
  return bytes.readInt32LE(address);
}

/** Calls `visit` with the address of each entry of an object: key, value, next. */
export function eachEntry(bytes: Buffer, object: number, visit: (entry: number, bucket: number) => void): void {
  const buckets = at(bytes, object + 4);
  const count = at(bytes, object + 8);
  for (let bucket = 0; bucket < count; bucket++) {
    for (let entry = at(bytes, buckets + 4 * bucket); entry !== 0; entry = at(bytes, entry + 8)) visit(entry, bucket);
  }
}
