import { AppError } from '../../domain/errors.ts';

/** One row of COPY in its binary format. It is good until the next is read. */
export interface CopyRow {
  /** Undefined: null. */
  field(index: number): Buffer | undefined;
  /** What a field begins with, without a view of it; 0 behind its end. Undefined: null. */
  byte(index: number): number | undefined;
  int32(index: number, offset: number): number | undefined;
  /** Fields from one to another, with their lengths in front: the same text for the same values. */
  textOf(first: number, last: number): string;
}

/** Signature, flags and the length of an extension that nobody has written yet. */
const HEADER = 19;
const END = -1;

/**
 * Reads the binary format of COPY (PostgreSQL 15, COPY, "Binary Format") as it comes, in pieces of any size.
 * @throws AppError `internal` on a row with another number of fields
 */
export function makeCopyReader(columns: number, onRow: (row: CopyRow) => void): (piece: Buffer) => void {
  const starts = new Int32Array(columns);
  const lengths = new Int32Array(columns);
  let buffer: Buffer = Buffer.alloc(0);
  let at = 0;
  let begun = false;

  const row: CopyRow = {
    field(index) {
      const [start = 0, length = END] = [starts[index], lengths[index]];
      return length < 0 ? undefined : buffer.subarray(start, start + length);
    },
    byte(index) {
      const [start = 0, length = END] = [starts[index], lengths[index]];
      return length < 0 ? undefined : length === 0 ? 0 : buffer[start];
    },
    int32(index, offset) {
      const [start = 0, length = END] = [starts[index], lengths[index]];
      return length < 0 ? undefined : length < offset + 4 ? 0 : buffer.readInt32BE(start + offset);
    },
    textOf(first, last) {
      const end = (starts[last] ?? 0) + Math.max(0, lengths[last] ?? 0);
      return buffer.toString('latin1', (starts[first] ?? 0) - 4, end);
    },
  };

  /** Where the row ends that begins at `at`; undefined when it is not all here. */
  function measure(): number | undefined {
    let place = at + 2;
    for (let index = 0; index < columns; index++) {
      if (place + 4 > buffer.length) return undefined;
      const length = buffer.readInt32BE(place);
      starts[index] = place + 4;
      lengths[index] = length;
      place += 4 + Math.max(0, length);
    }
    return place > buffer.length ? undefined : place;
  }

  return function read(piece) {
    buffer = at < buffer.length ? Buffer.concat([buffer.subarray(at), piece]) : piece;
    at = 0;
    if (!begun) {
      if (buffer.length < HEADER) return;
      begun = true;
      at = HEADER;
    }
    while (at + 2 <= buffer.length) {
      const count = buffer.readInt16BE(at);
      if (count === END) return;
      if (count !== columns) throw new AppError('internal', `a row has ${count} columns instead of ${columns}`);
      const end = measure();
      if (end === undefined) return;
      onRow(row);
      at = end;
    }
  };
}
