import { crc32 } from 'node:zlib';
import { AppError } from '../domain/errors.ts';
import { checksumOf } from './codec-checksum.ts';

const DASH = '-'.charCodeAt(0);
const DASHES = [8, 13, 18, 23];
/** Where the digits of each of the 16 bytes stand. */
const HEX_PLACES = Array.from({ length: 16 }, (_, i) => 2 * i);
const UUID_PLACES = HEX_PLACES.map((place) => place + DASHES.filter((dash, nth) => place + nth >= dash).length);
const DIGITS = '0123456789abcdef';
const NIBBLES = new Int8Array(128).fill(-1);
for (const [value, digit] of [...DIGITS].entries()) NIBBLES[digit.charCodeAt(0)] = value;

/** What no longer fits in signed 48-bit milliseconds: in the year 6429. */
export const BEYOND_MOMENTS = 2 ** 47;

/** A buffer that grows, written front to back; numbers are big-endian. */
export interface Bytes {
  length(): number;
  u8(value: number): void;
  u16(value: number): void;
  u32(value: number): void;
  /** A moment: signed 48-bit milliseconds. @throws AppError `internal` on anything but such a whole number. */
  moment(value: number): void;
  /** A UUID, or 32 hex digits, as 16 bytes. @throws AppError `internal` on anything else. */
  id(text: string): void;
  text(value: string): void;
  bytes(value: Uint8Array): void;
  /** As `bytes`, of few bytes: one by one, they are copied sooner than a view of them is made. */
  part(source: Uint8Array, from: number, to: number): void;
  /** CRC-32 of everything from `start` on, behind what `seed` is the checksum of. */
  checksum(start: number, seed?: number): void;
  /** CRC-32 of what is written between two places, behind what `seed` is the checksum of. */
  sum(start: number, end: number, seed: number): number;
  /** Overwrites what was left for a length. */
  patchU8(at: number, value: number): void;
  patchU16(at: number, value: number): void;
  patchU32(at: number, value: number): void;
  /** A view of what is written; it changes with what is written after the next `rewind`. */
  view(): Buffer;
  rewind(): void;
}

export function makeBytes(capacity = 1024): Bytes {
  let buffer = Buffer.allocUnsafe(capacity);
  let end = 0;

  function reserve(count: number): number {
    if (end + count > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, end + count));
      buffer.copy(larger, 0, 0, end);
      buffer = larger;
    }
    const at = end;
    end += count;
    return at;
  }

  return {
    length: () => end,
    // `reserve` may put another buffer in place: it comes first, on a line of its own.
    u8(value) {
      const at = reserve(1);
      buffer.writeUInt8(value, at);
    },
    u16(value) {
      const at = reserve(2);
      buffer.writeUInt16BE(value, at);
    },
    u32(value) {
      const at = reserve(4);
      buffer.writeUInt32BE(value, at);
    },
    moment(value) {
      if (!Number.isSafeInteger(value) || Math.abs(value) >= BEYOND_MOMENTS)
        throw unfit('a moment in whole milliseconds');
      const at = reserve(6);
      buffer.writeIntBE(value, at, 6);
    },
    id(text) {
      const at = reserve(16);
      writeId(buffer, at, text);
    },
    text(value) {
      const at = reserve(value.length * 3);
      end = at + buffer.write(value, at);
    },
    bytes(value) {
      const at = reserve(value.length);
      buffer.set(value, at);
    },
    part(source, from, to) {
      const at = reserve(to - from) - from;
      for (let place = from; place < to; place++) buffer[at + place] = source[place] ?? 0;
    },
    checksum(start, seed = 0) {
      const sum = checksumOf(buffer, start, end, seed);
      const at = reserve(4);
      buffer.writeUInt32BE(sum, at);
    },
    sum: (start, stop, seed) => checksumOf(buffer, start, stop, seed),
    patchU8: (at, value) => void buffer.writeUInt8(value, at),
    patchU16: (at, value) => void buffer.writeUInt16BE(value, at),
    patchU32: (at, value) => void buffer.writeUInt32BE(value, at),
    view: () => buffer.subarray(0, end),
    rewind() {
      end = 0;
    },
  };
}

function writeId(buffer: Buffer, at: number, text: string): void {
  if (text.length === 36) {
    for (const place of DASHES) if (text.charCodeAt(place) !== DASH) throw unfit('a UUID');
  } else if (text.length !== 32) throw unfit('a UUID or 32 hex digits');
  const step = text.length === 36 ? UUID_PLACES : HEX_PLACES;
  let seen = 0;
  for (let i = 0; i < 16; i++) {
    const place = step[i] ?? 0;
    const byte = (nibble(text.charCodeAt(place)) << 4) | nibble(text.charCodeAt(place + 1));
    seen |= byte;
    buffer[at + i] = byte;
  }
  if (seen < 0) throw unfit('lower-case hex digits');
}

/** Lower case only, so that what is written is what comes back; negative for anything else. */
function nibble(code: number): number {
  return NIBBLES[code] ?? -1;
}

function unfit(what: string): AppError {
  return new AppError('internal', `cannot be projected: expected ${what}`);
}

/** 16 bytes as a lower-case UUID. */
export function readUuid(buffer: Buffer, at = 0): string {
  if (buffer.length < at + 16) throw malformed('an id is cut off');
  for (let i = 0; i < 16; i++) {
    const byte = buffer[at + i] ?? 0;
    const place = UUID_PLACES[i] ?? 0;
    scratch[place] = DIGITS.charCodeAt(byte >> 4);
    scratch[place + 1] = DIGITS.charCodeAt(byte & 15);
  }
  return scratch.toString('latin1');
}

/** One flat string of 36 characters: what is sliced and joined takes four times as much memory. */
const scratch = Buffer.alloc(36, '-');

/** Checks and cuts off the checksum that `Bytes.checksum` wrote over `salt` and the value. */
export function checkedBody(salt: Uint8Array, value: Buffer): Buffer {
  const end = value.length - 4;
  if (end < 0 || value.readUInt32BE(end) !== crc32(value.subarray(0, end), crc32(salt))) {
    throw malformed('its checksum differs');
  }
  return value.subarray(0, end);
}

/** What stands in Redis is not what this layout writes: no answer, never "no mandates". */
export function malformed(what: string): AppError {
  return new AppError('store_unavailable', `a record in the projection is malformed: ${what}`);
}

/** A JSON object. @throws AppError `store_unavailable` */
export function parseJsonObject(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed('it is no JSON object');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('store_unavailable', 'a record in the projection is malformed: it is no JSON', { cause });
  }
}
