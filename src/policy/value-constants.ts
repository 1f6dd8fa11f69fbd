import { at, eachEntry, TYPE, textAt } from './value-layout.ts';

/** Longer texts are ids: looking for each would take longer than it gains, and remembering them all too much room. */
const LONGEST = 30;

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
    if (text.length > LONGEST) return undefined;
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
  const found = bytes.indexOf(value, from);
  return found === -1 ? undefined : found;
}

/** Spells a value, and all within it, by the module's own texts. */
export function unify(bytes: Buffer, value: number, constantOf: ConstantOf): void {
  const spell = (place: number) => {
    const spelled = at(bytes, place);
    if (bytes[spelled] !== TYPE.string) unify(bytes, spelled, constantOf);
    else bytes.writeInt32LE(constantOf(textAt(bytes, spelled)) ?? spelled, place);
  };
  if (bytes[value] === TYPE.array) {
    const entries = at(bytes, value + 4);
    for (let i = 0; i < at(bytes, value + 8); i++) spell(entries + 8 * i + 4);
  }
  if (bytes[value] !== TYPE.object) return;
  eachEntry(bytes, value, (entry) => {
    spell(entry);
    spell(entry + 4);
  });
}
