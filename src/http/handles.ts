import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { PartyId } from '../domain/facts.ts';
import { HANDLE_URN, type OpenHandle, openNothing } from '../domain/identifier.ts';

/**
 * Names for parties in place of identifiers that a caller may not see: `urn:machtig:handle:` and 22 characters. One
 * caller gets the same handle for the same party, always and at every sidecar; another caller can do nothing with it.
 */
export interface Handles {
  /** The URN by which this caller may name the party. */
  of(caller: Caller, party: PartyId): string;
  /** Whom this caller means. One that was made up, or is another caller's, leads to nobody. */
  opener(caller: Caller): OpenHandle;
}

/** Where no handles are given out, none is known. */
export const NO_HANDLES: Pick<Handles, 'opener'> = { opener: () => openNothing };

/**
 * A handle is the party's 16 bytes, enciphered as one block of AES-256 under a key of its own for each caller: there
 * is nothing to keep, and nothing to tell two handles apart by but that they differ.
 * @param mac 32 bytes from a text, for one purpose (`Keys.mac`).
 */
export function makeHandles(mac: (text: string, purpose: string) => Buffer): Handles {
  const keys = new Map<string, Buffer>();
  function keyOf({ name }: Caller): Buffer {
    const key = keys.get(name) ?? mac(name, 'handles');
    keys.set(name, key);
    return key;
  }
  return {
    of(caller, party) {
      const cipher = createCipheriv(CIPHER, keyOf(caller), null).setAutoPadding(false);
      const block = Buffer.concat([cipher.update(party.replaceAll('-', ''), 'hex'), cipher.final()]);
      return HANDLE_URN + block.toString('base64url');
    },
    opener: (caller) => (handle) => {
      const decipher = createDecipheriv(CIPHER, keyOf(caller), null).setAutoPadding(false);
      const block = Buffer.concat([decipher.update(handle, 'base64url'), decipher.final()]);
      return toUuid(block.toString('hex'));
    },
  };
}

/** On a single block that never repeats under its key with another meaning, ECB is the block cipher itself. */
const CIPHER = 'aes-256-ecb';

function toUuid(hex: string): PartyId {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
