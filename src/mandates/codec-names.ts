import type { NameFacts, PartyId } from '../domain/facts.ts';
import { type Bytes, checkedBody, makeBytes, malformed, parseJsonObject } from './codec-bytes.ts';

const ID = 16;
/** A BSN as `Keys.seal` gives it: nonce, tag and the twenty characters of its URN. */
const SEALED_BSN = 48;
/** As much as stands in a small hash of Redis as one value: a checksum more, and each would take half as much again. */
const BSN_FORM = ID + SEALED_BSN;
const CHECKSUM = 4;

/**
 * What a party may be called. A sealed BSN stands behind its alias, which is combined with the party's id: cut off,
 * damaged or under another party it cannot be unsealed, and so needs no checksum. Anything else is JSON with one,
 * of another length. `start`: where the packed key begins.
 */
export function writeNames(out: Bytes, party: PartyId, names: NameFacts, start: number): void {
  const { bsn, ...others } = names;
  const sealed = bsn && Buffer.from(bsn.sealed, 'base64');
  if (bsn && sealed?.length === SEALED_BSN && Object.keys(others).length === 0) {
    out.bytes(combined(idBytes(bsn.alias), idBytes(party)));
    out.bytes(sealed);
    return;
  }
  const text = JSON.stringify(names);
  out.text(text.length + CHECKSUM === BSN_FORM ? `${text} ` : text);
  out.checksum(start);
}

/** @throws AppError `store_unavailable` on anything that `writeNames` did not write, a sealed BSN apart */
export function readNames(packedKey: Buffer, value: Buffer): NameFacts {
  if (value.length === BSN_FORM) {
    const alias = combined(value.subarray(0, ID), packedKey.subarray(1, 1 + ID));
    return { bsn: { alias: alias.toString('hex'), sealed: value.toString('base64', ID) } };
  }
  const names = parseJsonObject(checkedBody(packedKey, value).toString());
  if (Object.keys(names).length === 0) throw malformed('a party is called nothing');
  return names;
}

function idBytes(text: string): Buffer {
  const bytes = makeBytes(ID);
  bytes.id(text);
  return bytes.view();
}

function combined(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}
