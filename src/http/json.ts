import { isUtf8 } from 'node:buffer';
import { AppError, type Fault } from '../domain/errors.ts';
import { escapePointer, isFields } from './fields.ts';
import { readPlainJson } from './plain-json.ts';

const MAX_DEPTH = 16;
/** In one object. A body has room for ten thousand: names that collide, or faults to be told of each. */
const MAX_NAMES = 256;
/** Of names that stand twice. */
const FAULTS_AT_MOST = 20;
const LONE_SURROGATE = /\p{Cs}/u;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Where the slow walk is: `names` only inside an object. */
type Container = { names: Set<string> | undefined; path: string; name: string; index: number };

/**
 * Parses I-JSON (RFC 7493): UTF-8, no name twice in one object (parsers differ in which one they take), no lone
 * surrogates; not nested deeper than 16, so that nothing behind it can be driven into deep recursion; and no object of
 * more than 256 names.
 * @throws AppError `invalid_request`
 */
export function parseJson(bytes: Uint8Array): unknown {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readPlainJson(buffer) ?? parseAnyJson(buffer);
}

/** As `parseJson`, without the short way for what is plain. @throws AppError `invalid_request` */
export function parseAnyJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw refused([{ at: '', message: 'the body is empty; a JSON object is needed' }]);
  if (!isUtf8(bytes)) throw refused([{ at: '', message: 'the body is not UTF-8' }]);
  // JSON.parse would take it all in first.
  const excess = excessOf(bytes);
  if (excess !== undefined) throw refused([{ at: '', message: excess }]);
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refused([{ at: '', message: 'the body is not valid JSON' }], cause);
  }
  const escapes = text.includes('\\u');
  const members = countMembers(value, escapes);
  if (members !== countNames(text)) throw refused(findDoubles(text));
  return value;
}

function refused(faults: Fault[], cause?: unknown): AppError {
  return new AppError('invalid_request', 'the body is no I-JSON', { faults, cause });
}

/** Counts the members of all objects as parsed, and refuses lone surrogates on the way. */
function countMembers(value: unknown, escapes: boolean): number {
  if (typeof value === 'string') {
    if (escapes && LONE_SURROGATE.test(value)) throw loneSurrogate();
    return 0;
  }
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (!isFields(value)) {
    if (Array.isArray(value)) for (const part of value) members += countMembers(part, escapes);
    return members;
  }
  // What JSON.parse made has own members only; for…in makes no list of them.
  for (const name in value) {
    if (escapes && LONE_SURROGATE.test(name)) throw loneSurrogate();
    members += 1 + countMembers(value[name], escapes);
  }
  return members;
}

/** More brackets open at once than may be, or more names in one object; of what is no JSON it may say anything. */
function excessOf(bytes: Buffer): string | undefined {
  const names = new Int32Array(MAX_DEPTH + 1);
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) inText = !inText;
    else if (inText) {
      if (byte === BACKSLASH) at += 1;
    } else if (byte === COMMA) {
      const count = (names[depth] ?? 0) + 1;
      if (count > MAX_NAMES) return `an object of the body has more than ${MAX_NAMES} names`;
      names[depth] = count;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth += 1;
      if (depth > MAX_DEPTH) return `the body is nested deeper than ${MAX_DEPTH} levels`;
      names[depth] = byte === OPEN_OBJECT ? 1 : UNCOUNTED;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
  }
  return undefined;
}

/** Items of an array, of which a body has room for fewer than that. */
const UNCOUNTED = -(2 ** 30);

function loneSurrogate(): AppError {
  return refused([{ at: '', message: 'a text holds half a surrogate pair, which is no Unicode' }]);
}

/** Counts the names in valid JSON by hopping from quote to quote: a string before a colon is a name. */
function countNames(text: string): number {
  let names = 0;
  for (let open = text.indexOf('"'); open !== -1; ) {
    const end = endOfString(text, open);
    if (text.charCodeAt(skipSpace(text, end + 1)) === COLON) names += 1;
    open = text.indexOf('"', end + 1);
  }
  return names;
}

function endOfString(text: string, open: number): number {
  let end = text.indexOf('"', open + 1);
  while (text.charCodeAt(end - 1) === BACKSLASH && backslashesBefore(text, end) % 2 === 1)
    end = text.indexOf('"', end + 1);
  return end;
}

function backslashesBefore(text: string, end: number): number {
  let count = 0;
  while (text.charCodeAt(end - 1 - count) === BACKSLASH) count += 1;
  return count;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 32) at += 1;
  return at;
}

/** Walks valid JSON once more, slowly, to say which names stand twice; the first of them. */
function findDoubles(text: string): Fault[] {
  const faults: Fault[] = [];
  const open: Container[] = [{ names: undefined, path: '', name: '', index: 0 }];
  for (let at = 0; at < text.length && faults.length < FAULTS_AT_MOST; at += 1) {
    const inner = open.at(-1);
    const char = text[at];
    if (!inner) break;
    if (char === '{' || char === '[') {
      const names = char === '{' ? new Set<string>() : undefined;
      open.push({ names, path: open.length === 1 ? '' : pathOf(inner), name: '', index: 0 });
    } else if (char === '}' || char === ']') open.pop();
    else if (char === ',') inner.index += 1;
    else if (char === '"') {
      const end = endOfString(text, at);
      if (inner.names && text.charCodeAt(skipSpace(text, end + 1)) === COLON) {
        inner.name = String(JSON.parse(text.slice(at, end + 1)));
        if (inner.names.has(inner.name)) faults.push({ at: pathOf(inner), message: 'stands twice in one object' });
        inner.names.add(inner.name);
      }
      at = end;
    }
  }
  return faults;
}

function pathOf({ names, path, name, index }: Container): string {
  return `${path}/${names ? escapePointer(name) : index}`;
}
