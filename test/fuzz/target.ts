import type { Dice } from '../support/dice.ts';

/** Something that is given inputs nobody meant, and what must hold whatever they are. */
export interface Target {
  /** Inputs to begin with, besides those of the corpus. */
  seeds: readonly Uint8Array[];
  /** What mutations put in, besides arbitrary bytes. */
  words: readonly string[];
  /** What is genuine depends on the seed: an input of another run may be as genuine there, and stands for no damage here. */
  passing?: true;
  /** An input that is nearly right, or right. */
  make(dice: Dice): Uint8Array;
  /**
   * Tries one input; resolves with the kind of outcome, for counting.
   * @throws Broken when a promise of the product does not hold; whatever else is thrown counts as well
   */
  try(input: Uint8Array): Promise<string> | string;
  close(): Promise<void>;
}

/** A promise that did not hold. */
export class Broken extends Error {}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The random numbers of fast-check that belong to a throw of the dice. */
export const seedOf = (dice: Dice): number => Math.floor(dice.next() * 2 ** 31);
