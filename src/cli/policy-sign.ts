import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { AppError, toError } from '../domain/errors.ts';
import { unpackBundle } from '../policy/bundle.ts';
import { packBundle } from '../policy/pack.ts';
import { ALGORITHMS, type Algorithm, readTrust, SIGNATURES, signFiles } from '../policy/signature.ts';
import { toRefusal } from '../rollout/examine.ts';
import { examineApart } from '../rollout/examine-apart.ts';
import { fileSource } from '../rollout/file-source.ts';
import { iso } from '../rollout/order.ts';
import { KEY_ID } from './config-bundle.ts';
import { EXIT, type Terminal } from './terminal.ts';

export interface KeygenWish {
  private: string;
  public: string;
  algorithm: string;
}

export interface SignWish {
  key: string;
  keyId: string;
  output: string;
  algorithm: string;
  /** ISO 8601; now when absent. */
  issuedAt?: string;
}

export interface VerifyWish {
  key?: string;
  keyId?: string;
  algorithm: string;
}

const RSA_BITS = 3072;

/** Makes a key pair; never over a file that is there. */
export async function runPolicyKeygen(terminal: Terminal, wish: KeygenWish): Promise<void> {
  const { privateKey, publicKey } = makeKeys(algorithmOf(wish.algorithm));
  await writeNew(wish.private, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  try {
    await writeNew(wish.public, publicKey.export({ type: 'spki', format: 'pem' }).toString(), 0o644);
  } catch (thrown) {
    // Half a pair would stand in the way of the next try.
    await unlink(wish.private);
    throw thrown;
  }
  terminal.out.write(
    `${wish.private}  signs, with machtig policy sign --key; keep it where only the signer reads it\n` +
      `${wish.public}  verifies: MACHTIG_BUNDLE_KEY, with MACHTIG_BUNDLE_ALGORITHM=${wish.algorithm}\n`,
  );
}

/** Signs a bundle that is sound: what a sidecar would refuse for other reasons is not signed. */
export async function runPolicySign(terminal: Terminal, bundle: string, wish: SignWish): Promise<void> {
  const algorithm = algorithmOf(wish.algorithm);
  // Another name could be configured nowhere.
  if (!KEY_ID.test(wish.keyId)) throw usage('--key-id must be 1 to 64 letters, digits or ._-');
  const issuedAt = secondsOf(wish.issuedAt);
  const privateKey = await readPrivateKey(wish.key);
  const packed = await read(bundle);
  const { revision } = (await examineApart(packed, { signal: new AbortController().signal })).bundle;
  const files = new Map(await unpackBundle(packed));
  const signature = await signFiles(files, { privateKey, keyId: wish.keyId, algorithm, issuedAt }).catch((thrown) => {
    throw new Error(`${wish.key} is no private key for ${algorithm}: ${toError(thrown).message}`);
  });
  // Renamed into place: a sidecar may be watching.
  await writeFile(`${wish.output}.tmp`, packBundle(files.set(SIGNATURES, signature)));
  await rename(`${wish.output}.tmp`, wish.output);
  terminal.out.write(`${wish.output}: revision ${revision}, issued at ${iso(issuedAt)} by ${wish.keyId}\n`);
}

/** Says what a sidecar would say; exit code 1 when it would refuse. */
export async function runPolicyVerify(terminal: Terminal, path: string, wish: VerifyWish): Promise<number> {
  const trust = await trustOf(wish);
  try {
    const checks = { signal: new AbortController().signal, ...(trust && { trust }) };
    const { bundle, signed } = await examineApart(await read(path), checks);
    const { revision, input, entrypoint, others, selfTest, rules } = bundle;
    const lines = [
      `revision    ${revision}`,
      `signature   ${signed ? `issued at ${iso(signed.issuedAt)} by ${signed.keyId}` : 'not checked: no --key'}`,
      `reads       ${input}`,
      `asked as    ${[entrypoint, ...others].join(', ')}`,
      `own cases   ${selfTest.length}, all answered as they say`,
      `rules       ${Object.keys(rules).length} described`,
    ];
    terminal.out.write(`${lines.join('\n')}\n`);
    return EXIT.ok;
  } catch (thrown) {
    const { code, message, issued } = toRefusal(thrown);
    const which = issued ? ` (revision ${issued.revision}, issued at ${iso(issued.issuedAt)})` : '';
    terminal.out.write(`refused: ${code}\n${message}${which}\n`);
    return EXIT.failed;
  }
}

/** PKCS#8, whatever PEM it is kept in. */
async function readPrivateKey(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8');
  try {
    return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    const isPublic = holdsPublicKey(pem);
    throw new Error(
      `${path} holds ${isPublic ? 'a public key: the private one signs' : 'no private key in PEM without a password'}`,
    );
  }
}

function holdsPublicKey(pem: string): boolean {
  try {
    return createPublicKey(pem).type === 'public';
  } catch {
    return false;
  }
}

async function trustOf({ key, keyId, algorithm }: VerifyWish) {
  if (key === undefined && keyId === undefined) return undefined;
  if (key === undefined || keyId === undefined) throw usage('--key and --key-id go together');
  return readTrust({ keyFile: key, keyId, algorithm: algorithmOf(algorithm) });
}

async function read(path: string): Promise<Uint8Array> {
  const fetched = await (await fileSource(path)).fetch(undefined, new AbortController().signal);
  if (fetched === undefined) throw new Error(`${path} gives no bundle`);
  return fetched.packed;
}

function makeKeys(algorithm: Algorithm) {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'ES384') return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
}

function algorithmOf(name: string): Algorithm {
  const known = ALGORITHMS.find((algorithm) => algorithm === name);
  if (known === undefined) throw usage(`--algorithm must be one of ${ALGORITHMS.join(', ')}`);
  return known;
}

function secondsOf(moment: string | undefined): number {
  const ms = moment === undefined ? Date.now() : Date.parse(moment);
  if (Number.isNaN(ms)) throw usage('--issued-at must be a moment, such as 2026-03-01T12:00:00Z');
  return Math.floor(ms / 1000);
}

function usage(message: string): AppError {
  return new AppError('invalid_request', message);
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}
