import { CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import { AppError } from '../domain/errors.ts';
import type { SearchKind } from '../evaluate/search/asked.ts';
import type { Position } from '../evaluate/search/smallest.ts';

/** What a page token belongs to: it leads no other caller on, at no other door, and in no other search. */
export interface TokenFor {
  caller: Caller;
  search: SearchKind;
  /** Everything that was asked, but the page. */
  query: unknown;
}

export interface SearchTokens {
  seal(position: Position, of: TokenFor): Promise<string>;
  /** @throws AppError `invalid_request` */
  open(token: string, of: TokenFor): Promise<Position>;
}

const HOUR_MS = 3_600_000;

const content = z.strictObject({
  /** Milliseconds since 1970. */
  until: z.number(),
  of: z.string(),
  position: z.strictObject({ id: z.string(), part: z.string().optional() }),
});

/**
 * Page tokens (JWE, A256GCM under a key of their own): where the last page ended, legible and makeable for whoever has
 * the HMAC key alone, so that every sidecar goes on where another ended. They keep an hour.
 * @param mac 32 bytes from a text, for one purpose (`Keys.mac`).
 */
export function makeSearchTokens(mac: (text: string, purpose: string) => Buffer, now: () => number): SearchTokens {
  const key = mac('', 'search tokens');
  const belonging = ({ caller, search, query }: TokenFor) =>
    mac(JSON.stringify([caller.name, search, inOrder(query)]), 'search queries').toString('base64url');

  return {
    seal(position, of) {
      const text = JSON.stringify({ until: now() + HOUR_MS, of: belonging(of), position });
      return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(HEADER).encrypt(key);
    },
    async open(token, of) {
      const held = await decrypt(token, key);
      if (held === undefined) throw refusal('is none of ours');
      if (held.of !== belonging(of)) throw refusal('is of another search: only page.limit may change');
      if (held.until <= now()) throw refusal('is older than an hour: search anew');
      const { id, part } = held.position;
      return part === undefined ? { id } : { id, part };
    },
  };
}

const HEADER = { alg: 'dir', enc: 'A256GCM' } as const;
/** Neither compression nor any other way of encrypting, whatever a header says. */
const ONLY = { keyManagementAlgorithms: [HEADER.alg], contentEncryptionAlgorithms: [HEADER.enc] };

async function decrypt(token: string, key: Uint8Array): Promise<z.output<typeof content> | undefined> {
  try {
    const { plaintext } = await compactDecrypt(token, key, ONLY);
    return content.parse(JSON.parse(Buffer.from(plaintext).toString()));
  } catch {
    // Why it cannot be read is nothing to whoever made it up.
    return undefined;
  }
}

function refusal(message: string): AppError {
  return new AppError('invalid_request', 'the page token is refused', { faults: [{ at: '/page/token', message }] });
}

/** The same query in the same words: names of fields have no order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, held]) => [name, inOrder(held)]),
  );
}
