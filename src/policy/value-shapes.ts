import type { ConstantOf } from './value-constants.ts';
import { at, eachEntry, TYPE, textAt, word } from './value-layout.ts';
import { NotWritten, type ValueMemory } from './value-memory.ts';

/** Objects with the same fields in the same order. OPA made the first; the others are that one with other values. */
interface Shape {
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

/** Fields with the addresses of their values. */
export interface Fields {
  names: string[];
  values: number[];
}

const MAX_SHAPES = 64;
/** Longer texts are ids. */
const MAX_KNOWN_TEXT = 20;

export function makeSite(leftOut: readonly string[] = []): Site {
  return { leftOut, shapes: [] };
}

/**
 * Writes values without hashing the fields of objects: OPA parses one object of each shape, which is kept, and for every
 * question its copies are given other values.
 */
export class Shapes {
  readonly #memory: ValueMemory;
  readonly #constantOf: ConstantOf;
  readonly #texts = new Map<string, number>();
  readonly #yes: number;
  readonly #no: number;
  readonly #empty: number;
  #question = 0;

  constructor(memory: ValueMemory, constantOf: ConstantOf) {
    this.#memory = memory;
    this.#constantOf = constantOf;
    this.#yes = memory.keep('true');
    this.#no = memory.keep('false');
    this.#empty = memory.keep('[]');
  }

  start(): void {
    this.#question += 1;
    this.#memory.start();
  }

  /** A text that is often written stays. */
  keepText(text: string): void {
    this.#texts.set(text, this.#constantOf(text) ?? this.#memory.keep(JSON.stringify(text)));
  }

  value(one: unknown, site: Site): number {
    if (typeof one === 'string') return this.text(one);
    if (typeof one === 'number' && Number.isSafeInteger(one)) return this.#memory.integer(one);
    if (typeof one === 'boolean') return one ? this.#yes : this.#no;
    if (typeof one !== 'object' || one === null) throw new NotWritten();
    return Array.isArray(one) ? this.list(one, (item) => this.value(item, site)) : this.object(one, site);
  }

  text(one: string): number {
    const known = one.length > MAX_KNOWN_TEXT ? undefined : this.#texts.get(one);
    return known ?? this.#memory.text(one);
  }

  list<T>(items: readonly T[], write: (item: T) => number): number {
    if (items.length === 0) return this.#empty;
    const memory = this.#memory;
    const entries = memory.array(items.length);
    let entry = entries;
    for (const item of items) {
      const index = memory.integer((entry - entries) / 2);
      const value = write(item);
      memory.words[entry] = index;
      memory.words[entry + 1] = value;
      entry += 2;
    }
    return (entries - 4) * 4;
  }

  /** An object, with one field more whose value is written already. */
  object(one: object, site: Site, extra?: string, extraValue = 0): number {
    const shape = this.#shapeOf(one, site, extra);
    const first = this.#copyOf(shape);
    const { slots, below, fields } = shape;
    const given = one as Readonly<Record<string, unknown>>;
    const own = extra === undefined ? fields.length : fields.length - 1;
    for (let i = 0; i < own; i++) {
      const slot = slots[i] ?? 0;
      if (slot === 0) continue;
      const value = this.value(given[fields[i] ?? ''], below[i] ?? site);
      this.#memory.words[first + slot] = value;
    }
    if (extra !== undefined) this.#memory.words[first + (slots[own] ?? 0)] = extraValue;
    return first * 4;
  }

  /** An object of values that are written already. */
  assemble(site: Site, { names, values }: Fields): number {
    const shape = this.#shapeWith(names, site);
    const first = this.#copyOf(shape);
    const { words } = this.#memory;
    for (let i = 0; i < values.length; i++) words[first + (shape.slots[i] ?? 0)] = values[i] ?? 0;
    return first * 4;
  }

  #shapeOf(one: object, site: Site, extra: string | undefined): Shape {
    for (const shape of site.shapes) if (hasFields(one, shape.fields, extra)) return shape;
    return this.#learn(site, fieldsOf(one, extra));
  }

  #shapeWith(names: readonly string[], site: Site): Shape {
    for (const shape of site.shapes) if (isEqual(names, shape.fields)) return shape;
    return this.#learn(site, names);
  }

  #learn(site: Site, fields: readonly string[]): Shape {
    if (site.shapes.length === MAX_SHAPES) throw new NotWritten(true);
    const shape = layOut(this.#memory, fields, site.leftOut, this.#constantOf);
    site.shapes.push(shape);
    return shape;
  }

  /** A copy that this question does not use yet: its first word. */
  #copyOf(shape: Shape): number {
    if (shape.question !== this.#question) {
      shape.question = this.#question;
      shape.used = 0;
    }
    const free = shape.copies[shape.used];
    shape.used += 1;
    if (free !== undefined) return free;
    const first = this.#memory.keepWords(shape.words);
    const { words } = this.#memory;
    for (const pointer of shape.pointers) words[first + pointer] = word(words, first + pointer) + first * 4;
    shape.copies.push(first);
    return first;
  }
}

function fieldsOf(one: object, extra: string | undefined): string[] {
  const fields: string[] = [];
  for (const field in one) fields.push(field);
  return extra === undefined ? fields : [...fields, extra];
}

function hasFields(one: object, fields: readonly string[], extra: string | undefined): boolean {
  let i = 0;
  for (const field in one) {
    if (field !== fields[i]) return false;
    i += 1;
  }
  return fields[i] === extra && fields.length === (extra === undefined ? i : i + 1);
}

function isEqual(names: readonly string[], fields: readonly string[]): boolean {
  if (names.length !== fields.length) return false;
  for (let i = 0; i < names.length; i++) if (names[i] !== fields[i]) return false;
  return true;
}

/** What OPA makes of an object with these fields: itself in four words, its buckets, and its entries, one after another. */
function layOut(
  memory: ValueMemory,
  fields: readonly string[],
  leftOut: readonly string[],
  constantOf: ConstantOf,
): Shape {
  const read = fields.filter((field) => !leftOut.includes(field));
  const made = memory.keep(JSON.stringify(Object.fromEntries(read.map((field) => [field, 0]))));
  const { bytes } = memory;
  const count = at(bytes, made + 8);
  const copy = [TYPE.object, 16, count, at(bytes, made + 12)];
  for (let bucket = 0; bucket < count; bucket++) copy.push(0);
  const pointers = [1];
  const slots = new Map<string, number>();
  let [last, inBucket] = [0, -1];
  eachEntry(bytes, made, (entry, bucket) => {
    const place = copy.length;
    const before = bucket === inBucket ? last + 2 : 4 + bucket;
    copy[before] = place * 4;
    pointers.push(before);
    const name = textAt(bytes, at(bytes, entry));
    copy.push(constantOf(name) ?? at(bytes, entry), 0, 0);
    slots.set(name, place + 1);
    [last, inBucket] = [place, bucket];
  });
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
