/** One DER element (X.690): its tag, its contents, and where the next begins. */
interface Element {
  tag: number;
  contents: Buffer;
  end: number;
}

export const TAG = {
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  boolean: 0x01,
  integer: 0x02,
} as const;

/** @throws Error for what is no DER, or longer than what it stands in */
export function readElement(bytes: Buffer, start = 0): Element {
  const tag = at(bytes, start);
  let length = at(bytes, start + 1);
  let from = start + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new Error('a length that is no DER');
    length = bytes.readUIntBE(from, count);
    from += count;
  }
  if (from + length > bytes.length) throw new Error('an element longer than what it stands in');
  return { tag, contents: bytes.subarray(from, from + length), end: from + length };
}

/** The elements that stand one after another in `contents`. */
export function readElements(contents: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < contents.length; at = found.at(-1)?.end ?? contents.length)
    found.push(readElement(contents, at));
  return found;
}

/** An object identifier in dots. */
export function readOid(contents: Buffer): string {
  const arcs: number[] = [];
  let value = 0;
  for (const byte of contents) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}

function at(bytes: Buffer, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw new Error('an element that ends too soon');
  return byte;
}
