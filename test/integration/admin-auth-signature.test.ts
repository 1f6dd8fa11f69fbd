import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { canonicalRequest, contentDigest, type SignedRequest } from '../../src/http/admin/auth/canonical-request.ts';
import { makeCheckSignature } from '../../src/http/admin/auth/signature.ts';
import { makeTrust } from '../../src/http/admin/auth/trust.ts';
import {
  type Issuer,
  makeRoot,
  QUALIFIED,
  type Signatory,
  type SignOptions,
  signRequest,
} from '../support/qualified-certificates.ts';

const ROOT = join(import.meta.dirname, '../..');
const MEANS = 'ab'.repeat(16);
let folder: string;
let root: Issuer;
let willem: Signatory;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-signatures-'));
  root = makeRoot(folder);
  willem = root.authority().person();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BODY = Buffer.from('{"delegates":["urn:nl:kvk:90000002"]}');
const REQUEST = {
  audience: 'urn:machtig:admin',
  method: 'POST',
  target: '/v1/mandates?x=1',
  body: BODY,
  idempotencyKey: 'k-1',
};

interface Attempt extends SignOptions {
  signs?: Partial<SignedRequest>;
  sends?: { method?: string; target?: string; body?: Buffer; headers?: Record<string, string> };
  by?: Signatory;
  jws?: (jws: string) => string;
  trust?: string;
  now?: () => number;
  settings?: Record<string, unknown>;
  meansId?: string;
  claims?: Record<string, unknown>;
}

/** Signs one request and sends another; `accepted`, or why not. */
async function attempt(given: Attempt = {}): Promise<string> {
  const { signs, sends, by = willem, jws = (text) => text, trust = root.pem, now = Date.now, settings = {} } = given;
  const signatures = {
    trust: '',
    algorithms: ['ES256' as const],
    window_seconds: 300,
    serial_number_claim: 'certificate_serial_number',
    signers: [{ means_id: MEANS, fingerprint: by.fingerprint }],
    ...settings,
  };
  const check = makeCheckSignature({ signatures, audience: REQUEST.audience, trust: makeTrust(trust), now });
  const signature = jws(await signRequest({ ...REQUEST, ...signs }, by, given));
  const { method = REQUEST.method, target = REQUEST.target, body = BODY, headers } = { ...sends };
  const all: Record<string, string> = headers ?? { 'idempotency-key': REQUEST.idempotencyKey };
  const request = { method, target, requestId: 'r', header: (name: string) => all[name] };
  const signer = { meansId: given.meansId ?? MEANS, claims: given.claims ?? {} };
  try {
    const { fingerprint } = await check(signature, request, body, signer);
    return fingerprint === by.fingerprint ? 'accepted' : 'accepted for somebody else';
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return thrown.reasons.join(' ');
  }
}

describe('what is signed', () => {
  it('is one line of JSON in canonical form', () => {
    expect(canonicalRequest(REQUEST)).toBe(
      `{"audience":"urn:machtig:admin","content_digest":"${contentDigest(BODY)}","idempotency_key":"k-1","method":"POST","target":"/v1/mandates?x=1"}`,
    );
    // echo -n "" | openssl dgst -sha256 -binary | base64
    expect(contentDigest(new Uint8Array())).toBe('sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:');
  });
});

