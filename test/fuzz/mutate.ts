import type { Dice } from '../support/dice.ts';
import { bytes } from './target.ts';

const ODD_BYTES = [0, 1, 9, 10, 13, 32, 34, 39, 44, 45, 46, 47, 48, 57, 58, 91, 92, 93, 123, 125, 127, 128, 192, 255];
const AT_MOST = 5;
const LONGEST = 1024 * 1024;

type Mutation = (input: Buffer, dice: Dice, others: readonly Uint8Array[], words: readonly string[]) => Buffer;

const below = (dice: Dice, bound: number): number => Math.floor(dice.next() * bound);

/** A place and a length within an input; short pieces are likelier. */
function piece(input: Buffer, dice: Dice): [from: number, to: number] {
  const from = below(dice, input.length + 1);
  return [from, Math.min(input.length, from + 1 + below(dice, 2 ** (1 + below(dice, 7))))];
}

const put = (input: Buffer, from: number, to: number, what: Uint8Array): Buffer =>
  Buffer.concat([input.subarray(0, from), what, input.subarray(to)]);

function changed(input: Buffer, dice: Dice, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(input);
  const at = below(dice, copy.length);
  copy[at] = change(copy[at] ?? 0) & 255;
  return copy;
}

const MUTATIONS: readonly Mutation[] = [
  (input, dice) => changed(input, dice, (byte) => byte ^ (1 << below(dice, 8))),
  (input, dice) => changed(input, dice, () => below(dice, 256)),
  (input, dice) => changed(input, dice, (byte) => byte + 1 - 2 * below(dice, 2)),
  (input, dice) => changed(input, dice, () => dice.pick(ODD_BYTES)),
  (input, dice) => put(input, ...piece(input, dice), Buffer.alloc(0)),
  (input, dice) => input.subarray(0, below(dice, input.length + 1)),
  (input, dice) => {
    const [from, to] = piece(input, dice);
    return put(input, from, from, input.subarray(from, to));
  },
  (input, dice) => {
    const [from, to] = piece(input, dice);
    const at = below(dice, input.length + 1);
    return put(input, at, at, input.subarray(from, to));
  },
  (input, dice, _, words) => {
    const at = below(dice, input.length + 1);
    return put(input, at, at, bytes(dice.pick(words)));
  },
  (input, dice, _, words) => put(input, ...piece(input, dice), bytes(dice.pick(words))),
  (input, dice, others) => {
    const other = Buffer.from(dice.pick(others));
    const [from, to] = piece(other, dice);
    return put(input, ...piece(input, dice), other.subarray(from, to));
  },
  (input, dice, others) => {
    const other = Buffer.from(dice.pick(others));
    return Buffer.concat([
      input.subarray(0, below(dice, input.length + 1)),
      other.subarray(below(dice, other.length + 1)),
    ]);
  },
  (input, dice) => replacedNumber(input, dice),
];

const NUMBERS = ['0', '-1', '1e9', '1e400', '65536', '2147483648', '9007199254740993', '0.1', '-0', '00'];

/** Another number where one stands. */
function replacedNumber(input: Buffer, dice: Dice): Buffer {
  const found = [...input.toString('latin1').matchAll(/\d+/g)];
  if (found.length === 0) return input;
  const { index, 0: digits } = dice.pick(found);
  return put(input, index, index + digits.length, bytes(dice.pick(NUMBERS)));
}

/** The input with one to five changes; `others` lend parts of themselves. */
export function mutate(
  input: Uint8Array,
  dice: Dice,
  others: readonly Uint8Array[],
  words: readonly string[],
): Uint8Array {
  let made: Buffer = Buffer.from(input);
  const times = 1 + below(dice, dice.next() < 0.5 ? 1 : AT_MOST);
  for (let time = 0; time < times; time++) made = dice.pick(MUTATIONS)(made, dice, others, words);
  return new Uint8Array(made.subarray(0, LONGEST));
}

/** As little of a failing input as still fails; gives up after so many tries. */
export async function reduce(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
  tries = 200,
): Promise<Uint8Array> {
  let [least, left] = [Buffer.from(input), tries];
  for (let size = Math.ceil(least.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < least.length && left > 0; left--) {
      const shorter = put(least, at, at + size, Buffer.alloc(0));
      if (await fails(new Uint8Array(shorter))) least = Buffer.from(shorter);
      else at += size;
    }
  }
  return new Uint8Array(least);
}
