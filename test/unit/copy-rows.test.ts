import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCopyReader } from '../../src/mandates/sync/copy-rows.ts';

const COLUMNS = 3;
type Field = Uint8Array | null;

/** As PostgreSQL writes it: signature, flags, extension, rows, end. */
function copyOf(rows: readonly (readonly Field[])[]): Buffer {
  const int16 = (value: number) => Buffer.from([(value >> 8) & 255, value & 255]);
  const int32 = (value: number) => Buffer.from(Int32Array.of(value).buffer).reverse();
  const fields = (row: readonly Field[]) =>
    row.flatMap((field) => (field === null ? [int32(-1)] : [int32(field.length), Buffer.from(field)]));
  const signature = Buffer.from('PGCOPY\n\u00ff\r\n\0', 'latin1');
  return Buffer.concat([
    ...[signature, int32(0), int32(0)],
    ...rows.flatMap((row) => [int16(row.length), ...fields(row)]),
    int16(-1),
  ]);
}

function readIn(pieces: readonly Buffer[]): (string | undefined)[][] {
  const rows: (string | undefined)[][] = [];
  const read = makeCopyReader(COLUMNS, (row) => {
    rows.push([0, 1, 2].map((index) => row.field(index)?.toString('hex')));
  });
  for (const piece of pieces) read(piece);
  return rows;
}

const someField = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null });
const someRows = fc.array(fc.tuple(someField, someField, someField), { maxLength: 20 });

describe('a copy in binary format', () => {
  it('is read whole, wherever it is cut', () => {
    fc.assert(
      fc.property(someRows, fc.array(fc.nat({ max: 1000 }), { maxLength: 40 }), (rows, cuts) => {
        const whole = copyOf(rows);
        const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        const expected = rows.map((row) =>
          row.map((field) => (field ? Buffer.from(field).toString('hex') : undefined)),
        );
        expect(readIn(pieces)).toEqual(expected);
      }),
    );
  });

  it('refuses rows with another number of columns', () => {
    expect(() => readIn([copyOf([[null, null]])])).toThrow('2 columns');
  });

  it('tells what fields begin with', () => {
    const told: unknown[] = [];
    const read = makeCopyReader(COLUMNS, (row) => {
      for (const index of [0, 1, 2]) told.push([row.byte(index), row.int32(index, 0), row.int32(index, 4)]);
    });
    read(copyOf([[null, Buffer.alloc(0), Buffer.from('fffffffe00000007', 'hex')]]));
    expect(told).toEqual([
      [undefined, undefined, undefined],
      [0, 0, 0],
      [255, -2, 7],
    ]);
  });

  it('gives the same text for the same fields, and another where the bytes would run together', () => {
    const texts: string[] = [];
    const read = makeCopyReader(COLUMNS, (row) => texts.push(row.textOf(1, 2)));
    const [a, ab, b, none] = ['a', 'ab', 'b', ''].map((text) => Buffer.from(text));
    if (!a || !ab || !b || !none) throw new Error('four values');
    read(
      copyOf([
        [none, a, b],
        [ab, a, b],
        [none, ab, none],
        [none, ab, null],
        [none, a, b],
      ]),
    );
    expect(texts[1]).toBe(texts[0]);
    expect(texts[4]).toBe(texts[0]);
    expect(new Set(texts).size).toBe(3);
  });
});
