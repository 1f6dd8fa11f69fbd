import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { importSPKI } from 'jose';
import { packBundle } from '../../src/policy/pack.ts';
import { revisionOf } from '../../src/policy/revision.ts';
import { type Algorithm, SIGNATURES, signFiles, type Trust } from '../../src/policy/signature.ts';
import { readTar } from '../../src/policy/tar.ts';

export type Held = Map<string, Uint8Array>;

export const jsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export const unpacked = (path: string): Held => new Map(readTar(gunzipSync(readFileSync(path))));

/** The same bundle with other contents, under the revision that they make. */
export function revised(files: Held, change: (held: Held) => void): Held {
  const held = new Map(files);
  held.delete(SIGNATURES);
  change(held);
  const manifest = JSON.parse(new TextDecoder().decode(held.get('.manifest')));
  held.set('.manifest', jsonBytes({ ...manifest, revision: revisionOf(held) }));
  return held;
}

export interface Pair {
  privateKey: string;
  publicKey: string;
  algorithm: Algorithm;
  trust(keyId?: string): Promise<Trust>;
}

const CURVES: Partial<Record<Algorithm, string>> = { ES256: 'P-256', ES384: 'P-384' };

export function makePair(algorithm: Algorithm = 'ES256'): Pair {
  const { privateKey, publicKey } = keysFor(algorithm);
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: pem,
    algorithm,
    trust: async (keyId = 'release') => ({ key: await importSPKI(pem, algorithm), keyId, algorithm }),
  };
}

function keysFor(algorithm: Algorithm) {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  const namedCurve = CURVES[algorithm];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** The files with their signature. */
export async function signed(files: Held, pair: Pair, issuedAt: number, keyId = 'release'): Promise<Held> {
  const { privateKey, algorithm } = pair;
  return new Map([...files, [SIGNATURES, await signFiles(files, { privateKey, algorithm, keyId, issuedAt })]]);
}

export async function signedBundle(files: Held, pair: Pair, issuedAt: number): Promise<Uint8Array> {
  return packBundle(await signed(files, pair, issuedAt));
}
