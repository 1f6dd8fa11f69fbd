import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Pages } from './operation.ts';

export interface PagesOptions {
  /** At least 32 bytes, from configuration; the keys of the tokens are derived from it. */
  key: Buffer;
  /** Milliseconds since 1970. */
  now: () => number;
  /** How long a token is good for. */
  lifeMs?: number;
}

/** To whom and to which question a token belongs. */
export interface PageOwner {
  subject: string;
  operation: string;
  /** Where the token stands in the request, for the fault. */
  at: string;
}

const SALT_BYTES = 16;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
/** Each token has a key of its own, so that one nonce will do. */
const NONCE = Buffer.alloc(12);
const HOUR_MS = 3_600_000;
const content = z.strictObject({ after: z.array(z.unknown()), until: z.number() });

/**
 * Makes page tokens: encrypted and authenticated, so that nobody reads names in them or writes his own, and bound to
 * caller, operation and filters.
 */
export function makePages({ key, now, lifeMs = HOUR_MS }: PagesOptions): (owner: PageOwner) => Pages {
  if (key.length < 32) throw new Error('the key of the page tokens must have at least 32 bytes');
  const keyFor = (salt: Buffer) => Buffer.from(hkdfSync('sha256', key, salt, 'machtig page token', 32));
  return ({ subject, operation, at }) => ({
    write(after, filters) {
      const salt = randomBytes(SALT_BYTES);
      const cipher = createCipheriv(CIPHER, keyFor(salt), NONCE).setAAD(bound(subject, operation, filters));
      const text = JSON.stringify({ after, until: now() + lifeMs });
      const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([salt, cipher.getAuthTag(), hidden]).toString('base64url');
    },
    read(token, filters) {
      if (token === undefined) return undefined;
      const { after, until } = open(token, bound(subject, operation, filters), keyFor, at);
      if (until <= now()) throw refused(at, 'has expired; start again from the first page');
      return after;
    },
  });
}

function open(token: string, owner: Buffer, keyFor: (salt: Buffer) => Buffer, at: string) {
  const bytes = Buffer.from(token, 'base64url');
  try {
    const salt = bytes.subarray(0, SALT_BYTES);
    const decipher = createDecipheriv(CIPHER, keyFor(salt), NONCE, { authTagLength: TAG_BYTES })
      .setAAD(owner)
      .setAuthTag(bytes.subarray(SALT_BYTES, SALT_BYTES + TAG_BYTES));
    const text = decipher.update(bytes.subarray(SALT_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    return content.parse(JSON.parse(text));
  } catch (cause) {
    throw refused(at, 'is none of ours, or belongs to another question', cause);
  }
}

/** The same filters in another order are other filters: whoever pages on sends what he sent before. */
function bound(subject: string, operation: string, filters: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([subject, operation, filters ?? null]))
    .digest();
}

function refused(at: string, message: string, cause?: unknown): AppError {
  return new AppError('invalid_request', 'the page token cannot be used', { faults: [{ at, message }], cause });
}
