import { readFile } from 'node:fs/promises';
import { CompactSign, type CryptoKey, compactVerify, errors, importPKCS8, importSPKI } from 'jose';
import { z } from 'zod';
import { toError } from '../domain/errors.ts';
import type { BundleFiles } from './bundle-parts.ts';
import { BundleRefusal, type RefusalCode } from './bundle-refusal.ts';
import { revisionOf } from './revision.ts';
import { HASHES, type HashName, hashOf, isStructured } from './signature-hash.ts';

export const SIGNATURES = '.signatures.json';
const MANIFEST = '.manifest';
/** JSON that nobody vouched for yet is read no further than this: its tree takes some fifty times as much. */
const MAX_UNVOUCHED = 1024 * 1024;

/** Signature algorithms of OPA that need no shared secret (RFC 7518 section 3.1, RFC 8037). */
export const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** The one key by which bundles are believed: nothing in a bundle has a say in it. */
export interface Trust {
  key: CryptoKey;
  keyId: string;
  algorithm: Algorithm;
}

export interface Signed {
  keyId: string;
  /** Seconds since 1970 (`iat`, RFC 7519): what was issued later is the newer release. */
  issuedAt: number;
}

const Signatures = z.object({
  signatures: z.array(z.string()).length(1),
  plugin: z.literal('_default').exactOptional(),
});

const Claims = z.object({
  files: z.array(z.object({ name: z.string(), hash: z.string(), algorithm: z.string() })),
  keyid: z.string().exactOptional(),
  scope: z.string().exactOptional(),
  iat: z.int().nonnegative().exactOptional(),
});
type Claims = z.infer<typeof Claims>;

/** @throws Error with a sentence when the file holds no public key for that algorithm */
export async function readTrust(wish: { keyFile: string; keyId: string; algorithm: Algorithm }): Promise<Trust> {
  const { keyFile, keyId, algorithm } = wish;
  const pem = await readFile(keyFile, 'utf8');
  // A private key would verify as well; on a machine that only verifies it has no business.
  if (/PRIVATE KEY-----/.test(pem))
    throw new Error(`${keyFile} holds a private key: only its public half belongs here`);
  try {
    return { key: await importSPKI(pem, algorithm), keyId, algorithm };
  } catch (thrown) {
    throw new Error(`${keyFile} holds no public key for ${algorithm} (PEM, SubjectPublicKeyInfo)`, { cause: thrown });
  }
}

/**
 * Whether exactly these files were signed with the trusted key, as OPA signs bundles (`.signatures.json`). Nothing in
 * the files is believed, or even read, before.
 * @throws BundleRefusal
 */
export async function verifySignature(files: BundleFiles, trust: Trust): Promise<Signed> {
  const { payload, kid } = await verified(signatureOf(files), trust);
  const claims = readClaims(payload);
  requireKey([kid, claims.keyid], trust);
  if (claims.scope) throw new BundleRefusal('other_scope', `it was signed for the scope ${claims.scope}`);
  verifyFiles(files, claims.files);
  if (claims.iat === undefined)
    throw new BundleRefusal('undated', 'its signature does not say when it was issued: iat');
  return { keyId: trust.keyId, issuedAt: claims.iat };
}

function signatureOf(files: BundleFiles): string {
  const bytes = files.get(SIGNATURES);
  if (bytes === undefined) throw new BundleRefusal('unsigned', `it holds no ${SIGNATURES}`);
  if (bytes.length > MAX_UNVOUCHED) throw malformed(`its ${SIGNATURES} is larger than it may be`);
  try {
    const [only = ''] = Signatures.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).signatures;
    return only;
  } catch (thrown) {
    throw malformed(`its ${SIGNATURES} does not hold exactly one signature`, thrown);
  }
}

async function verified(signature: string, { key, algorithm }: Trust): Promise<{ payload: Uint8Array; kid?: string }> {
  try {
    const { payload, protectedHeader } = await compactVerify(signature, key, { algorithms: [algorithm] });
    const { kid } = protectedHeader;
    return { payload, ...(kid !== undefined && { kid }) };
  } catch (thrown) {
    throw new BundleRefusal(faultOf(thrown), `its signature is refused: ${toError(thrown).message}`, { cause: thrown });
  }
}