describe('a signed request', () => {
  it('is accepted with a chain to the trust list, and names the certificate', async () => {
    expect(await attempt()).toBe('accepted');
  });

  it('is accepted when the trust list names the authority in between, or the certificate itself', async () => {
    const between = root.authority();
    expect(await attempt({ by: between.person(), trust: between.pem })).toBe('accepted');
    expect(await attempt({ trust: willem.certificate.toString() })).toBe('accepted');
  });

  it('is accepted with its text unencoded (RFC 7797)', async () => {
    expect(await attempt({ header: { b64: false, crit: ['b64'] } })).toBe('accepted');
  });

  it.each<[string, Attempt, string]>([
    ['other content', { sends: { body: Buffer.from('{}') } }, 'signature_wrong'],
    ['another address', { sends: { target: '/v1/mandates?x=2' } }, 'signature_wrong'],
    ['another method', { sends: { method: 'PATCH' } }, 'signature_wrong'],
    ['another Idempotency-Key', { sends: { headers: { 'idempotency-key': 'k-2' } } }, 'signature_wrong'],
    ['no Idempotency-Key', { sends: { headers: {} } }, 'signature_without_idempotency_key'],
    [
      'a Content-Digest of something else',
      { sends: { headers: { 'idempotency-key': 'k-1', 'content-digest': contentDigest(Buffer.from('x')) } } },
      'signature_wrong',
    ],
    [
      'a Content-Digest of something else among others',
      {
        sends: {
          headers: { 'idempotency-key': 'k-1', 'content-digest': `sha-512=:eA==:, ${contentDigest(Buffer.from('x'))}` },
        },
      },
      'signature_wrong',
    ],
    ['another register', { signs: { audience: 'urn:somebody:else' } }, 'signature_wrong'],
  ])('is refused for %s', async (_what, given, reason) => {
    expect(await attempt(given)).toBe(reason);
  });

  it('is refused outside its moment', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect(await attempt({ iat: now - 300, now: () => now * 1000 })).toBe('accepted');
    expect(await attempt({ iat: now - 301, now: () => now * 1000 })).toBe('signature_too_old');
    expect(await attempt({ iat: now + 60, now: () => now * 1000 })).toBe('accepted');
    expect(await attempt({ iat: now + 61, now: () => now * 1000 })).toBe('signature_too_old');
  });

  it('is refused when it is no detached JWS', async () => {
    for (const jws of ['', '..', 'a..b', 'a.b.c', `${'a'.repeat(20_000)}..b`]) {
      expect(await attempt({ jws: () => jws })).toBe('signature_malformed');
    }
    expect(await attempt({ jws: (text) => text.replace('..', `.${Buffer.from('x').toString('base64url')}.`) })).toBe(
      'signature_malformed',
    );
    expect(await attempt({ header: { x5c: [] } })).toBe('signature_malformed');
    expect(await attempt({ header: { x5c: ['AAAA'] } })).toBe('signature_malformed');
    expect(await attempt({ header: { iat: undefined } })).toBe('signature_malformed');
  });

  it('is refused with an algorithm that is not accepted, whatever its header says', async () => {
    expect(await attempt({ settings: { algorithms: ['PS256'] } })).toBe('signature_algorithm');
    const forged = (alg: string) => (jws: string) => {
      const [encoded = ''] = jws.split('.');
      const header = { ...JSON.parse(Buffer.from(encoded, 'base64url').toString()), alg };
      return jws.replace(encoded, Buffer.from(JSON.stringify(header)).toString('base64url'));
    };
    for (const alg of ['none', 'HS256', 'RS256', 'ES384']) {
      expect(await attempt({ jws: forged(alg) })).toBe('signature_algorithm');
    }
    // Accepted, but not of this key.
    expect(await attempt({ jws: forged('PS256'), settings: { algorithms: ['PS256'] } })).toBe('signature_wrong');
  });

  it('is refused with a demand that is not understood', async () => {
    expect(await attempt({ header: { crit: ['demand'], demand: 1 } })).toBe('signature_wrong');
  });

  it('is refused when another key signed under the certificate', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await attempt({ key: privateKey })).toBe('signature_wrong');
  });

  it('is refused when it brings a key of its own beside the certificate', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const header = { jwk: publicKey.export({ format: 'jwk' }) };
    expect(await attempt({ key: privateKey, header })).toBe('signature_wrong');
  });
});

