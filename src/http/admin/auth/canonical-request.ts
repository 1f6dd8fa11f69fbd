import { createHash } from 'node:crypto';

/** What a signature over a request covers (R96). */
export interface SignedRequest {
  /** For whom the request is: the audience of the access tokens, so that a signature counts in one place only. */
  audience: string;
  /** Upper case. */
  method: string;
  /** Path and query as sent. */
  target: string;
  /** The content as sent; empty where there is none. */
  body: Uint8Array;
  idempotencyKey?: string;
}

/** `sha-256=:…:` (RFC 9530) of the content as sent. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

/** The text that is signed: one JSON object in canonical form (RFC 8785), here of texts alone, names in order. */
export function canonicalRequest({ audience, method, target, body, idempotencyKey }: SignedRequest): string {
  return JSON.stringify({
    audience,
    content_digest: contentDigest(body),
    ...(idempotencyKey !== undefined && { idempotency_key: idempotencyKey }),
    method,
    target,
  });
}
