import {
  AUTHORITIES,
  FOLLOW_UPS,
  GROUNDS,
  LOAS,
  MANDATE_KINDS,
  MANDATE_STATUSES,
  PARTY_KINDS,
  PARTY_STATES,
  REACHES,
} from '../domain/facts.ts';
import { type Bytes, readUuid } from './codec-bytes.ts';

/**
 * Facts as bytes, for this process alone: any JSON value comes back as it was. A mandate takes about 55 bytes, of which
 * ids and moments are 40; its fields' names stand once, in the shape that many mandates share.
 */
export interface Values {
  /** Appends the value. */
  write(out: Bytes, value: unknown): void;
  read(bytes: Buffer, at: number): unknown;
}

const TAG = { null: 0, false: 1, true: 2, small: 3, moment: 4, uuid: 5, latin1: 6, list: 7, object: 8, json: 9 };
/** Tags from here on are words. */
const WORDS_FROM = 16;
const WORDS: readonly string[] = [
  ...new Set([
    ...[...AUTHORITIES, ...FOLLOW_UPS, ...GROUNDS, ...LOAS, ...MANDATE_KINDS, ...MANDATE_STATUSES],
    ...[...PARTY_KINDS, ...PARTY_STATES, ...REACHES, 'all', 'service', 'set', 'owner', 'everything'],
  ]),
];
const TAG_OF_WORD = new Map(WORDS.map((word, index) => [word, WORDS_FROM + index]));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LATIN1 = /^[\x20-\x7e]*$/;
const [MAX_SMALL, MAX_MOMENT] = [2 ** 31, 2 ** 47];
const [MAX_BYTE, MAX_SHAPES] = [255, 4096];

/** The fields of an object, in order. */
type Shape = readonly string[];

interface Shapes {
  /** Undefined when an object of this shape can only be written as JSON. */
  numberOf(value: object): number | undefined;
  numbered(number: number): Shape;
}

export function makeValues(): Values {
  const shapes = makeShapes();
  return { write: makeWrite(shapes), read: makeRead(shapes) };
}

function makeShapes(): Shapes {
  const shapes: Shape[] = [];
  const numbers = new Map<string, number>();
  return {
    numberOf(value) {
      const names = Object.keys(value);
      const text = JSON.stringify(names);
      const known = numbers.get(text);
      if (known !== undefined) return known;
      if (shapes.length === MAX_SHAPES || names.includes('__proto__')) return undefined;
      numbers.set(text, shapes.length);
      shapes.push(names);
      return shapes.length - 1;
    },
    numbered: (number) => shapes[number] as Shape, // Written by `numberOf`.
  };
}

function makeWrite(shapes: Shapes): Values['write'] {
  return function write(out, value) {
    if (typeof value === 'string') return writeText(out, value);
    if (typeof value === 'number') return writeNumber(out, value);
    if (value === null) return out.u8(TAG.null);
    if (value === true || value === false) return out.u8(value ? TAG.true : TAG.false);
    if (Array.isArray(value) && value.length <= MAX_BYTE) {
      out.u8(TAG.list);
      out.u8(value.length);
      for (const item of value) write(out, item);
      return;
    }
    const shape = typeof value === 'object' && !Array.isArray(value) ? shapes.numberOf(value) : undefined;
    if (shape === undefined) return writeJson(out, value);
    out.u8(TAG.object);
    out.u16(shape);
    for (const item of Object.values(value as object)) write(out, item);
  };
}

function makeRead(shapes: Shapes): Values['read'] {
  let from: Buffer = Buffer.alloc(0);
  let next = 0;

  function read(): unknown {
    const tag = from[next++] ?? TAG.null;
    if (tag >= WORDS_FROM) return WORDS[tag - WORDS_FROM];
    if (tag <= TAG.true) return tag === TAG.null ? null : tag === TAG.true;
    if (tag === TAG.small) return from.readInt32BE(skip(4));
    if (tag === TAG.moment) return from.readIntBE(skip(6), 6);
    if (tag === TAG.uuid) return readUuid(from, skip(16));
    if (tag === TAG.latin1) return readText('latin1', from[next++] ?? 0);
    if (tag === TAG.list) return readList();
    if (tag === TAG.object) return readObject(shapes.numbered(from.readUInt16BE(skip(2))));
    return JSON.parse(readText('utf8', from.readUInt32BE(skip(4))));
  }

  function skip(count: number): number {
    next += count;
    return next - count;
  }

  function readText(encoding: 'latin1' | 'utf8', length: number): string {
    const start = skip(length);
    return from.toString(encoding, start, next);
  }

  function readList(): unknown[] {
    const list: unknown[] = [];
    for (let left = from[next++] ?? 0; left > 0; left--) list.push(read());
    return list;
  }

  /** One by one: of many shapes, copying an object that has the fields takes longer. */
  function readObject(names: Shape): object {
    const value: Record<string, unknown> = {};
    for (const name of names) value[name] = read();
    return value;
  }

  return (bytes, at) => {
    from = bytes;
    next = at;
    return read();
  };
}

function writeText(out: Bytes, text: string): void {
  const tag = TAG_OF_WORD.get(text);
  if (tag !== undefined) return out.u8(tag);
  if (text.length === 36 && UUID.test(text)) {
    out.u8(TAG.uuid);
    return out.id(text);
  }
  if (text.length > MAX_BYTE || !LATIN1.test(text)) return writeJson(out, text);
  out.u8(TAG.latin1);
  out.u8(text.length);
  out.text(text);
}

function writeNumber(out: Bytes, value: number): void {
  if (!Number.isInteger(value) || Object.is(value, -0) || Math.abs(value) >= MAX_MOMENT) return writeJson(out, value);
  if (Math.abs(value) < MAX_SMALL) {
    out.u8(TAG.small);
    return out.u32(value >>> 0);
  }
  out.u8(TAG.moment);
  out.moment(value);
}

function writeJson(out: Bytes, value: unknown): void {
  const text = JSON.stringify(value);
  out.u8(TAG.json);
  out.u32(Buffer.byteLength(text));
  out.text(text);
}
