import type { X509Certificate } from 'node:crypto';
import { decodeProtectedHeader, flattenedVerify } from 'jose';
import { z } from 'zod';
import type { Session } from '../../../administer/acting.ts';
import { toError } from '../../../domain/errors.ts';
import type { Unauthenticated } from '../authenticate.ts';
import type { Signatures } from './access-form.ts';
import { canonicalRequest, contentDigest } from './canonical-request.ts';
import { notLetIn } from './refusal.ts';
import type { Trust } from './trust.ts';

/** The header that carries a signature over the request: a JWS without its payload (RFC 7515, appendix F). */
export const SIGNATURE_HEADER = 'signature-jws';

/** Between the signer's clock and ours. */
const AHEAD_MS = 60_000;

export interface SignatureDeps {
  signatures: Signatures;
  /** Audience of the access tokens. */
  audience: string;
  trust: Trust;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Who logged in with the token that came with the signature. */
export interface Signer {
  /** Name of his means in the register: HMAC, 32 hex digits. */
  meansId: string;
  claims: Readonly<Record<string, unknown>>;
}

/** @throws AppError `unauthenticated`: a signature that is there counts, or the request is refused */
export type CheckSignature = (
  jws: string,
  request: Unauthenticated,
  body: Uint8Array,
  signer: Signer,
) => Promise<NonNullable<Session['signature']>>;

const DETACHED = /^([A-Za-z0-9_-]{1,14000})\.\.([A-Za-z0-9_-]{1,1400})$/;
/** Of the digests that the header may hold, the one that is signed. */
const SHA256_DIGEST = /(?:^|,)\s*(sha-256=:[^:]*:)/i;
const headerForm = z.looseObject({
  alg: z.string(),
  iat: z.number(),
  x5c: z.array(z.string().max(8192)).min(1),
  b64: z.boolean().default(true),
});
type ProtectedHeader = z.output<typeof headerForm>;

export function makeCheckSignature({ signatures, audience, trust, now }: SignatureDeps): CheckSignature {
  const windowMs = signatures.window_seconds * 1000;

  function checkTime({ iat }: ProtectedHeader): void {
    const age = now() - iat * 1000;
    if (age > windowMs || age < -AHEAD_MS) throw notLetIn('signature_too_old', 'the signature is not of this moment');
  }

  return async (jws, request, body, signer) => {
    const [, encoded = '', signature = ''] = DETACHED.exec(jws) ?? [];
    const header = readHeader(encoded);
    if (!signatures.algorithms.some((algorithm) => algorithm === header.alg)) {
      throw notLetIn('signature_algorithm', 'the signature is of an algorithm that is not accepted');
    }
    checkTime(header);
    const idempotencyKey = request.header('idempotency-key');
    checkRequest(request, body, idempotencyKey);
    const certificate = trust(header.x5c, new Date(now()));
    const { method, target } = request;
    const text = canonicalRequest({
      audience,
      method,
      target,
      body,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    const payload = header.b64 ? Buffer.from(text).toString('base64url') : text;
    await verify({ protected: encoded, payload, signature }, certificate, signatures.algorithms);
    const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    if (!isOf(signer, fingerprint, serialNumberOf(certificate.subject), signatures)) {
      throw notLetIn('certificate_of_another', 'the certificate is not known to be of the person who logged in');
    }
    return { fingerprint };
  };
}

function readHeader(encoded: string): ProtectedHeader {
  try {
    return headerForm.parse(decodeProtectedHeader({ protected: encoded }));
  } catch {
    throw notLetIn('signature_malformed', 'the signature is no detached JWS with alg, iat and x5c');
  }
}

/** Without a key a signed write could be sent again within the window; with it, it is answered and not done again. */
function checkRequest(request: Unauthenticated, body: Uint8Array, idempotencyKey: string | undefined): void {
  if (request.method !== 'GET' && idempotencyKey === undefined) {
    throw notLetIn('signature_without_idempotency_key', 'a signed write needs an Idempotency-Key');
  }
  const given = SHA256_DIGEST.exec(request.header('content-digest') ?? '')?.[1];
  if (given !== undefined && given !== contentDigest(body)) {
    throw notLetIn('signature_wrong', 'the content is not that of the Content-Digest');
  }
}

async function verify(
  jws: { protected: string; payload: string; signature: string },
  certificate: X509Certificate,
  algorithms: readonly string[],
): Promise<void> {
  try {
    await flattenedVerify(jws, certificate.publicKey, { algorithms: [...algorithms] });
  } catch (thrown) {
    // Also a key that does not fit the algorithm, or is of a kind that is not known here.
    throw notLetIn('signature_wrong', `the signature is not over this request: ${toError(thrown).message}`);
  }
}

function isOf(signer: Signer, fingerprint: string, serialNumber: string | undefined, signatures: Signatures): boolean {
  const { serial_number_claim: name, signers } = signatures;
  if (signers.some((one) => one.means_id === signer.meansId && one.fingerprint === fingerprint)) return true;
  if (name === undefined || serialNumber === undefined || !Object.hasOwn(signer.claims, name)) return false;
  return signer.claims[name] === serialNumber;
}

/** Of a subject with two serial numbers none counts. */
function serialNumberOf(subject: string): string | undefined {
  const [only, ...others] = subject.split('\n').filter((line) => line.startsWith('serialNumber='));
  return others.length === 0 ? only?.slice('serialNumber='.length) : undefined;
}