/** Header and claims may both name the key; one of them must, and none another. */
function requireKey(names: (string | undefined)[], { keyId }: Trust): void {
  const given = names.filter((name) => name !== undefined);
  if (given.length > 0 && given.every((name) => name === keyId)) return;
  const named = given.find((name) => name !== keyId);
  const what = named === undefined ? 'it names no key' : `it names the key ${JSON.stringify(named)}`;
  throw new BundleRefusal('key_unknown', `${what}, configured is ${keyId}`);
}

function faultOf(thrown: unknown): RefusalCode {
  if (thrown instanceof errors.JOSEAlgNotAllowed) return 'signature_algorithm';
  return thrown instanceof errors.JWSSignatureVerificationFailed ? 'signature_invalid' : 'signature_malformed';
}

function readClaims(payload: Uint8Array): Claims {
  try {
    return Claims.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
  } catch (thrown) {
    throw malformed('what it signed is no list of files', thrown);
  }
}

function verifyFiles(files: BundleFiles, signed: Claims['files']): void {
  const expected = new Map(signed.map((file) => [file.name, file]));
  if (expected.size !== signed.length) throw malformed('its signature names a file twice');
  for (const path of files.keys()) {
    if (path !== SIGNATURES && !expected.has(path)) throw new BundleRefusal('file_extra', `${path} was not signed`);
  }
  const missing = signed.find(({ name }) => !files.has(name));
  if (missing) throw new BundleRefusal('file_missing', `${missing.name} was signed and is not there`);
  const vouched = vouchesByBytes(files, expected.get(MANIFEST));
  for (const { name, hash, algorithm } of signed) {
    if (!isHash(algorithm)) throw new BundleRefusal('hash_algorithm', `${name} is signed by ${algorithm || 'no hash'}`);
    const bytes = files.get(name) ?? new Uint8Array();
    const readable = vouched || !isStructured(name) || bytes.length <= MAX_UNVOUCHED;
    if (!readable || hash.toLowerCase() !== hashIn(name, bytes, algorithm)) {
      throw new BundleRefusal('file_altered', `${name} is not the file that was signed`);
    }
  }
}

/**
 * Whether the manifest is the signed one, and its revision that of all files, byte by byte. Only then is large JSON
 * parsed: its signed hash is one of its meaning, so that parsing would come before knowing whose it is.
 */
function vouchesByBytes(files: BundleFiles, signed: Claims['files'][number] | undefined): boolean {
  const bytes = files.get(MANIFEST);
  if (bytes === undefined || bytes.length > MAX_UNVOUCHED || signed === undefined || !isHash(signed.algorithm))
    return false;
  if (signed.hash.toLowerCase() !== hashIn(MANIFEST, bytes, signed.algorithm)) return false;
  return JSON.parse(Buffer.from(bytes).toString('utf8')).revision === revisionOf(files);
}

const isHash = (name: string): name is HashName => Object.hasOwn(HASHES, name);

function hashIn(name: string, bytes: Uint8Array, algorithm: HashName): string | undefined {
  try {
    return hashOf(name, bytes, algorithm);
  } catch {
    // What cannot be read as it was signed is not what was signed.
    return undefined;
  }
}

function malformed(message: string, cause?: unknown): BundleRefusal {
  return new BundleRefusal('signature_malformed', message, { cause });
}

export interface Signer {
  /** PEM, PKCS#8. */
  privateKey: string;
  keyId: string;
  algorithm: Algorithm;
  /** Seconds since 1970. */
  issuedAt: number;
}

/** Contents of the `.signatures.json` that OPA and `verifySignature` accept for these files. */
export async function signFiles(files: BundleFiles, signer: Signer): Promise<Uint8Array> {
  const { privateKey, keyId, algorithm, issuedAt } = signer;
  const key = await importPKCS8(privateKey, algorithm);
  const names = [...files.keys()].filter((name) => name !== SIGNATURES).sort();
  const signed = names.map((name) => ({
    name,
    hash: hashOf(name, files.get(name) ?? new Uint8Array(), 'SHA-256'),
    algorithm: 'SHA-256' satisfies HashName,
  }));
  const payload = new TextEncoder().encode(JSON.stringify({ files: signed, keyid: keyId, iat: issuedAt }));
  const jws = await new CompactSign(payload).setProtectedHeader({ alg: algorithm, kid: keyId, typ: 'JWT' }).sign(key);
  return new TextEncoder().encode(JSON.stringify({ signatures: [jws] }));
}
