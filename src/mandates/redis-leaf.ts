import { malformed } from './codec-bytes.ts';
import { sizedMembers } from './redis-found.ts';

const ID = 16;
const CHECKSUM = 4;
/** In front of the scopes of a member: delegate, mandate id, number of scopes. */
const HEAD = 2 * ID + 1;
const KIND = Buffer.from('m');
const EVERYTHING = 'e'.charCodeAt(0);

/** What a leaf (leaf.lua) holds of one mandate under one scope. */
export interface LeafEntry {
  /** Packed. */
  key: Buffer;
  id: Buffer;
  /** Body and checksum. */
  value: Buffer;
}

/** Whether it says which leaves there are, rather than being one. */
export function isBranching(held: Buffer): boolean {
  return held.length === 3 && held[0] === 0;
}

/** @throws AppError `store_unavailable` */
export function* leafEntries(represented: Buffer, held: Buffer): Generator<LeafEntry> {
  for (const member of sizedMembers(held)) {
    if (member.length === ID) continue; // His mandates stand in a hash of their own.
    const id = member.subarray(ID, 2 * ID);
    const { scopes, bodyAt } = scopesOf(member);
    const body = member.subarray(bodyAt);
    for (const { scope, checksum } of scopes) {
      const key = Buffer.concat([KIND, represented, member.subarray(0, ID), scope]);
      yield { key, id, value: Buffer.concat([body, checksum]) };
    }
  }
}

function scopesOf(member: Buffer): { scopes: { scope: Buffer; checksum: Buffer }[]; bodyAt: number } {
  const scopes = [];
  let at = HEAD;
  for (let left = member[HEAD - 1] ?? 0; left > 0; left--) {
    const end = at + (member[at] === EVERYTHING ? 1 : 1 + ID);
    if (end + CHECKSUM > member.length) throw malformed('a mandate is cut off');
    scopes.push({ scope: member.subarray(at, end), checksum: member.subarray(end, end + CHECKSUM) });
    at = end + CHECKSUM;
  }
  return { scopes, bodyAt: at };
}
