import { unify } from './value-constants.ts';
import { word } from './value-layout.ts';
import { NotWritten, type ValueMemory } from './value-memory.ts';
import { layOut, type Shape, type Site, type Spelling } from './value-shape.ts';

/** Fields with the addresses of their values. */
export interface Fields {
  names: string[];
  values: number[];
}

const NO_FIELDS: readonly string[] = [];
const MAX_SHAPES = 64;
/** Longer texts are ids. */
const MAX_KNOWN_TEXT = 20;

/**
 * Writes values without hashing the fields of objects: OPA parses one object of each shape, which is kept, and for every
 * question its copies are given other values.
 */
export class Shapes {
  readonly #memory: ValueMemory;
  readonly #spelling: Spelling;
  readonly #texts = new Map<string, number>();
  readonly #yes: number;
  readonly #no: number;
  readonly #empty: number;
  readonly #indices: readonly number[];
  #question = 0;

  constructor(memory: ValueMemory, spelling: Spelling) {
    this.#memory = memory;
    this.#spelling = spelling;
    this.#indices = memory.keeping(() => Array.from({ length: 64 }, (_, index) => memory.small(index)));
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
    this.#texts.set(text, this.#spelling.constantOf(text) ?? this.#memory.keep(JSON.stringify(text)));
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
    if (known !== undefined) return known;
    return (this.#memory.keeps ? this.#spelling.constantOf(one) : undefined) ?? this.#memory.text(one);
  }

  list<T>(items: readonly T[], write: (item: T) => number): number {
    if (items.length === 0) return this.#empty;
    const memory = this.#memory;
    const entries = memory.array(items.length);
    let entry = entries;
    for (const item of items) {
      const index = this.index((entry - entries) / 2);
      const value = write(item);
      memory.words[entry] = index;
      memory.words[entry + 1] = value;
      entry += 2;
    }
    return (entries - 4) * 4;
  }

  /** A small number from 0 on. */
  index(number: number): number {
    return this.#indices[number] ?? this.#memory.integer(number);
  }

  /** An object, with a field more whose value is written already. */
  object(one: object, site: Site, extra = NO_FIELDS, extraValue = 0): number {
    const shape = this.#shapeOf(one, site, extra);
    if (shape === undefined) return this.#keepAny(one);
    const first = this.#copyOf(shape);
    const { slots, below, fields } = shape;
    const given: unknown[] = Object.values(one);
    const own = fields.length - extra.length;
    for (let i = 0; i < own; i++) {
      const slot = slots[i] ?? 0;
      if (slot === 0) continue;
      const value = this.value(given[i], below[i] ?? site);
      this.#memory.words[first + slot] = value;
    }
    const { words } = this.#memory;
    if (extra.length > 0) words[first + (slots[own] ?? 0)] = extraValue;
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

  /** Nothing for one more shape of what is to stay: that can be kept as OPA parses it. */
  #shapeOf(one: object, site: Site, extra: readonly string[]): Shape | undefined {
    for (const shape of site.shapes) if (hasFields(one, shape.fields, extra)) return shape;
    if (this.#memory.keeps && site.shapes.length === MAX_SHAPES) return undefined;
    return this.#learn(site, [...Object.keys(one), ...extra]);
  }

  /** An object that stays. */
  keepObject(one: object, site: Site): number {
    try {
      return this.#memory.keeping(() => this.object(one, site));
    } catch (thrown) {
      if (!(thrown instanceof NotWritten) || thrown.full) throw thrown;
      return this.#keepAny(one);
    }
  }

  #keepAny(one: object): number {
    const value = this.#memory.keep(JSON.stringify(one));
    unify(this.#memory.bytes, value, this.#spelling.constantOf);
    return value;
  }

  #shapeWith(names: readonly string[], site: Site): Shape {
    for (const shape of site.shapes) if (isEqual(names, shape.fields)) return shape;
    return this.#learn(site, names);
  }

  #learn(site: Site, fields: readonly string[]): Shape {
    if (site.shapes.length === MAX_SHAPES) throw new NotWritten(true);
    const shape = layOut(this.#memory, this.#spelling, fields, site.leftOut);
    site.shapes.push(shape);
    return shape;
  }

  /** A copy that this question does not use yet: its first word. */
  #copyOf(shape: Shape): number {
    if (this.#memory.keeps) return this.#copy(shape);
    if (shape.question !== this.#question) {
      shape.question = this.#question;
      shape.used = 0;
    }
    const free = shape.copies[shape.used];
    shape.used += 1;
    if (free !== undefined) return free;
    const first = this.#copy(shape);
    shape.copies.push(first);
    return first;
  }

  #copy(shape: Shape): number {
    const first = this.#memory.keepWords(shape.words);
    const { words } = this.#memory;
    for (const pointer of shape.pointers) words[first + pointer] = word(words, first + pointer) + first * 4;
    return first;
  }
}

function hasFields(one: object, fields: readonly string[], extra: readonly string[]): boolean {
  let i = 0;
  for (const field in one) {
    if (field !== fields[i]) return false;
    i += 1;
  }
  return fields.length === i + extra.length && fields[i] === extra[0];
}

function isEqual(names: readonly string[], fields: readonly string[]): boolean {
  if (names.length !== fields.length) return false;
  for (let i = 0; i < names.length; i++) if (names[i] !== fields[i]) return false;
  return true;
}
