import { DIGITS, TYPE, textAt, word } from './value-layout.ts';
import type { ValueMemory } from './value-memory.ts';

/** What results are not made of is read from the text that OPA writes of it. */
const OTHER = Symbol('other');

/** Results of evaluations, read where they stand: what `JSON.parse` makes of the text that OPA writes of them. */
export class ValueResult {
  readonly #memory: ValueMemory;
  readonly #constants: number;
  readonly #texts = new Map<number, string>();

  /** @param constants where the module's own values end: what stands below never changes */
  constructor(memory: ValueMemory, constants: number) {
    this.#memory = memory;
    this.#constants = constants;
  }

  read(results: number): unknown {
    const read = this.#only(results);
    return read === OTHER ? JSON.parse(this.#memory.dump(results)) : [read];
  }

  /** A decision has one result. */
  #only(results: number): unknown {
    const { words, bytes } = this.#memory;
    const first = results >> 2;
    if (bytes[results] !== TYPE.set || words[first + 3] !== 1) return OTHER;
    const buckets = word(words, first + 1) >> 2;
    for (let bucket = 0; bucket < word(words, first + 2); bucket++) {
      const entry = word(words, buckets + bucket) >> 2;
      if (entry !== 0) return this.#value(word(words, entry));
    }
    return OTHER;
  }

  #value(address: number): unknown {
    const { bytes } = this.#memory;
    switch (bytes[address]) {
      case TYPE.string:
      case TYPE.constantString:
        return this.#text(address);
      case TYPE.boolean:
      case TYPE.constantBoolean:
        return bytes[address + 1] !== 0;
      case TYPE.null:
        return null;
      case TYPE.number:
        return this.#number(address);
      case TYPE.array:
        return this.#list(address >> 2);
      case TYPE.object:
        return this.#object(address >> 2);
      default:
        return OTHER;
    }
  }

  #text(address: number): string {
    const { bytes } = this.#memory;
    if (address >= this.#constants) return textAt(bytes, address);
    const known = this.#texts.get(address);
    if (known !== undefined) return known;
    const text = textAt(bytes, address);
    this.#texts.set(address, text);
    return text;
  }

  #number(address: number): unknown {
    const { words, bytes } = this.#memory;
    if (bytes[address + 1] !== DIGITS) return OTHER;
    const from = word(words, (address >> 2) + 2);
    return Number(bytes.toString('latin1', from, from + word(words, (address >> 2) + 3)));
  }

  #list(first: number): unknown {
    const { words } = this.#memory;
    const entries = word(words, first + 1) >> 2;
    const length = word(words, first + 2);
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const item = this.#value(word(words, entries + 2 * i + 1));
      if (item === OTHER) return OTHER;
      items.push(item);
    }
    return items;
  }

  #object(first: number): unknown {
    const { words } = this.#memory;
    const read: Record<string, unknown> = {};
    const buckets = word(words, first + 1) >> 2;
    const count = word(words, first + 2);
    for (let bucket = buckets; bucket < buckets + count; bucket++) {
      for (let entry = word(words, bucket) >> 2; entry !== 0; entry = word(words, entry + 2) >> 2) {
        const name = this.#value(word(words, entry));
        const value = this.#value(word(words, entry + 1));
        if (typeof name !== 'string' || name === '__proto__' || value === OTHER) return OTHER;
        read[name] = value;
      }
    }
    return read;
  }
}
