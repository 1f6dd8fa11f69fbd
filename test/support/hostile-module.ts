/** WebAssembly modules that do nothing good, assembled by hand (core specification, section 5). */

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const [TYPE, FUNCTION, TABLE, MEMORY, START, CODE] = [1, 3, 4, 5, 8, 10];

/** A count or length, in LEB128. */
function leb(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [value] : [low | 0x80, ...leb(Math.floor(value / 128))];
}

const section = (id: number, bytes: number[]): number[] => [id, ...leb(bytes.length), ...bytes];

/** A module of one function, of these instructions, that runs as soon as the module is instantiated. */
function startingWith(instructions: number[], more: number[] = []): Uint8Array {
  const body = [0, ...instructions, 0x0b];
  return new Uint8Array([
    ...MAGIC,
    ...section(TYPE, [1, 0x60, 0, 0]),
    ...section(FUNCTION, [1, 0]),
    ...more,
    ...section(START, [0]),
    ...section(CODE, [1, ...leb(body.length), ...body]),
  ]);
}

/** loop, br 0, end */
export const endless = startingWith([0x03, 0x40, 0x0c, 0x00, 0x0b]);
/** unreachable */
export const trapping = startingWith([0x00]);
/** Calls itself. */
export const recursing = startingWith([0x10, 0x00]);
/** A memory of 4 GiB that is written from its first to its last page: memory.fill. */
export const greedy = startingWith(
  [0x41, 0, 0x41, 1, 0x41, 0x7f, 0xfc, 0x0b, 0x00],
  section(MEMORY, [1, 0x00, ...leb(65_536)]),
);
/** A table of ten million places. */
export const tabled = startingWith([], section(TABLE, [1, 0x70, 0x00, ...leb(10_000_000)]));
/** Sound, and no policy. */
export const idle = startingWith([]);
