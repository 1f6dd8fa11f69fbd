import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';
import { cString, exportsOf } from './instance.ts';
import { writeDigits } from './value-digits.ts';
import { DIGITS, SMALL, TYPE } from './value-layout.ts';

const PAGE = 64 * 1024;
const NUMBER = TYPE.number | (DIGITS << 8);
const SMALL_NUMBER = TYPE.number | (SMALL << 8);
const NUMBER_BYTES = 24;
const MAX_DIGITS = 24;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What cannot be written as values is asked as text. `full`: nothing more can be kept, until all is forgotten. */
export class NotWritten extends Error {
  readonly full: boolean;

  constructor(full = false) {
    super('the question is to be asked as text');
    this.full = full;
  }
}

/**
 * Two stretches of the memory of one instance. What is kept lies below `scratch`, and stays; everything above is
 * written anew for each question, and from where that ends the policy takes its own memory.
 */
export class ValueMemory {
  readonly exports: ReturnType<typeof exportsOf>;
  words: Int32Array;
  bytes: Buffer;
  view: DataView;
  readonly #policy: LoadedPolicy;
  readonly #scratch: number;
  readonly #end: number;
  #kept: number;
  #at: number;
  #keeps = false;

  /** @param from where the memory is free from on */
  constructor(policy: LoadedPolicy, keptBytes: number, scratchBytes: number, from = policy.dataHeapPtr) {
    this.exports = exportsOf(policy);
    this.#policy = policy;
    this.#kept = align(from);
    this.#scratch = this.#kept + keptBytes;
    this.#end = this.#scratch + scratchBytes;
    this.#at = this.#scratch;
    grow(policy, this.#end);
    this.words = new Int32Array(policy.mem.buffer);
    this.bytes = Buffer.from(policy.mem.buffer);
    this.view = new DataView(policy.mem.buffer);
  }

  /** Growing detaches what looked at the memory before. */
  refresh(): void {
    const { buffer } = this.#policy.mem;
    if (this.words.buffer === buffer) return;
    this.words = new Int32Array(buffer);
    this.bytes = Buffer.from(buffer);
    this.view = new DataView(buffer);
  }

  /** Where what is kept ends. */
  get end(): number {
    return this.#kept;
  }

  /** Whether what is written now stays. */
  get keeps(): boolean {
    return this.#keeps;
  }

  /** All that is written meanwhile stays. */
  keeping<T>(write: () => T): T {
    this.#keeps = true;
    try {
      return write();
    } finally {
      this.#keeps = false;
    }
  }

  /** Forgets the last question. Whoever asked as text meanwhile may have let the memory grow: writing to what is detached does nothing. */
  start(): void {
    this.refresh();
    this.#at = this.#scratch;
  }

  /** Leaves the memory behind the question to the policy, for one evaluation. */
  release(): void {
    this.exports.opa_heap_ptr_set(this.#at);
  }

  /** A value that OPA reads from JSON once, and that stays. */
  keep(json: string): number {
    const value = this.#parse(json);
    this.#keepUntil(this.exports.opa_heap_ptr_get());
    return value;
  }

  /** Looks at a value that OPA reads from JSON, and forgets it. */
  glance<T>(json: string, look: (bytes: Buffer, value: number) => T): T {
    const value = this.#parse(json);
    if (this.exports.opa_heap_ptr_get() > this.#scratch) throw new NotWritten(true);
    return look(this.bytes, value);
  }

  /** Words that stay, to be written over for each question. @returns the number of the first */
  keepWords(template: Int32Array): number {
    const first = this.#kept >> 2;
    this.#keepUntil(this.#kept + template.length * 4);
    this.words.set(template, first);
    return first;
  }

  /** What an evaluation is asked with, and answers in. */
  keepContext(entrypoint: number): number {
    const { exports } = this;
    exports.opa_heap_ptr_set(this.#kept);
    const context = exports.opa_eval_ctx_new();
    this.#keepUntil(exports.opa_heap_ptr_get());
    exports.opa_eval_ctx_set_data(context, this.#policy.dataAddr);
    exports.opa_eval_ctx_set_entrypoint(context, entrypoint);
    return context;
  }

  /** At most 31 bits: these OPA subtracts rightly as well. */
  small(value: number): number {
    const place = this.#take(16);
    const { words } = this;
    const first = place >> 2;
    words[first] = SMALL_NUMBER;
    words[first + 2] = value;
    words[first + 3] = 0;
    return place;
  }

  /** As its digits, like OPA's parser does: from an integer beyond 32 bits its runtime subtracts wrongly. */
  integer(value: number): number {
    const place = this.#take(NUMBER_BYTES + MAX_DIGITS);
    const from = place + NUMBER_BYTES;
    const { words, bytes } = this;
    const first = place >> 2;
    words[first] = NUMBER;
    words[first + 2] = from;
    words[first + 3] = value >= 0 && value < 1e14 ? writeDigits(bytes, value, from) : bytes.write(String(value), from);
    words[first + 4] = 0;
    return place;
  }

  /** @throws NotWritten for a lone surrogate: text that is no Unicode is refused where questions are asked as text */
  text(value: string): number {
    const place = this.#take(12 + value.length * 3);
    const from = place + 12;
    const length = writeText(this.bytes, value, from);
    if (this.#keeps) this.#kept = align(from + length);
    else this.#at = align(from + length);
    const { words } = this;
    const first = place >> 2;
    words[first] = TYPE.string;
    words[first + 1] = length;
    words[first + 2] = from;
    return place;
  }

  /** @returns the word of its first entry (index, value), behind four of its own */
  array(length: number): number {
    const place = this.#take(16 + length * 8);
    const { words } = this;
    const first = place >> 2;
    words[first] = TYPE.array;
    words[first + 1] = place + 16;
    words[first + 2] = length;
    words[first + 3] = length;
    return first + 4;
  }

  /** A value as the text that OPA writes of it. */
  dump(value: number): string {
    const text = cString(this.#policy.mem, this.exports.opa_json_dump(value));
    this.refresh();
    return text;
  }

  #parse(json: string): number {
    if (json.length * 3 > this.#scratch - this.#kept) throw new NotWritten(true);
    const length = this.bytes.write(json, this.#kept);
    this.exports.opa_heap_ptr_set(align(this.#kept + length));
    const value = this.exports.opa_json_parse(this.#kept, length);
    this.refresh();
    if (value === 0) throw new NotWritten();
    return value;
  }

  /** A place for so many bytes, which is forgotten with the question unless what is written stays. */
  #take(size: number): number {
    if (this.#keeps) {
      const place = this.#kept;
      this.#keepUntil(place + size);
      return place;
    }
    const place = this.#at;
    this.#at = align(place + size);
    if (this.#at > this.#end) throw new NotWritten();
    return place;
  }

  #keepUntil(address: number): void {
    this.#kept = align(address);
    if (this.#kept > this.#scratch) throw new NotWritten(true);
  }
}

// Asked of a text, a method is looked up for each character once V8 has seen texts of five makings here.
const { charCodeAt } = String.prototype;

/** @returns how many bytes it took */
function writeText(bytes: Buffer, value: string, from: number): number {
  const { length } = value;
  for (let i = 0; i < length; i++) {
    const unit: number = charCodeAt.call(value, i);
    if (unit > 127) {
      if (LONE_SURROGATE.test(value)) throw new NotWritten();
      return bytes.write(value, from);
    }
    bytes[from + i] = unit;
  }
  return length;
}

function align(address: number): number {
  return (address + 7) & ~7;
}

function grow({ mem }: LoadedPolicy, bytes: number): void {
  const missing = bytes - mem.buffer.byteLength;
  if (missing > 0) mem.grow(Math.ceil(missing / PAGE));
}
