import type { Fields } from './fields.ts';

/** What questions are made of; no more than a number has bits. */
const NAMES = [
  ...['subject', 'action', 'resource', 'context', 'type', 'id', 'properties', 'name'],
  ...['actor', 'represented', 'service', 'loa', 'via', 'operation', 'branch', 'case'],
  ...['min_loa', 'min_revision', 'time', 'traceparent'],
] as const;

/** No question is nested deeper: its properties are the second. */
const MAX_DEPTH = 3;

/** A piece of a text this long would be a view on it, and keep all of it in memory. */
const SHORTEST_VIEW = 13;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const LAST_ASCII = 126;

interface Known {
  name: Name;
  bytes: Buffer;
  /** One of its own. */
  bit: number;
}

/** Where names stand by length, first and middle character. Of two that would share a place one is left to `JSON.parse`. */
const known: (Known | undefined)[] = new Array(1024).fill(undefined);
for (const [index, name] of NAMES.entries()) {
  const bytes = Buffer.from(name);
  known[placeOf(bytes, 0, bytes.length)] ??= { name, bytes, bit: 1 << index };
}

function placeOf(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] ?? 0;
  const middle = bytes[(start + end) >> 1] ?? 0;
  return ((end - start) * 61 + first * 7 + middle) & 1023;
}

interface Cursor {
  bytes: Buffer;
  /** Each byte as one character, to take short pieces from. */
  text: string;
  at: number;
}

/**
 * Reads what programs write when they ask: objects of texts under the names above, none twice, all ASCII and nothing
 * escaped. Undefined for anything else, I-JSON or not. What it reads is what `JSON.parse` makes of it, for two thirds of the
 * price: that looks for each name among all that the process knows, and does not see names that stand twice.
 */
export function readPlainJson(bytes: Buffer): Fields | undefined {
  const cursor = { bytes, text: bytes.toString('latin1'), at: 0 };
  if (next(cursor) !== OPEN) return undefined;
  const object = readObject(cursor, 1);
  if (object === undefined) return undefined;
  next(cursor);
  return cursor.at === bytes.length ? object : undefined;
}

/** From an opening brace to behind the one that closes it. */
function readObject(cursor: Cursor, depth: number): Fields | undefined {
  const object: PlainFields = {};
  let seen = 0;
  cursor.at += 1;
  if (next(cursor) === CLOSE) {
    cursor.at += 1;
    return object;
  }
  for (;;) {
    const member = readName(cursor);
    if (member === undefined || (seen & member.bit) !== 0 || next(cursor) !== COLON) return undefined;
    seen |= member.bit;
    cursor.at += 1;
    const value = readValue(cursor, depth);
    if (value === undefined) return undefined;
    put(object, member.name, value);
    const after = next(cursor);
    cursor.at += 1;
    if (after === CLOSE) return object;
    if (after !== COMMA) return undefined;
  }
}

type Name = (typeof NAMES)[number];

type PlainFields = { [name in Name]?: string | Fields };

/** By name: a store under a name that is only known then costs ten times as much. */
function put(object: PlainFields, name: Name, value: string | Fields): void {
  switch (name) {
    case 'subject':
      object.subject = value;
      return;
    case 'action':
      object.action = value;
      return;
    case 'resource':
      object.resource = value;
      return;
    case 'context':
      object.context = value;
      return;
    case 'type':
      object.type = value;
      return;
    case 'id':
      object.id = value;
      return;
    case 'properties':
      object.properties = value;
      return;
    case 'name':
      object.name = value;
      return;
    case 'actor':
      object.actor = value;
      return;
    case 'represented':
      object.represented = value;
      return;
    case 'service':
      object.service = value;
      return;
    case 'loa':
      object.loa = value;
      return;
    case 'via':
      object.via = value;
      return;
    case 'operation':
      object.operation = value;
      return;
    case 'branch':
      object.branch = value;
      return;
    case 'case':
      object.case = value;
      return;
    case 'min_loa':
      object.min_loa = value;
      return;
    case 'min_revision':
      object.min_revision = value;
      return;
    case 'time':
      object.time = value;
      return;
    case 'traceparent':
      object.traceparent = value;
  }
}

function readValue(cursor: Cursor, depth: number): string | Fields | undefined {
  const first = next(cursor);
  if (first === OPEN) return depth < MAX_DEPTH ? readObject(cursor, depth + 1) : undefined;
  if (first !== QUOTE) return undefined;
  const start = cursor.at + 1;
  const end = endOfText(cursor.bytes, start);
  if (end === -1) return undefined;
  cursor.at = end + 1;
  if (end - start < SHORTEST_VIEW) return cursor.text.slice(start, end);
  return cursor.bytes.toString('latin1', start, end);
}

function readName(cursor: Cursor): Known | undefined {
  if (next(cursor) !== QUOTE) return undefined;
  const { bytes } = cursor;
  const start = cursor.at + 1;
  const end = endOfText(bytes, start);
  if (end === -1) return undefined;
  const found = known[placeOf(bytes, start, end)];
  if (found === undefined || !standsAt(bytes, found.bytes, start, end)) return undefined;
  cursor.at = end + 1;
  return found;
}

function standsAt(bytes: Buffer, name: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at += 1) if (bytes[start + at] !== name[at]) return false;
  return true;
}

/** Where the quote is behind printable ASCII without escapes; -1 when something else comes before. */
function endOfText(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at;
    if (byte < 32 || byte > LAST_ASCII || byte === BACKSLASH) return -1;
  }
  return -1;
}

/** The next byte that is no space as JSON has it, and the cursor on it; -1 at the end. */
function next(cursor: Cursor): number {
  const { bytes } = cursor;
  for (; cursor.at < bytes.length; cursor.at += 1) {
    const byte = bytes[cursor.at] ?? 0;
    if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) return byte;
  }
  return -1;
}
