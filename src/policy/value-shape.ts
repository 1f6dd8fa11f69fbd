import type { ConstantOf } from './value-constants.ts';
import { TYPE } from './value-layout.ts';
import type { ValueMemory } from './value-memory.ts';
import type { PlacesOf } from './value-places.ts';

/** Objects with the same fields in the same order. OPA made the first; the others are that one with other values. */
export interface Shape {
  fields: readonly string[];
  /** For each field the word in which its value stands, counted from where a copy begins; 0 for what is left out. */
  slots: readonly number[];
  /** What is found under each field. */
  below: readonly Site[];
  words: Int32Array;
  /** The words that point at another, in bytes from where a copy begins. */
  pointers: readonly number[];
  /** The first word of each copy, of which the question numbered `question` uses so many. */
  copies: number[];
  used: number;
  question: number;
}

/** A place in the input, where objects of few shapes are found. */
export interface Site {
  leftOut: readonly string[];
  shapes: Shape[];
}

/** How fields are written, and where they are looked for. */
export interface Spelling {
  constantOf: ConstantOf;
  placesOf: PlacesOf;
}

export function makeSite(leftOut: readonly string[] = []): Site {
  return { leftOut, shapes: [] };
}

/** What OPA makes of an object with these fields: itself in four words, its buckets, and its entries, one after another. */
export function layOut(
  memory: ValueMemory,
  { constantOf, placesOf }: Spelling,
  fields: readonly string[],
  leftOut: readonly string[],
): Shape {
  const read = fields.filter((field) => !leftOut.includes(field));
  const { buckets, entries } = placesOf(memory, read);
  const copy = [TYPE.object, 16, buckets, entries.length];
  for (let bucket = 0; bucket < buckets; bucket++) copy.push(0);
  const pointers = [1];
  const slots = new Map<string, number>();
  let [last, inBucket] = [0, -1];
  for (const { field, bucket } of entries) {
    const place = copy.length;
    const before = bucket === inBucket ? last + 2 : 4 + bucket;
    copy[before] = place * 4;
    pointers.push(before);
    copy.push(constantOf(field) ?? memory.keep(JSON.stringify(field)), 0, 0);
    slots.set(field, place + 1);
    [last, inBucket] = [place, bucket];
  }
  return {
    fields,
    slots: fields.map((field) => slots.get(field) ?? 0),
    below: fields.map(() => makeSite()),
    words: Int32Array.from(copy),
    pointers,
    copies: [],
    used: 0,
    question: 0,
  };
}
