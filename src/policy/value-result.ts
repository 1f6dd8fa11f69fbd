import { at, DIGITS, TYPE, textAt } from './value-layout.ts';
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
    const { bytes } = this.#memory;
    if (bytes[results] !== TYPE.set || at(bytes, results + 12) !== 1) return OTHER;
    const buckets = at(bytes, results + 4);
    const end = buckets + 4 * at(bytes, results + 8);
    for (let bucket = buckets; bucket < end; bucket += 4) {
      const entry = at(bytes, bucket);
      if (entry !== 0) return this.#value(at(bytes, entry));
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
        return this.#list(address);
      case TYPE.object:
        return this.#object(address);
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
    const { bytes } = this.#memory;
    if (bytes[address + 1] !== DIGITS) return OTHER;
    const from = at(bytes, address + 8);
    return Number(bytes.toString('latin1', from, from + at(bytes, address + 12)));
  }

  #list(address: number): unknown {
    const { bytes } = this.#memory;
    const entries = at(bytes, address + 4);
    const end = entries + 8 * at(bytes, address + 8);
    const items: unknown[] = [];
    for (let entry = entries; entry < end; entry += 8) {
      const item = this.#value(at(bytes, entry + 4));
      if (item === OTHER) return OTHER;
      items.push(item);
    }
    return items;
  }

  #object(address: number): unknown {
    const { bytes } = this.#memory;
    const read: Record<string, unknown> = {};
    const buckets = at(bytes, address + 4);
    const end = buckets + 4 * at(bytes, address + 8);
    for (let bucket = buckets; bucket < end; bucket += 4) {
      for (let entry = at(bytes, bucket); entry !== 0; entry = at(bytes, entry + 8)) {
        const name = this.#value(at(bytes, entry));
        const value = this.#value(at(bytes, entry + 4));
        if (typeof name !== 'string' || name === '__proto__' || value === OTHER) return OTHER;
        read[name] = value;
      }
    }
    return read;
  }
}
