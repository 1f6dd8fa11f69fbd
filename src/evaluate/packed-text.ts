/**
 * Numbers and texts as characters of one byte each, in one text: V8 takes a byte for each, cuts ids out of it without copying
 * them, and its collector has nothing to look into.
 */
const WORD = 2 ** 16;
const HALF_MOMENT = 2 ** 24;
/** Moments before 1970 are no negative numbers here. */
const SHIFT = 2 ** 47;
/** No character of one byte. */
const UNFIT = '\u{ffff}';

/** Below 65,536. */
export function packedWord(value: number): string {
  return value < WORD ? String.fromCharCode(value >> 8, value & 255) : UNFIT;
}

/** Whole milliseconds, up to 4,459 years before and after 1970. */
export function packedMoment(value: number): string {
  const shifted = value + SHIFT;
  if (!Number.isSafeInteger(value) || Object.is(value, -0) || shifted < 0 || shifted >= 2 * SHIFT) return UNFIT;
  const [high, low] = [Math.floor(shifted / HALF_MOMENT), shifted % HALF_MOMENT];
  return String.fromCharCode(high >> 16, (high >> 8) & 255, high & 255, low >> 16, (low >> 8) & 255, low & 255);
}

/** One flat text; undefined when something in it did not fit. */
export function sealed(text: string): string | undefined {
  const flat = Buffer.from(text, 'latin1').toString('latin1');
  return flat === text ? flat : undefined;
}

export function packedString(value: string): string {
  return packedWord(value.length) + value;
}

/** Reads in the order in which it was packed, one text at a time. */
export function makePackedReader() {
  let text = '';
  let at = 0;

  function threeBytes(): number {
    at += 3;
    return (text.charCodeAt(at - 3) << 16) | (text.charCodeAt(at - 2) << 8) | text.charCodeAt(at - 1);
  }

  function word(): number {
    at += 2;
    return (text.charCodeAt(at - 2) << 8) | text.charCodeAt(at - 1);
  }

  return {
    start(packed: string, from: number): void {
      text = packed;
      at = from;
    },
    word,
    moment(): number {
      const high = threeBytes();
      return high * HALF_MOMENT + threeBytes() - SHIFT;
    },
    string(): string {
      const length = word();
      at += length;
      return text.slice(at - length, at);
    },
  };
}
