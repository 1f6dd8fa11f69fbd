import { createHmac } from 'node:crypto';
import { CompactSign, exportJWK, importPKCS8, importSPKI } from 'jose';
import type { RefusalCode } from '../../src/policy/bundle-refusal.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { SIGNATURES } from '../../src/policy/signature.ts';
import { releaseFiles } from './releases.ts';
import { type Held, jsonBytes, makePair, type Pair, signed } from './signing.ts';

export interface Attack {
  title: string;
  /** Why it is refused; `active` where it is the release in use in other clothes. */
  code: RefusalCode | 'active';
  make(): Uint8Array | Promise<Uint8Array>;
}

/** What an attacker has: the public key, and every release ever published. */
export interface Loot {
  pair: Pair;
  /** The release in use, with its signature; issued at `issuedAt`. */
  good: Held;
  issuedAt: number;
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const signatureOf = (held: Held): string => JSON.parse(text(held.get(SIGNATURES))).signatures[0];
const claimsOf = (held: Held) => JSON.parse(Buffer.from(signatureOf(held).split('.')[1] ?? '', 'base64url').toString());
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The next release, with these in its signature file. */
const withSignatures = (held: Held, ...signatures: string[]) =>
  packBundle(new Map([...held, [SIGNATURES, jsonBytes({ signatures })]]));

/** Attacks on who signed, by whom, what and when. What only the signer can make stands for his mistakes. */
export function signatureAttacks({ pair, good, issuedAt }: Loot): Attack[] {
  const next = releaseFiles('next');
  const later = issuedAt + 1;
  const honest = () => signed(next, pair, later);

  /** Signed by the right key, with other claims. */
  async function claiming(change: object, header: object = {}) {
    const payload = jsonBytes({ ...claimsOf(await honest()), ...change });
    const protectedHeader = { alg: 'ES256', kid: 'release', ...header };
    const key = await importPKCS8(pair.privateKey, 'ES256');
    return withSignatures(next, await new CompactSign(payload).setProtectedHeader(protectedHeader).sign(key));
  }

  /** Without the key: a header that asks to be believed, and whatever signature that would take. */
  async function forged(header: object, sign: (input: string) => string) {
    const input = `${base64({ kid: 'release', ...header })}.${base64(claimsOf(await honest()))}`;
    return withSignatures(next, `${input}.${sign(input)}`);
  }

  async function withOwnKey(header: (jwk: object) => object) {
    const other = makePair();
    const jwk = await exportJWK(await importSPKI(other.publicKey, 'ES256', { extractable: true }));
    const key = await importPKCS8(other.privateKey, 'ES256');
    const jws = await new CompactSign(jsonBytes(claimsOf(await honest())))
      .setProtectedHeader({ alg: 'ES256', kid: 'release', ...header(jwk) })
      .sign(key);
    return withSignatures(next, jws);
  }

  const firstFile = async (change: object) => {
    const [first, ...rest] = claimsOf(await honest()).files;
    return claiming({ files: [{ ...first, ...change }, ...rest] });
  };
  const repeated = async () => {
    const { files } = claimsOf(await honest());
    return claiming({ files: [...files, files[0]] });
  };

  return [
    { title: 'no signature', code: 'unsigned', make: () => packBundle(next) },
    {
      title: 'signed by another key under the same name',
      code: 'signature_invalid',
      make: async () => packBundle(await signed(next, makePair(), later)),
    },
    {
      title: 'signed by another key, of another kind',
      code: 'signature_algorithm',
      make: async () => packBundle(await signed(next, makePair('RS256'), later)),
    },
    {
      title: 'signed by another key that the header brings along (`jwk`)',
      code: 'signature_invalid',
      make: () => withOwnKey((jwk) => ({ jwk })),
    },
    {
      title: 'signed by another key, with the address of a key set in the header (`jku`)',
      code: 'signature_invalid',
      make: () => withOwnKey(() => ({ jku: 'https://evil.example/keys' })),
    },
    { title: 'algorithm `none`', code: 'signature_algorithm', make: () => forged({ alg: 'none' }, () => '') },
    {
      title: 'HS256, with the public key as its secret',
      code: 'signature_algorithm',
      make: () =>
        forged({ alg: 'HS256' }, (input) => createHmac('sha256', pair.publicKey).update(input).digest('base64url')),
    },
    {
      title: 'ES256 said, HS256 made',
      code: 'signature_invalid',
      make: () =>
        forged({ alg: 'ES256' }, (input) => createHmac('sha512', pair.publicKey).update(input).digest('base64url')),
    },
    {
      title: 'a signature of nothing but zeros',
      code: 'signature_invalid',
      make: () => forged({ alg: 'ES256' }, () => Buffer.alloc(64).toString('base64url')),
    },
    {
      title: 'a header that asks to be understood (`crit`)',
      code: 'signature_malformed',
      make: () => forged({ alg: 'ES256', crit: ['x'], x: 1 }, () => signatureOf(good).split('.')[2] ?? ''),
    },
    {
      title: 'the signature of the release in use, over other files',
      code: 'file_altered',
      make: () => withSignatures(next, signatureOf(good)),
    },
    {
      title: 'the right signature, and one of another key beside it',
      code: 'signature_malformed',
      make: async () => {
        const [one, two] = [await honest(), await signed(next, makePair(), later)];
        return withSignatures(next, signatureOf(two), signatureOf(one));
      },
    },
    { title: 'no signature in the signature file', code: 'signature_malformed', make: () => withSignatures(next) },
    { title: 'a signature that is none', code: 'signature_malformed', make: () => withSignatures(next, 'a.b.c') },
    {
      title: 'a signature file that is no JSON',
      code: 'signature_malformed',
      make: () => packBundle(new Map([...next, [SIGNATURES, Buffer.from([0xff, 0xfe])]])),
    },
    { title: 'another key’s name in the header', code: 'key_unknown', make: () => claiming({}, { kid: 'other' }) },
    { title: 'another key’s name in the claims', code: 'key_unknown', make: () => claiming({ keyid: 'other' }) },
    { title: 'no key’s name', code: 'key_unknown', make: () => claiming({ keyid: undefined }, { kid: undefined }) },
    { title: 'signed for a scope', code: 'other_scope', make: () => claiming({ scope: 'write' }) },
    { title: 'a file by its SHA-1', code: 'hash_algorithm', make: () => firstFile({ algorithm: 'SHA-1' }) },
    { title: 'a file by no hash', code: 'hash_algorithm', make: () => firstFile({ algorithm: '', hash: '' }) },
    { title: 'a file named twice', code: 'signature_malformed', make: repeated },
    { title: 'a list of no files', code: 'file_extra', make: () => claiming({ files: [] }) },
    { title: 'no date', code: 'undated', make: () => claiming({ iat: undefined }) },
    { title: 'a date before time', code: 'signature_malformed', make: () => claiming({ iat: -1 }) },
    { title: 'a date beyond all numbers', code: 'signature_malformed', make: () => claiming({ iat: 1e300 }) },
    {
      title: 'a date in the future',
      code: 'future_dated',
      make: async () => packBundle(await signed(next, pair, Math.floor(Date.now() / 1000) + 3600)),
    },
    {
      title: 'an older release, played back',
      code: 'not_newer',
      make: async () => packBundle(await signed(releaseFiles('older'), pair, issuedAt - 1)),
    },
    {
      title: 'another release of the same second',
      code: 'not_newer',
      make: async () => packBundle(await signed(next, pair, issuedAt)),
    },
  ];
}
