import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Identifier } from '../domain/identifier.ts';
import { toUrn } from '../domain/identifier.ts';

export interface KeyOptions {
  /** At least 32 bytes. */
  hmacKey: Buffer;
  /** Names the HMAC key, so that two can exist beside each other while one replaces the other. */
  hmacKeyId: string;
  /** 32 bytes; only where identifiers must be read back (the register's side). */
  sealKey?: Buffer;
}

export interface Keys {
  keyId: string;
  /** HMAC of the identifier's URN, 16 bytes as 32 hex digits: its only name in register, Redis and cache. */
  alias(identifier: Identifier): string;
  /** Tells whether two sides hold the same key, and nothing about the key. */
  check(): string;
  /** HMAC of a text under a key of its own for this purpose, 32 bytes: what is kept hashed cannot be tried without it. */
  mac(text: string, purpose: string): Buffer;
  /** Whether there is a seal key. */
  canSeal: boolean;
  /** Encrypts an identifier; bound to `alias`, so that it cannot be moved to another. @throws Error without a key */
  seal(identifier: Identifier, alias: string): Buffer;
  /** @throws Error without a key, or when the text was altered or moved */
  unseal(sealed: Buffer, alias: string): string;
  /** Encrypts a text that must be given again, bound to what it is for. @throws Error without a key */
  sealText(text: string, purpose: string): Buffer;
  /** @throws Error without a key, or when it was altered or is for something else */
  unsealText(sealed: Buffer, purpose: string): string;
}

const ALIAS_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export function makeKeys({ hmacKey, hmacKeyId, sealKey }: KeyOptions): Keys {
  if (hmacKey.length < 32) throw new Error('the HMAC key must have at least 32 bytes');
  if (sealKey !== undefined && sealKey.length !== 32) throw new Error('the seal key must have 32 bytes');
  const keyCheck = Buffer.from(hkdfSync('sha256', hmacKey, hmacKeyId, 'machtig key check', 16)).toString('hex');
  const sealing = () => {
    if (sealKey === undefined) throw new Error('there is no seal key here: set MACHTIG_SEAL_KEY');
    return sealKey;
  };
  return {
    keyId: hmacKeyId,
    alias: (identifier) =>
      createHmac('sha256', hmacKey).update(toUrn(identifier)).digest().toString('hex', 0, ALIAS_BYTES),
    check: () => keyCheck,
    mac: (text, purpose) => {
      const key = hkdfSync('sha256', hmacKey, hmacKeyId, `machtig ${purpose}`, 32);
      return createHmac('sha256', Buffer.from(key)).update(text).digest();
    },
    canSeal: sealKey !== undefined,
    seal: (identifier, alias) => encrypt(sealing(), toUrn(identifier), Buffer.from(alias, 'hex')),
    unseal: (sealed, alias) => decrypt(sealing(), sealed, Buffer.from(alias, 'hex')),
    sealText: (text, purpose) => encrypt(sealing(), text, Buffer.from(purpose)),
    unsealText: (sealed, purpose) => decrypt(sealing(), sealed, Buffer.from(purpose)),
  };
}

function encrypt(key: Buffer, text: string, bound: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bound);
  const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]);
}

function decrypt(key: Buffer, sealed: Buffer, bound: Buffer): string {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(bound)
    .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
