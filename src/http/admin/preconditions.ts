import { createHash } from 'node:crypto';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { Header } from '../exchange.ts';
import type { Operation } from './operation.ts';

const QUOTED = /^"([\x20\x21\x23-\x5b\x5d-\x7e]{1,128})"$/;
const BARE = /^[!#-~]{1,128}$/;
const ETAG = /^(W\/)?"([\x21\x23-\x7e]{1,64})"$/;

/**
 * The Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07), with what it stands for: the same key for another
 * request is refused. It is a string in quotes; without them it is taken as well.
 */
export function idempotencyOf(
  { method }: Pick<Operation, 'method'>,
  header: Header,
  request: { target: string; body: Uint8Array },
  faults: Fault[],
): { key: string; digest: string } | undefined {
  const given = header('idempotency-key');
  if (given === undefined || method === 'get') return undefined;
  const key = QUOTED.exec(given)?.[1] ?? (BARE.test(given) ? given : undefined);
  if (key === undefined || /\s/.test(key)) {
    faults.push({ at: 'Idempotency-Key', message: 'must be 1 to 128 printable characters in quotes, without spaces' });
    return undefined;
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([method, request.target]))
    .update(request.body)
    .digest('hex');
  return { key, digest };
}

/**
 * The ETag that the caller has seen (RFC 9110, 13.1.1).
 * @throws AppError `precondition_required` | `precondition_failed` (weak: never equal)
 */
export function ifMatchOf({ etag }: Operation, header: Header, faults: Fault[]): string | undefined {
  const given = header('if-match');
  if (given === undefined) {
    if (etag !== 'required') return undefined;
    const missing = [{ at: 'If-Match', message: 'is missing: send the ETag of what you have seen' }];
    throw new AppError('precondition_required', 'no If-Match', { faults: missing });
  }
  const [, weak, tag] = ETAG.exec(given) ?? [];
  if (tag === undefined) {
    faults.push({ at: 'If-Match', message: 'must be the one ETag that you have seen, in quotes' });
    return undefined;
  }
  if (weak !== undefined) throw new AppError('precondition_failed', 'a weak ETag never matches');
  return tag;
}
