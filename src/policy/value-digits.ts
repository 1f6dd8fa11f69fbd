const TEN_7 = 10_000_000;

/** Fewer than fifteen digits, in halves that fit in 31 bits. @returns how many */
export function writeDigits(bytes: Buffer, value: number, from: number): number {
  const high = Math.floor(value / TEN_7);
  if (high === 0) return writeHalf(bytes, value, from, 1);
  const length = writeHalf(bytes, high, from, 1);
  return length + writeHalf(bytes, value - high * TEN_7, from + length, 7);
}

function writeHalf(bytes: Buffer, value: number, from: number, atLeast: number): number {
  let length = atLeast;
  for (let power = 10 ** length; value >= power; power *= 10) length += 1;
  let rest = value | 0;
  for (let i = from + length - 1; i >= from; i--) {
    const tenth = (rest / 10) | 0;
    bytes[i] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return length;
}