describe('a certificate', () => {
  it('of an authority that is not on the trust list is not believed', async () => {
    expect(await attempt({ by: makeRoot(folder).person() })).toBe('certificate_not_trusted');
    expect(await attempt({ by: makeRoot(folder).authority().person() })).toBe('certificate_not_trusted');
  });

  it('of an authority that only has the name of one on the trust list is not believed', async () => {
    const subject = '/CN=Qualified Authority';
    const [real, fake] = [makeRoot(folder, { subject }), makeRoot(folder, { subject })];
    // Without key identifiers, so that the name is all there is to go by.
    const forged = fake.person({ extensions: [...QUALIFIED, 'authorityKeyIdentifier=none'] });
    expect(forged.certificate.checkIssued(real.certificate)).toBe(true);
    expect(await attempt({ by: forged, trust: real.pem })).toBe('certificate_not_trusted');
    expect(await attempt({ by: forged, trust: fake.pem })).toBe('accepted');
  });

  it('whose chain has a gap is not believed', async () => {
    const { x5c, ...rest } = willem;
    expect(await attempt({ by: { ...rest, x5c: x5c.slice(0, 1) } })).toBe('certificate_not_trusted');
    const [, ...above] = root.authority().authority().person().x5c;
    expect(await attempt({ by: { ...willem, x5c: [willem.x5c[0] ?? '', ...above] } })).toBe('certificate_not_trusted');
  });

  it('issued by another person rather than by an authority is not believed', async () => {
    const person = root.authority(['basicConstraints=CA:FALSE', 'keyUsage=critical,nonRepudiation']);
    expect(await attempt({ by: person.person() })).toBe('certificate_not_trusted');
    const withoutUsage = root.authority(['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,nonRepudiation']);
    expect(await attempt({ by: withoutUsage.person() })).toBe('certificate_not_trusted');
  });

  it('further down than its authority may issue is not believed', async () => {
    const short = root.authority(['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign']);
    expect(await attempt({ by: short.person() })).toBe('accepted');
    expect(await attempt({ by: short.authority().person() })).toBe('certificate_not_trusted');
  });

  it('signed over a digest that is broken is not believed', async () => {
    expect(await attempt({ by: root.person({ digest: 'sha1' }) })).toBe('certificate_not_trusted');
    const pss = makeRoot(folder, { pss: true });
    expect(await attempt({ by: pss.person(), trust: pss.pem })).toBe('accepted');
    expect(await attempt({ by: pss.person({ digest: 'sha1' }), trust: pss.pem })).toBe('certificate_not_trusted');
  });

  it('that has ended, or whose authority has, is not believed', async () => {
    const now = () => Date.now() + 86_400_000 + 60_000;
    const iat = Math.floor(now() / 1000);
    expect(await attempt({ now, iat, by: root.person({ days: 1 }) })).toBe('certificate_not_trusted');
    expect(await attempt({ now, iat, by: root.person({ days: 2 }) })).toBe('accepted');
    expect(await attempt({ now, iat, by: root.authority(undefined, 1).person({ days: 2 }) })).toBe(
      'certificate_not_trusted',
    );
  });

  it.each<[string, readonly string[]]>([
    ['for logging in', ['keyUsage=critical,digitalSignature', QUALIFIED[2] ?? '']],
    ['that does not say that it is qualified', ['keyUsage=critical,nonRepudiation']],
    ['of an authority', ['basicConstraints=critical,CA:TRUE', 'keyUsage=nonRepudiation', QUALIFIED[2] ?? '']],
    ['with a critical demand that is not understood', [...QUALIFIED, '1.2.3.4=critical,ASN1:UTF8String:x']],
  ])('%s is not for qualified signatures', async (_what, extensions) => {
    expect(await attempt({ by: root.person({ extensions }) })).toBe('certificate_not_qualified');
  });

  it('counts for him whose means it is configured for, and for nobody else', async () => {
    expect(await attempt({ meansId: 'cd'.repeat(16) })).toBe('certificate_of_another');
    const settings = { signers: [{ means_id: MEANS, fingerprint: '00'.repeat(32) }] };
    expect(await attempt({ settings })).toBe('certificate_of_another');
  });

  it('counts for him whose token names the serial number of its subject', async () => {
    const other = { meansId: 'cd'.repeat(16) };
    expect(await attempt({ ...other, claims: { certificate_serial_number: 'W-1' } })).toBe('accepted');
    expect(await attempt({ ...other, claims: { certificate_serial_number: 'W-2' } })).toBe('certificate_of_another');
    const twice = root.person({ subject: '/CN=x/serialNumber=W-1/serialNumber=W-2' });
    expect(
      await attempt({ ...other, by: twice, settings: { signers: [] }, claims: { certificate_serial_number: 'W-1' } }),
    ).toBe('certificate_of_another');
    const hidden = root.person({ subject: '/CN=x, serialNumber=W-1' });
    expect(
      await attempt({ ...other, by: hidden, settings: { signers: [] }, claims: { certificate_serial_number: 'W-1' } }),
    ).toBe('certificate_of_another');
  });
});

describe('docs/admin-login.md', () => {
  const page = readFileSync(join(ROOT, 'docs/admin-login.md'), 'utf8');

  it('shows a script whose signature is accepted', async () => {
    const [, script = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
    const [program, key, chain] = [join(folder, 'sign.mjs'), join(folder, 'key.pem'), join(folder, 'chain.pem')];
    writeFileSync(program, script);
    writeFileSync(key, willem.key.export({ format: 'pem', type: 'pkcs8' }));
    const pem = (der: string) =>
      `-----BEGIN CERTIFICATE-----\n${der.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----`;
    writeFileSync(chain, willem.x5c.map(pem).join('\n'));
    const { audience, method, target, idempotencyKey } = REQUEST;
    const args = [program, key, chain, audience, method, target, idempotencyKey];
    const signature = execFileSync(process.execPath, args, { input: BODY }).toString().trim();
    expect(await attempt({ jws: () => signature })).toBe('accepted');
  });

  it('says what to do about every reason', () => {
    const [, union = ''] =
      /export type Refusal =([^;]*);/.exec(readFileSync(join(ROOT, 'src/http/admin/auth/refusal.ts'), 'utf8')) ?? [];
    const reasons = [...union.matchAll(/'(\w+)'/g)].flatMap(([, reason]) => reason ?? []);
    expect(reasons.length).toBeGreaterThan(20);
    expect(reasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
  });
});

describe('a trust list', () => {
  it('without a certificate is refused', () => {
    expect(() => makeTrust('nothing')).toThrow('it holds no certificate');
  });
});
