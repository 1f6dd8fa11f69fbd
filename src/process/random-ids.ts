import { randomFillSync } from 'node:crypto';

// Random bytes are drawn, and written as text, many at a time: one by one that costs as much as the rest of a record's head.

const drawn = Buffer.alloc(4096);
const DIGITS = Buffer.from('0123456789abcdef');
const DASH = 45;
const UUID_BYTES = 16;
const UUID_CHARACTERS = 36;

let hex = '';
let hexUsed = 0;

/** Random bytes as hexadecimal digits. */
export function randomHex(bytes: number): string {
  if (hexUsed + 2 * bytes > hex.length) {
    hex = randomFillSync(drawn).toString('hex');
    hexUsed = 0;
  }
  hexUsed += 2 * bytes;
  return hex.slice(hexUsed - 2 * bytes, hexUsed);
}

let uuids = '';
let uuidsUsed = 0;

/** A UUID of version 4 (RFC 9562), as `crypto.randomUUID` makes it. */
export function randomUuid(): string {
  if (uuidsUsed === uuids.length) {
    uuids = drawUuids();
    uuidsUsed = 0;
  }
  uuidsUsed += UUID_CHARACTERS;
  return uuids.slice(uuidsUsed - UUID_CHARACTERS, uuidsUsed);
}

function drawUuids(): string {
  randomFillSync(drawn);
  const text = Buffer.alloc((drawn.length / UUID_BYTES) * UUID_CHARACTERS);
  let end = 0;
  for (const [index, byte] of drawn.entries()) {
    const at = index % UUID_BYTES;
    if (at === 4 || at === 6 || at === 8 || at === 10) text[end++] = DASH;
    const marked = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte; // version and variant
    text[end++] = DIGITS[marked >> 4] ?? 0;
    text[end++] = DIGITS[marked & 15] ?? 0;
  }
  return text.toString('latin1');
}
