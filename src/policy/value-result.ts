import { DIGITS, TYPE, textAt } from './value-layout.ts';
import type { ValueMemory } from './value-memory.ts';

/** The word at any address. */
function wordAt(view: DataView, address: number): number {
  return view.getInt32(address, true);
}

/** Undefined for anything but some digits. */
function digitsAt(view: DataView, from: number, end: number): number | undefined {
  if (end - from > 15 || end === from) return undefined;
  let value = 0;
  for (let place = from; place < end; place++) {
    const digit = view.getUint8(place) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

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
    const { view } = this.#memory;
    if (view.getUint8(results) !== TYPE.set || wordAt(view, results + 12) !== 1) return OTHER;
    const buckets = wordAt(view, results + 4);
    const end = buckets + 4 * wordAt(view, results + 8);
    for (let bucket = buckets; bucket < end; bucket += 4) {
      const entry = wordAt(view, bucket);
      if (entry !== 0) return this.#value(wordAt(view, entry));
    }
    return OTHER;
  }

  #value(address: number): unknown {
    const { view } = this.#memory;
    switch (view.getUint8(address)) {
      case TYPE.string:
      case TYPE.constantString:
        return this.#text(address);
      case TYPE.boolean:
      case TYPE.constantBoolean:
        return view.getUint8(address + 1) !== 0;
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
    const { view } = this.#memory;
    if (view.getUint8(address + 1) !== DIGITS) return OTHER;
    const from = wordAt(view, address + 8);
    return digitsAt(view, from, from + wordAt(view, address + 12)) ?? OTHER;
  }

  #list(address: number): unknown {
    const { view } = this.#memory;
    const entries = wordAt(view, address + 4);
    const end = entries + 8 * wordAt(view, address + 8);
    const items: unknown[] = [];
    for (let entry = entries; entry < end; entry += 8) {
      const item = this.#value(wordAt(view, entry + 4));
      if (item === OTHER) return OTHER;
      items.push(item);
    }
    return items;
  }

  #object(address: number): unknown {
    const { view } = this.#memory;
    const read: Record<string, unknown> = {};
    const buckets = wordAt(view, address + 4);
    const end = buckets + 4 * wordAt(view, address + 8);
    for (let bucket = buckets; bucket < end; bucket += 4) {
      for (let entry = wordAt(view, bucket); entry !== 0; entry = wordAt(view, entry + 8)) {
        const name = this.#value(wordAt(view, entry));
        const value = this.#value(wordAt(view, entry + 4));
        if (typeof name !== 'string' || name === '__proto__' || value === OTHER) return OTHER;
        read[name] = value;
      }
    }
    return read;
  }
}
