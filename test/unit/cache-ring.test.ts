import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePackedKey, type PackedKey, packById } from '../../src/mandates/cache-key.ts';
import { makeRing } from '../../src/mandates/cache-ring.ts';
import { packKey } from '../../src/mandates/codec-key.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey } from '../../src/mandates/record-key.ts';

const BYTES = 64 * 1024;

/** Different words; `hash` is theirs to choose. */
function keyOf(n: number, hash: number): PackedKey {
  return { words: Int32Array.of(1, n, n, n, n), length: 5, hash };
}

const scattered = (n: number) => keyOf(n, Math.imul(n + 1, 0x9e3779b1));
const filled = (n: number, length = 8) => Buffer.alloc(length, n);

describe('a ring of entries', () => {
  test('keeps eight of the keys that have one hash, gives none the value of another, and leaves others alone', () => {
    const ring = makeRing(BYTES);
    ring.put(scattered(7), filled(7));
    const meeting = Array.from({ length: 1000 }, (_, n) => keyOf(1000 + n, 42));
    for (const [n, key] of meeting.entries()) ring.put(key, filled(n % 256));
    const found = meeting.flatMap((key, n) => {
      const place = ring.find(key);
      return place < 0 ? [] : [[n % 256, ring.bytes[ring.valueAt(place)]]];
    });
    expect(found).toHaveLength(8);
    for (const [expected, held] of found) expect(held).toBe(expected);
    expect(ring.bytes[ring.valueAt(ring.find(scattered(7)))]).toBe(7);
  });

  test('forgets the oldest when it is full, and what is asked for never', () => {
    const ring = makeRing(BYTES);
    ring.put(scattered(0), filled(0));
    for (let n = 1; n < 20_000; n++) {
      ring.put(scattered(n), filled(n));
      if (n % 100 === 0) expect(ring.bytes[ring.valueAt(ring.find(scattered(0)))]).toBe(0);
    }
    expect(ring.find(scattered(1))).toBe(-1);
    expect(ring.find(scattered(19_999))).toBeGreaterThanOrEqual(0);
    expect(ring.size().bytes).toBeLessThan(BYTES);
    expect(ring.size().entries).toBeGreaterThan(500);
  });

  test('takes up no more memory than it needs, however often the same is put', () => {
    const ring = makeRing(16 * BYTES, BYTES);
    const reached = () => ring.bytes.findLastIndex((byte) => byte !== 0);
    for (let n = 0; n < 50_000; n++) ring.put(scattered(n % 100), filled(1));
    expect(reached()).toBeLessThan(BYTES);
    expect(ring.size().entries).toBe(100);
    for (let n = 0; n < 4_000; n++) ring.put(scattered(n), filled(1));
    expect(ring.size().entries).toBeGreaterThan(3_000);
    expect(reached()).toBeGreaterThan(3 * BYTES);
    for (let n = 0; n < 50_000; n++) ring.put(scattered(n), filled(1));
    expect(ring.size().entries).toBeGreaterThan(8_000);
    expect(reached()).toBeGreaterThan(13 * BYTES);
  });

  test('keeps one large entry beside others while little is in it', () => {
    const ring = makeRing(16 * BYTES, BYTES);
    for (let n = 0; n < 300; n++) ring.put(scattered(n), filled(1));
    ring.put(scattered(300), filled(1, 0.8 * BYTES));
    expect(ring.size().entries).toBe(301);
  });

  test('takes no entry that would push out many others, and forgets what stood under its key', () => {
    const ring = makeRing(BYTES);
    ring.put(scattered(1), filled(1));
    ring.put(scattered(1), filled(2, BYTES / 8));
    expect(ring.find(scattered(1))).toBe(-1);
    expect(ring.size()).toEqual({ bytes: 0, entries: 0 });
    makeRing(16).put(scattered(1), filled(1));
  });

  test('holds what was put last under a key, or nothing, whatever the sizes', () => {
    const put = fc.record({ key: fc.nat({ max: 60 }), length: fc.nat({ max: 700 }), ask: fc.nat({ max: 60 }) });
    const puts = fc.array(put, { minLength: 100, maxLength: 300 });
    const sizes = fc.constantFrom([8_192, 8_192], [20_000, 20_000], [20_000, 1_024], [100_000, 4_096] as const);
    fc.assert(
      fc.property(puts, sizes, (puts, [bytes, firstBytes]) => {
        const ring = makeRing(bytes, firstBytes);
        const last = new Map<number, Buffer>();
        for (const [n, { key, length, ask }] of puts.entries()) {
          last.set(key, filled(n % 256, length));
          ring.put(scattered(key), filled(n % 256, length));
          const place = ring.find(scattered(ask));
          if (place < 0) continue;
          const at = ring.valueAt(place);
          const value = ring.bytes.subarray(at, at + ring.valueLength(place));
          if (!last.get(ask)?.equals(value)) expect(value).toEqual(last.get(ask));
        }
      }),
    );
  });

  test('tells two records apart where the projection does, and only there', () => {
    const id = 'abcdef01-2345-4678-9abc-def012345678';
    const spellings = [
      id,
      id.replaceAll('-', ''),
      id.toUpperCase(),
      `${id} `,
      id.slice(1),
      id.replace('-', '0'),
      `é${id.slice(1)}`,
    ];
    const keys = spellings.flatMap((one) => [recordKey.party(one), recordKey.links(one), recordKey.alias(one)]);
    for (const key of keys) {
      const here = packedHere(key);
      expect([key, here === undefined]).toEqual([key, packedThere(key) === undefined]);
      for (const other of keys) {
        if (here === undefined) continue;
        expect([key, other, here === packedHere(other)]).toEqual([key, other, packedThere(key) === packedThere(other)]);
      }
    }
  });
});

function packedHere(key: RecordKey): string | undefined {
  const packed = makePackedKey();
  return packById(key, packed) ? packed.words.subarray(0, packed.length).join() : undefined;
}

/** As in Redis. */
function packedThere(key: RecordKey): string | undefined {
  try {
    return packKey(key).toString('hex');
  } catch {
    return undefined;
  }
}
