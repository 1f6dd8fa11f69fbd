import { createHash } from 'node:crypto';

/** Hashes that a signature may count on, as OPA names them and as node:crypto does; it also knows MD5, SHA-1 and SHA-224. */
export const HASHES = {
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  'SHA-512-256': 'sha512-256',
} as const;

export type HashName = keyof typeof HASHES;

/** Files of which OPA hashes the meaning instead of the bytes. */
const STRUCTURED = new Set(['data.json', '.manifest', '.signatures.json']);

/** Whether a file is signed by what it means. */
export function isStructured(path: string): boolean {
  return STRUCTURED.has(path.slice(path.lastIndexOf('/') + 1));
}

/**
 * What OPA's signatures say of a file: its hash in hexadecimal.
 * @throws SyntaxError where a structured file is no JSON, or says one thing twice
 */
export function hashOf(path: string, bytes: Uint8Array, name: HashName): string {
  return createHash(HASHES[name])
    .update(isStructured(path) ? canonical(bytes) : bytes)
    .digest('hex');
}

/** A string, or a number, of which the text must stay as it is (1.0 is not 1, nor are 2^53 and 2^53 + 1 the same). */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*/g;

/** In marked text: a number is no key, and begins with `n`. */
const KEY = /"s(?:[^"\\]|\\.)*"(?=\s*:)/g;

/**
 * JSON as Go's encoder writes what its decoder read: keys sorted by their bytes, no blanks, numbers as they stood, no
 * HTML escapes. A number travels through the parser as a string that begins with `n`, a string as one with `s`.
 */
function canonical(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  JSON.parse(text);
  const marked = text.replace(TOKEN, (token) => (token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`));
  const value = JSON.parse(marked);
  // A reader may take the first of two, another one the last.
  if (keysOf(value) !== (marked.match(KEY) ?? []).length) throw new SyntaxError('a key is there twice');
  return write(value);
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items = Object.values(value);
  const own = Array.isArray(value) ? 0 : items.length;
  return items.reduce<number>((total, item) => total + keysOf(item), own);
}

function write(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('n') ? value.slice(1) : quote(value.slice(1));
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => [key.slice(1), item] as const);
  fields.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${fields.map(([key, item]) => `${quote(key)}:${write(item)}`).join(',')}}`;
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}
