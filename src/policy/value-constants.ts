import { eachEntry, TYPE, textAt, type Views, word } from './value-layout.ts';

/** The address of a text that the module holds itself. */
export type ConstantOf = (text: string) => number | undefined;

/**
 * Where the module's own texts stand: OPA takes two values at one address for equal without looking at them, so that
 * what rules compare with is best spelled by them. The compiler writes them (wasm.go, compileStringsAndBooleans) one
 * after another, each closed by a zero, and behind all of them the values of 12 bytes that point at them.
 * @param bytes what the module holds before anything is asked; it never changes
 */
export function makeConstants(bytes: Buffer): ConstantOf {
  const known = new Map<string, number | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, find(bytes, text));
    return known.get(text);
  };
}

function find(bytes: Buffer, text: string): number | undefined {
  const closed = Buffer.from(`\0${text}\0`);
  const from = bytes.lastIndexOf(closed) + 1;
  if (from === 0) return undefined;
  const value = Buffer.alloc(12);
  value[0] = TYPE.constantString;
  value.writeInt32LE(closed.length - 2, 4);
  value.writeInt32LE(from, 8);
  const at = bytes.indexOf(value, from);
  return at === -1 ? undefined : at;
}

/** Spells a value, and all within it, by the module's own texts. */
export function unify(views: Views, address: number, constantOf: ConstantOf): void {
  const { words, bytes } = views;
  const spelled = (index: number) => {
    const value = word(words, index);
    if (bytes[value] !== TYPE.string) unify(views, value, constantOf);
    else words[index] = constantOf(textAt(bytes, value)) ?? value;
  };
  if (bytes[address] === TYPE.array) {
    const entries = word(words, (address >> 2) + 1) >> 2;
    for (let i = 0; i < word(words, (address >> 2) + 2); i++) spelled(entries + 2 * i + 1);
  }
  if (bytes[address] !== TYPE.object) return;
  eachEntry(words, address, (entry) => {
    spelled(entry);
    spelled(entry + 1);
  });
}
