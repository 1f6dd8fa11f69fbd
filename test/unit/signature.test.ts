import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactSign, importPKCS8 } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { BundleRefusal } from '../../src/policy/bundle-refusal.ts';
import { ALGORITHMS, readTrust, SIGNATURES, verifySignature } from '../../src/policy/signature.ts';
import { hashOf } from '../../src/policy/signature-hash.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';
import { type Held, jsonBytes, makePair, signed, unpacked } from '../support/signing.ts';

const folder = mkdtempSync(join(tmpdir(), 'signature-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pair = makePair();
const files = () => unpacked(fixtureBundle('mini'));
const good = await signed(files(), pair, 1_700_000_000);

async function codeOf(held: Held, trust = pair.trust()): Promise<string> {
  try {
    await verifySignature(held, await trust);
    return 'accepted';
  } catch (thrown) {
    if (!(thrown instanceof BundleRefusal)) throw thrown;
    return thrown.code;
  }
}

const claimsOf = (held: Held) => {
  const { signatures } = JSON.parse(new TextDecoder().decode(held.get(SIGNATURES)));
  return JSON.parse(Buffer.from(String(signatures[0]).split('.')[1] ?? '', 'base64url').toString());
};

/** Signs other claims with the right key. */
async function claiming(change: object, header: object = {}): Promise<Held> {
  const payload = jsonBytes({ ...claimsOf(good), ...change });
  const jws = await new CompactSign(payload)
    .setProtectedHeader({ alg: 'ES256', kid: 'release', ...header })
    .sign(await importPKCS8(pair.privateKey, 'ES256'));
  return new Map([...files(), [SIGNATURES, jsonBytes({ signatures: [jws] })]]);
}

const without = (path: string) => new Map([...good].filter(([name]) => name !== path));
const withFile = (path: string, bytes: Uint8Array) => new Map([...good, [path, bytes]]);
const firstFile = (change: object) => {
  const [first, ...rest] = claimsOf(good).files;
  return { files: [{ ...first, ...change }, ...rest] };
};

describe('a signature over a bundle', () => {
  it.each(ALGORITHMS)('made with %s says who signed and when', async (algorithm) => {
    const own = makePair(algorithm);
    const held = await signed(files(), own, 1_700_000_123, 'k1');
    expect(await verifySignature(held, await own.trust('k1'))).toEqual({ keyId: 'k1', issuedAt: 1_700_000_123 });
  });

  it('is of every file, to the bit', async () => {
    expect(await codeOf(good)).toBe('accepted');
    for (const [path, bytes] of files()) {
      const altered = new Uint8Array(bytes);
      const last = altered.length - 1;
      altered[last] = (altered[last] ?? 0) ^ 1;
      expect(await codeOf(withFile(path, altered)), path).toBe('file_altered');
      expect(await codeOf(without(path)), path).toBe('file_missing');
    }
  });

  it.each<[string, () => Held | Promise<Held>, string]>([
    ['without a signature', () => without(SIGNATURES), 'unsigned'],
    ['with a file that was not signed', () => withFile('data.yaml', Buffer.from('a: 1')), 'file_extra'],
    ['with a signature file that is no JSON', () => withFile(SIGNATURES, Buffer.from('{')), 'signature_malformed'],
    ['with no signature in it', () => withFile(SIGNATURES, jsonBytes({ signatures: [] })), 'signature_malformed'],
    ['with what is no JWS', () => withFile(SIGNATURES, jsonBytes({ signatures: ['a.b.c'] })), 'signature_malformed'],
    [
      'with two signatures',
      () => {
        const { signatures } = JSON.parse(new TextDecoder().decode(good.get(SIGNATURES)));
        return withFile(SIGNATURES, jsonBytes({ signatures: [...signatures, ...signatures] }));
      },
      'signature_malformed',
    ],
    [
      'for another verifier',
      () => {
        const own = JSON.parse(new TextDecoder().decode(good.get(SIGNATURES)));
        return withFile(SIGNATURES, jsonBytes({ ...own, plugin: 'custom' }));
      },
      'signature_malformed',
    ],
    [
      'signed by another key under the same name',
      () => signed(files(), makePair(), 1_700_000_000),
      'signature_invalid',
    ],
    ['signed by another key and algorithm', () => signed(files(), makePair('EdDSA'), 1), 'signature_algorithm'],
    ['that names another key', () => claiming({}, { kid: 'other' }), 'key_unknown'],
    ['whose claims name another key', () => claiming({ keyid: 'other' }), 'key_unknown'],
    ['that names no key', () => claiming({ keyid: undefined }, { kid: undefined }), 'key_unknown'],
    ['with a scope', () => claiming({ scope: 'write' }), 'other_scope'],
    ['without a date', () => claiming({ iat: undefined }), 'undated'],
    ['with half seconds', () => claiming({ iat: 1.5 }), 'signature_malformed'],
    ['that lists no files', () => claiming({ files: undefined }), 'signature_malformed'],
    [
      'that lists a file twice',
      () => claiming({ files: [...claimsOf(good).files, claimsOf(good).files[0]] }),
      'signature_malformed',
    ],
    ['that counts on SHA-1', () => claiming(firstFile({ algorithm: 'SHA-1' })), 'hash_algorithm'],
    ['that counts on MD5', () => claiming(firstFile({ algorithm: 'MD5' })), 'hash_algorithm'],
    [
      'that counts on a property of every object',
      () => claiming(firstFile({ algorithm: 'toString' })),
      'hash_algorithm',
    ],
    ['that counts on no hash', () => claiming(firstFile({ algorithm: '' })), 'hash_algorithm'],
    ['that was signed with a shared secret: the public key', () => forged('HS256'), 'signature_algorithm'],
    ['that was not signed at all', () => forged('none'), 'signature_algorithm'],
  ])('%s is refused', async (_, make, code) => {
    expect(await codeOf(await make())).toBe(code);
  });

  it('is told apart in its payload, its header and itself', async () => {
    const { signatures } = JSON.parse(new TextDecoder().decode(good.get(SIGNATURES)));
    for (const part of [0, 1, 2]) {
      const parts = String(signatures[0]).split('.');
      const bytes = Buffer.from(parts[part] ?? '', 'base64url');
      const middle = Math.floor(bytes.length / 2);
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      parts[part] = bytes.toString('base64url');
      const held = withFile(SIGNATURES, jsonBytes({ signatures: [parts.join('.')] }));
      expect(await codeOf(held)).toMatch(/^signature_(invalid|malformed|algorithm)$/);
    }
  });

  /** What an attacker makes who knows the public key and hopes that the algorithm is taken from the bundle. */
  async function forged(alg: 'HS256' | 'none'): Promise<Held> {
    const header = Buffer.from(JSON.stringify({ alg, kid: 'release' })).toString('base64url');
    const payload = Buffer.from(JSON.stringify(claimsOf(good))).toString('base64url');
    const { createHmac } = await import('node:crypto');
    const mac = createHmac('sha256', pair.publicKey).update(`${header}.${payload}`).digest('base64url');
    const jws = `${header}.${payload}.${alg === 'none' ? '' : mac}`;
    return new Map([...files(), [SIGNATURES, jsonBytes({ signatures: [jws] })]]);
  }
});

describe('the trusted key', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('is read from a PEM file', async () => {
    const trust = await readTrust({ keyFile: file('p.pem', pair.publicKey), keyId: 'release', algorithm: 'ES256' });
    expect(await codeOf(good, Promise.resolve(trust))).toBe('accepted');
  });

  it.each([
    ['a private key', pair.privateKey, 'ES256' as const, /private key/],
    ['a key of another algorithm', pair.publicKey, 'RS256' as const, /no public key for RS256/],
    ['a key on another curve', pair.publicKey, 'ES384' as const, /no public key for ES384/],
    ['no key', 'hello', 'ES256' as const, /no public key for ES256/],
  ])('is refused when the file holds %s', async (name, text, algorithm, message) => {
    const keyFile = file(name, text);
    await expect(readTrust({ keyFile, keyId: 'release', algorithm })).rejects.toThrow(message);
  });
});

describe('the hash of a file', () => {
  const of = (path: string, text: string) => hashOf(path, Buffer.from(text), 'SHA-256');

  it('is of what data mean, not of how they are written', () => {
    expect(of('data.json', '{ "b": [1, 2],\n"a": "x" }')).toBe(of('a/data.json', '{"a":"x","b":[1,2]}'));
    expect(of('rules.json', '{ "a": 1 }')).not.toBe(of('rules.json', '{"a":1}'));
  });

  it.each([
    ['{"a":1}', '{"a":1.0}'],
    ['{"a":9007199254740993}', '{"a":9007199254740992}'],
    ['{"a":"1"}', '{"a":1}'],
    ['{"a":"n1"}', '{"a":1}'],
    ['{"a":{}}', '{"a":[]}'],
    ['{"a":null}', '{}'],
    ['{"__proto__":1}', '{}'],
  ])('tells %s from %s', (one, other) => {
    expect(of('data.json', one)).not.toBe(of('data.json', other));
  });
});
