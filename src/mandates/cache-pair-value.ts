import type { Bytes } from './codec-bytes.ts';

/*
 * What is known of the mandates between two parties, scope by scope; mostly that there are none. As the value of one
 * entry: how many scopes (4 bytes); for each its number and where its list begins behind this table (4 bytes each); the
 * lists. A list of no bytes: there are no mandates. A scope that is no longer known keeps its place, without a number.
 */
const U32 = 4;
const GONE = 0xffffffff;
/** More than a portal of a hundred services has; of further ones the oldest are forgotten. */
const MAX_SCOPES = 1024;

/** The value of an entry: so many bytes from `at` on. */
export interface PairValue {
  bytes: Buffer;
  at: number;
  length: number;
}

/** Scope number → what stands under it: writes the list, or nothing when there are no mandates. */
export type Additions = Map<number, (out: Bytes) => unknown>;

/** Which of the scopes it is, or -1. */
export function scopeIndex({ bytes, at }: PairValue, scope: number): number {
  const count = bytes.readUInt32BE(at);
  for (let index = 0; index < count; index++) if (bytes.readUInt32BE(entryAt(at, index)) === scope) return index;
  return -1;
}

/** Where the list of a scope stands; undefined when there are no mandates. */
export function listOf({ bytes, at, length }: PairValue, index: number): { at: number; end: number } | undefined {
  const count = bytes.readUInt32BE(at);
  const lists = entryAt(at, count);
  const start = lists + bytes.readUInt32BE(entryAt(at, index) + U32);
  const end = index + 1 < count ? lists + bytes.readUInt32BE(entryAt(at, index + 1) + U32) : at + length;
  return start === end ? undefined : { at: start, end };
}

/** Takes a scope out, where it stands. Returns whether any is left. */
export function removeScope(pair: PairValue, scope: number): boolean {
  const { bytes, at } = pair;
  const index = scopeIndex(pair, scope);
  if (index >= 0) bytes.writeUInt32BE(GONE, entryAt(at, index));
  return knownScopes(pair).length > 0;
}

/** Writes a pair that knows what `pair` did, and the additions in place of what it knew of those. */
export function writePair(out: Bytes, pair: PairValue | undefined, additions: Additions): void {
  const kept = pair ? knownScopes(pair).filter(({ scope }) => !additions.has(scope)) : [];
  const surplus = Math.max(0, kept.length + additions.size - MAX_SCOPES);
  const lists = [
    ...kept.slice(surplus).map(({ scope, index }) => ({ scope, write: copyOf(pair as PairValue, index) })),
    ...[...additions].map(([scope, write]) => ({ scope, write })),
  ];
  out.u32(lists.length);
  for (const { scope } of lists) {
    out.u32(scope);
    out.u32(0);
  }
  const start = out.length();
  for (const [index, { write }] of lists.entries()) {
    out.patchU32(entryAt(0, index) + U32, out.length() - start);
    write(out);
  }
}

function knownScopes({ bytes, at }: PairValue): { scope: number; index: number }[] {
  const scopes = Array.from({ length: bytes.readUInt32BE(at) }, (_, index) => ({
    scope: bytes.readUInt32BE(entryAt(at, index)),
    index,
  }));
  return scopes.filter(({ scope }) => scope !== GONE);
}

function copyOf(pair: PairValue, index: number): (out: Bytes) => unknown {
  const list = listOf(pair, index);
  return (out) => list && out.bytes(pair.bytes.subarray(list.at, list.end));
}

function entryAt(at: number, index: number): number {
  return at + U32 + index * 2 * U32;
}
