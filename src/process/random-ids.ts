import { randomFillSync } from 'node:crypto';

// Random bytes are drawn, and written as digits, many at a time: one by one that costs as much as the rest of a record's head.

const UUID_BYTES = 16;
const drawn = Buffer.alloc(256 * UUID_BYTES);

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
  const at = uuidsUsed;
  uuidsUsed += 2 * UUID_BYTES;
  const head = `${uuids.slice(at, at + 8)}-${uuids.slice(at + 8, at + 12)}-${uuids.slice(at + 12, at + 16)}`;
  return `${head}-${uuids.slice(at + 16, at + 20)}-${uuids.slice(at + 20, at + 32)}`;
}

/** Without their dashes. */
function drawUuids(): string {
  randomFillSync(drawn);
  for (let at = 0; at < drawn.length; at += UUID_BYTES) {
    drawn[at + 6] = ((drawn[at + 6] ?? 0) & 0x0f) | 0x40; // version
    drawn[at + 8] = ((drawn[at + 8] ?? 0) & 0x3f) | 0x80; // variant
  }
  return drawn.toString('hex');
}
