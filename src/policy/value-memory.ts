import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';
import { cString, exportsOf } from './instance.ts';
import { DIGITS, TYPE } from './value-layout.ts';

const PAGE = 64 * 1024;
const NUMBER = TYPE.number | (DIGITS << 8);
const NUMBER_BYTES = 24;
const MAX_DIGITS = 24;
const TEN_7 = 10_000_000;
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
  readonly #policy: LoadedPolicy;
  readonly #scratch: number;
  readonly #end: number;
  #kept: number;
  #at: number;

  constructor(policy: LoadedPolicy, keptBytes: number, scratchBytes: number) {
    this.exports = exportsOf(policy);
    this.#policy = policy;
    this.#kept = align(policy.dataHeapPtr);
    this.#scratch = this.#kept + keptBytes;
    this.#end = this.#scratch + scratchBytes;
    this.#at = this.#scratch;
    grow(policy, this.#end);
    this.words = new Int32Array(policy.mem.buffer);
    this.bytes = Buffer.from(policy.mem.buffer);
  }

  /** Growing detaches what looked at the memory before. */
  refresh(): void {
    const { buffer } = this.#policy.mem;
    if (this.words.buffer === buffer) return;
    this.words = new Int32Array(buffer);
    this.bytes = Buffer.from(buffer);
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
    if (json.length * 3 > this.#scratch - this.#kept) throw new NotWritten(true);
    const length = this.bytes.write(json, this.#kept);
    this.exports.opa_heap_ptr_set(align(this.#kept + length));
    const value = this.exports.opa_json_parse(this.#kept, length);
    this.refresh();
    this.#keepUntil(this.exports.opa_heap_ptr_get());
    if (value === 0) throw new NotWritten();
    return value;
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
    this.#at = align(from + length);
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

  /** A place for so many bytes, which is forgotten with the question. */
  #take(size: number): number {
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

/** Fewer than fifteen digits, in halves that fit in 31 bits. @returns how many */
function writeDigits(bytes: Buffer, value: number, from: number): number {
  const high = Math.floor(value / TEN_7);
  if (high === 0) return writeHalf(bytes, value, from, 1);
  const length = writeHalf(bytes, high, from, 1);
  return length + writeHalf(bytes, value - high * TEN_7, from + length, 7);
}

function writeHalf(bytes: Buffer, value: number, from: number, atLeast: number): number {
  let length = atLeast;
  for (let power = 10 ** length; value >= power; power *= 10) length += 1;
  let rest = value | 0;
  for (let i = from + length - 1; i >= from; i--) {
    const tenth = (rest / 10) | 0;
    bytes[i] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return length;
}

/** @returns how many bytes it took */
function writeText(bytes: Buffer, value: string, from: number): number {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 127) {
      if (LONE_SURROGATE.test(value)) throw new NotWritten();
      return bytes.write(value, from);
    }
    bytes[from + i] = unit;
  }
  return value.length;
}

function align(address: number): number {
  return (address + 7) & ~7;
}

function grow({ mem }: LoadedPolicy, bytes: number): void {
  const missing = bytes - mem.buffer.byteLength;
  if (missing > 0) mem.grow(Math.ceil(missing / PAGE));
}
