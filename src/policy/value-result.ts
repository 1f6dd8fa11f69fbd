import { FIELDS, Said } from './result.ts';
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

/** Verdict fields, by themselves: names read from memory are other strings than those that stand in this program. */
const NAMES = new Map([...FIELDS].map((field) => [field, field]));
/** As many texts of the module are remembered; another at the same place takes it over. */
const KNOWN = 1024;

/** Verdicts, read where they stand: what `JSON.parse` makes of the text that OPA writes of the result set. */
export class ValueResult {
  readonly #memory: ValueMemory;
  readonly #constants: number;
  readonly #knownAt = new Int32Array(KNOWN);
  readonly #known: string[] = Array.from({ length: KNOWN }, () => '');

  /** @param constants where the module's own values end: what stands below never changes */
  constructor(memory: ValueMemory, constants: number) {
    this.#memory = memory;
    this.#constants = constants;
  }

  read(results: number): unknown {
    const read = this.#only(results);
    return read === OTHER ? JSON.parse(this.#memory.dump(results)) : [read];
  }

  /** A decision has one result: a set of one object with one field. */
  #only(results: number): unknown {
    const { view } = this.#memory;
    if (view.getUint8(results) !== TYPE.set || wordAt(view, results + 12) !== 1) return OTHER;
    const entry = this.#first(results);
    const one = entry === 0 ? 0 : wordAt(view, entry);
    if (one === 0 || view.getUint8(one) !== TYPE.object || wordAt(view, one + 12) !== 1) return OTHER;
    const field = this.#first(one);
    if (field === 0 || this.#value(wordAt(view, field)) !== 'result') return OTHER;
    const verdict = this.#verdict(wordAt(view, field + 4));
    return verdict === OTHER ? OTHER : { result: verdict };
  }

  /** The first entry of a set or an object; 0 when there is none. */
  #first(address: number): number {
    const { view } = this.#memory;
    const buckets = wordAt(view, address + 4);
    const end = buckets + 4 * wordAt(view, address + 8);
    for (let bucket = buckets; bucket < end; bucket += 4) {
      const entry = wordAt(view, bucket);
      if (entry !== 0) return entry;
    }
    return 0;
  }

  #verdict(address: number): unknown {
    const { view } = this.#memory;
    if (view.getUint8(address) !== TYPE.object) return OTHER;
    const said = new Said();
    const buckets = wordAt(view, address + 4);
    const end = buckets + 4 * wordAt(view, address + 8);
    for (let bucket = buckets; bucket < end; bucket += 4) {
      for (let entry = wordAt(view, bucket); entry !== 0; entry = wordAt(view, entry + 8)) {
        const name = this.#value(wordAt(view, entry));
        const value = this.#value(wordAt(view, entry + 4));
        if (value === OTHER || !say(said, name, value)) return OTHER;
      }
    }
    return said;
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
    const place = (address >> 2) % KNOWN;
    if (this.#knownAt[place] === address) return this.#known[place] ?? '';
    const read = textAt(bytes, address);
    const text = NAMES.get(read) ?? read;
    this.#knownAt[place] = address;
    this.#known[place] = text;
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

/** Field by field: writing to a field by a name that is only known now takes as long as reading its value. */
function say(said: Said, name: unknown, value: unknown): boolean {
  switch (name) {
    case 'allow':
      said.allow = value;
      return true;
    case 'reasons':
      said.reasons = value;
      return true;
    case 'basis':
      said.basis = value;
      return true;
    case 'mandates':
      said.mandates = value;
      return true;
    case 'branches':
      said.branches = value;
      return true;
    case 'branch_verified':
      said.branch_verified = value;
      return true;
    case 'changes_at':
      said.changes_at = value;
      return true;
    case 'loa_required':
      said.loa_required = value;
      return true;
    case 'services':
      said.services = value;
      return true;
    case 'holders_required':
      said.holders_required = value;
      return true;
    case 'follow_up':
      said.follow_up = value;
      return true;
    default:
      return false;
  }
}
