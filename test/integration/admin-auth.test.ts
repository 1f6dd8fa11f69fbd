import { createHash, createHmac } from 'node:crypto';
import { type CryptoKey, createLocalJWKSet, exportSPKI, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { parseAccess } from '../../src/http/admin/auth/access.ts';
import { makeAuthenticate } from '../../src/http/admin/auth/make-authenticate.ts';
import { makeProvider } from '../../src/http/admin/auth/provider.ts';
import { makeSystems } from '../../src/http/admin/auth/systems.ts';
import { makeCheckToken } from '../../src/http/admin/auth/token.ts';
import type { Connection } from '../../src/http/connection.ts';
import { eventually } from '../support/eventually.ts';
import { AUDIENCE, type LoginProvider, PSEUDONYM, startLoginProvider } from '../support/login-provider.ts';

const KEY = 'a-long-random-key';
const LOA3 = 'urn:etoegang:core:assurance-class:loa3';
const BSN = 'urn:nl-eid-gdi:1.0:ActingSubjectID';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const remote: Connection = { unixSocket: false, loopback: false };

let provider: LoginProvider;
beforeAll(async () => {
  provider = await startLoginProvider();
});
afterAll(() => provider.down());

interface Setting {
  oidc?: Record<string, unknown>;
  issuer?: string;
  now?: () => number;
}

function makeDoor({ oidc = {}, issuer = provider.issuer, now = Date.now }: Setting = {}) {
  const access = parseAccess(
    JSON.stringify({
      oidc: { issuer, audience: AUDIENCE, levels: { [LOA3]: 'eh3' }, ...oidc },
      systems: [
        { name: 'desk', role: 'registrar', keys: [sha256('another'), sha256(KEY)] },
        {
          name: 'rvo',
          role: 'service_owner',
          oin: '00000003800000020000',
          certificates: [{ oin: '00000003800000020000' }, { fingerprint: 'ab'.repeat(32) }],
          acts: ['service.define'],
        },
      ],
      manage_service: 'urn:etoegang:DV:00000003800000070000:services:2',
    }),
  );
  if (access.oidc === undefined) throw new Error('no oidc');
  const login = makeProvider({ issuer: access.oidc.issuer, pauseMs: 0, cooldownMs: 0 });
  const checkToken = makeCheckToken({ oidc: access.oidc, provider: login, now });
  const authenticate = makeAuthenticate({
    systems: makeSystems(access.systems),
    login: { oidc: access.oidc, checkToken },
    alias: () => '',
  });
  return (headers: Record<string, string>, connection = remote, target = '/v1/me') =>
    authenticate(
      { method: 'GET', target, requestId: 'r-1', header: (name) => headers[name] },
      connection,
      new Uint8Array(),
    );
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Why somebody is not let in: `code reason`. */
async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    return `let in as ${JSON.stringify(await attempt)}`;
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return [thrown.code, ...thrown.reasons].join(' ');
  }
}

const seconds = (offset = 0) => Math.floor(Date.now() / 1000) + offset;

function claimsOf(change: JWTPayload = {}): JWTPayload {
  return {
    iss: provider.issuer,
    aud: AUDIENCE,
    sub: 'somebody',
    client_id: 'portal',
    iat: seconds(),
    exp: seconds(600),
    acr: LOA3,
    [PSEUDONYM]: 'willem@weide',
    ...change,
  };
}

describe('an access token of the provider', () => {
  it('says who logged in, at which level', async () => {
    const session = await makeDoor()({ ...bearer(await provider.token()), traceparent: '00-1' });
    expect(session).toEqual({
      person: { identifier: { scheme: 'pseudonym', value: 'willem@weide' }, loa: 'eh3' },
      requestId: 'r-1',
      traceparent: '00-1',
    });
  });

  it('names a citizen by BSN, and binds the session to the party it names', async () => {
    const token = await provider.token({
      acr: LOA3,
      [BSN]: '999990299',
      'urn:etoegang:core:LegalSubjectID': '90000001',
    });
    expect((await makeDoor()(bearer(token))).person).toEqual({
      identifier: { scheme: 'bsn', value: '999990299' },
      loa: 'eh3',
      party: { scheme: 'kvk', value: '90000001' },
    });
  });

  it('counts for the clients that are named, and for no other', async () => {
    const door = makeDoor({ oidc: { clients: ['portal'] } });
    expect(await refusalOf(door(bearer(await provider.token())))).toMatch(/^let in/);
    const other = await provider.token(undefined, 'stranger');
    expect(await refusalOf(door(bearer(other)))).toBe('unauthenticated token_client');
    expect(await refusalOf(makeDoor()(bearer(other)))).toMatch(/^let in/);
  });

  it('for another audience is refused', async () => {
    const token = await provider.token(undefined, 'portal', 'urn:somebody:else');
    expect(await refusalOf(makeDoor()(bearer(token)))).toBe('unauthenticated token_audience');
  });

  it('goes on counting when the provider takes another key, and the old key no longer does', async () => {
    const door = makeDoor();
    const old = await provider.token();
    await door(bearer(old));
    await provider.rotate();
    expect((await door(bearer(await provider.token()))).person?.loa).toBe('eh3');
    expect(await refusalOf(door(bearer(old)))).toBe('unauthenticated token_signature');
  });

  it('does not have the keys fetched for each made-up key id', async () => {
    const oidc = parseAccess(
      JSON.stringify({
        oidc: { issuer: provider.issuer, audience: AUDIENCE, levels: { [LOA3]: 'eh3' } },
        manage_service: 'urn:etoegang:DV:00000003800000070000:services:2',
      }),
    ).oidc;
    if (oidc === undefined) throw new Error('no oidc');
    const checkToken = makeCheckToken({ oidc, provider: makeProvider({ issuer: oidc.issuer }), now: Date.now });
    await checkToken(await provider.token(), remote);
    const before = provider.keysFetched();
    for (let i = 0; i < 20; i++) {
      const token = await provider.sign(claimsOf(), { kid: `made-up-${i}` });
      expect(await refusalOf(checkToken(token, remote))).toBe('unauthenticated token_signature');
    }
    expect(provider.keysFetched()).toBe(before);
  });
});

describe('a token is refused', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['of another issuer', { iss: 'https://evil.example' }, {}, 'token_issuer'],
    ['of an issuer that only begins alike', { iss: 'ISSUER/' }, {}, 'token_issuer'],
    ['that has expired', { iat: seconds(-700), exp: seconds(-10) }, {}, 'token_expired'],
    ['without an end', { exp: undefined }, {}, 'token_malformed'],
    ['that does not count yet', { nbf: seconds(60) }, {}, 'token_not_yet_valid'],
    ['issued in the future', { iat: seconds(60) }, {}, 'token_not_yet_valid'],
    ['that is older than we take', { iat: seconds(-1000), exp: seconds(600) }, {}, 'token_too_old'],
    ['without a moment of issue', { iat: undefined }, {}, 'token_malformed'],
    ['for another audience', { aud: ['a', 'b'] }, {}, 'token_audience'],
    ['without an audience', { aud: undefined }, {}, 'token_malformed'],
    ['that is an id token', {}, { typ: 'JWT' }, 'token_type'],
    ['that says of no type', {}, { typ: undefined }, 'token_type'],
    ['with a kid that nobody has', {}, { kid: 'other' }, 'token_signature'],
    ['with a demand that is not understood', {}, { crit: ['demand'], demand: 1 }, 'token_malformed'],
    ['of a level that is not in the table', { acr: 'urn:somebody:else:loa4' }, {}, 'level_unknown'],
    ['of a level that every object has', { acr: 'constructor' }, {}, 'level_unknown'],
    ['without a level', { acr: undefined }, {}, 'level_unknown'],
    ['that names nobody', { [PSEUDONYM]: undefined }, {}, 'identifier_missing'],
    ['that names two', { [BSN]: '999990299' }, {}, 'identifier_ambiguous'],
    ['that names what is no BSN', { [PSEUDONYM]: undefined, [BSN]: '123456789' }, {}, 'identifier_invalid'],
    ['that names a list', { [PSEUDONYM]: ['willem@weide'] }, {}, 'identifier_invalid'],
    ['for a party that is none', { 'urn:etoegang:core:LegalSubjectID': 'x' }, {}, 'identifier_invalid'],
    ['that is bound to a key', { cnf: { jkt: 'abc' } }, {}, 'token_bound_elsewhere'],
    ['that is bound to another certificate', { cnf: { 'x5t#S256': 'abc' } }, {}, 'token_bound_elsewhere'],
  ])('%s', async (_what, change, header, reason) => {
    const payload = claimsOf(JSON.parse(JSON.stringify(change).replace('ISSUER', provider.issuer)));
    for (const name of Object.keys(change)) if (change[name] === undefined) delete payload[name];
    const token = await provider.sign(payload, header);
    expect(await refusalOf(makeDoor()(bearer(token)))).toBe(`unauthenticated ${reason}`);
  });

  it('when nobody signed it', async () => {
    const none = new UnsecuredJWT(claimsOf()).encode();
    expect(await refusalOf(makeDoor()(bearer(none)))).toBe('unauthenticated token_algorithm');
    const [header = '', payload = ''] = (await provider.sign(claimsOf())).split('.');
    expect(await refusalOf(makeDoor()(bearer(`${header}.${payload}.`)))).toBe('unauthenticated token_signature');
  });

  it('when the public key served as a shared secret', async () => {
    const { keys } = (await (await fetch(`${provider.issuer}/jwks`)).json()) as { keys: [{ kid: string }] };
    const key = await createLocalJWKSet({ keys: keys as never })({ alg: 'PS256', kid: keys[0].kid });
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: keys[0].kid })}.${encode(claimsOf())}`;
    const forged = `${text}.${createHmac('sha256', await exportSPKI(key as CryptoKey))
      .update(text)
      .digest('base64url')}`;
    expect(await refusalOf(makeDoor()(bearer(forged)))).toBe('unauthenticated token_algorithm');
  });

  it('when it brings its own key', async () => {
    const stranger = await startLoginProvider({ up: false });
    const { d: _, p: __, q: ___, dp: ____, dq: _____, qi: ______, ...jwk } = stranger.key.jwk;
    const token = await new SignJWT(claimsOf())
      .setProtectedHeader({ alg: 'PS256', typ: 'at+jwt', jwk: jwk as never, jku: 'https://evil.example/jwks' })
      .sign(stranger.key.privateKey);
    expect(await refusalOf(makeDoor()(bearer(token)))).toBe('unauthenticated token_signature');
  });

  it('when it stands in the URL', async () => {
    const token = await provider.token();
    expect(await refusalOf(makeDoor()(bearer(token), remote, `/v1/me?access_token=${token}`))).toBe(
      'unauthenticated token_in_query',
    );
    expect(await refusalOf(makeDoor()({}, remote, `/v1/me?x=1`))).toBe('unauthenticated credentials_missing');
  });

  it('is taken at the last second of its life, and not beyond it and the tolerance', async () => {
    const issued = seconds();
    const token = await provider.sign(claimsOf({ iat: issued, exp: issued + 600 }));
    const at = (second: number) => makeDoor({ now: () => (issued + second) * 1000 })(bearer(token));
    expect(await refusalOf(at(604))).toMatch(/^let in/);
    expect(await refusalOf(at(605))).toBe('unauthenticated token_expired');
  });

  it('is an id token where plain JWTs are taken', async () => {
    const door = makeDoor({ oidc: { token_type: 'JWT' } });
    expect(await refusalOf(door(bearer(await provider.sign(claimsOf(), { typ: 'JWT' }))))).toMatch(/^let in/);
    const idToken = await provider.sign(claimsOf({ nonce: 'n' }), { typ: 'JWT' });
    expect(await refusalOf(door(bearer(idToken)))).toBe('unauthenticated token_type');
  });

  it('without a word of what it claims', async () => {
    const token = await provider.sign(claimsOf({ [PSEUDONYM]: undefined, [BSN]: '999990299', aud: 'x' }));
    const thrown = await makeDoor()(bearer(token)).catch((error: unknown) => error);
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain('999990299');
    expect(String((thrown as Error).cause)).not.toContain('999990299');
  });
});

describe('a token that is bound to a certificate', () => {
  it('counts over a connection with that certificate', async () => {
    const fingerprint = 'cd'.repeat(32);
    const bound = Buffer.from(fingerprint, 'hex').toString('base64url');
    const token = await provider.sign(claimsOf({ cnf: { 'x5t#S256': bound } }));
    expect(await refusalOf(makeDoor()(bearer(token), { ...remote, certificate: { fingerprint } }))).toMatch(/^let in/);
    expect(await refusalOf(makeDoor()(bearer(token)))).toBe('unauthenticated token_bound_elsewhere');
    const alsoOtherwise = await provider.sign(claimsOf({ cnf: { 'x5t#S256': bound, jkt: 'abc' } }));
    expect(await refusalOf(makeDoor()(bearer(alsoOtherwise), { ...remote, certificate: { fingerprint } }))).toBe(
      'unauthenticated token_bound_elsewhere',
    );
    expect(await refusalOf(makeDoor()(bearer(token), { ...remote, certificate: 'refused' }))).toBe(
      'unauthenticated token_bound_elsewhere',
    );
  });
});

describe('a provider that is down', () => {
  it('is no reason to call a token wrong: 503 until it is there', async () => {
    const late = await startLoginProvider({ up: false });
    const door = makeDoor({ issuer: late.issuer });
    const token = await late.sign({ ...claimsOf(), iss: late.issuer });
    expect(await refusalOf(door(bearer(token)))).toBe('login_unavailable');
    await late.up();
    await eventually('it is let in', async () => (await refusalOf(door(bearer(token)))).startsWith('let in'));
    await late.down();
    // Known keys go on counting; one that is not known might be new.
    expect(await refusalOf(door(bearer(token)))).toMatch(/^let in/);
    const unknown = await late.sign({ ...claimsOf(), iss: late.issuer }, { kid: 'new' });
    expect(await refusalOf(door(bearer(unknown)))).toBe('login_unavailable');
    expect(await refusalOf(door(bearer(token)))).toMatch(/^let in/);
  });

  it('whose metadata speak for another issuer gives no keys', async () => {
    const door = makeDoor({ issuer: provider.issuer.replace('127.0.0.1', 'localhost') });
    expect(await refusalOf(door(bearer(await provider.token())))).toBe('login_unavailable');
  });

  it('hinders no system', async () => {
    const late = await startLoginProvider({ up: false });
    expect((await makeDoor({ issuer: late.issuer })(bearer(KEY))).system?.name).toBe('desk');
  });
});

describe('a system', () => {
  it('comes in by API key', async () => {
    expect(await makeDoor()(bearer(KEY))).toEqual({ system: { name: 'desk', role: 'registrar' }, requestId: 'r-1' });
  });

  it('comes in by the certificate of the connection, by number or by fingerprint', async () => {
    const rvo = { name: 'rvo', role: 'service_owner', oin: '00000003800000020000', acts: ['service.define'] };
    for (const certificate of [
      { fingerprint: 'ab'.repeat(32) },
      { fingerprint: 'ee'.repeat(32), serialNumber: '00000003800000020000' },
    ]) {
      expect((await makeDoor()({}, { ...remote, certificate })).system).toEqual(rvo);
    }
  });

  it.each<[string, Record<string, string>, Connection, string]>([
    ['nothing', {}, remote, 'credentials_missing'],
    ['nothing, over loopback', {}, { unixSocket: false, loopback: true }, 'credentials_missing'],
    ['a wrong key', bearer('wrong'), remote, 'credentials_unknown'],
    ['the digest of a key', bearer(sha256(KEY)), remote, 'credentials_unknown'],
    ['another scheme', { authorization: `Basic ${KEY}` }, remote, 'credentials_unknown'],
    ['two tokens', { authorization: `Bearer ${KEY}, Bearer ${KEY}` }, remote, 'credentials_unknown'],
    ['a certificate of no accepted authority', {}, { ...remote, certificate: 'refused' }, 'credentials_unknown'],
    ['an unknown certificate', {}, { ...remote, certificate: { fingerprint: '00' } }, 'credentials_unknown'],
    [
      'a wrong key over a connection with a good certificate',
      bearer('wrong'),
      { ...remote, certificate: { fingerprint: 'ab'.repeat(32) } },
      'credentials_unknown',
    ],
    [
      'headers in which a proxy tells of a certificate',
      {
        'x-client-cert': 'ab'.repeat(32),
        'x-ssl-client-serial': '00000003800000020000',
        'x-forwarded-client-cert': `Hash=${'ab'.repeat(32)}`,
        'client-cert': ':YWJj:',
      },
      remote,
      'credentials_missing',
    ],
  ])('is not known by %s', async (_what, headers, connection, reason) => {
    expect(await refusalOf(makeDoor()(headers, connection))).toBe(`unauthenticated ${reason}`);
  });

  it('signs nothing', async () => {
    expect(await refusalOf(makeDoor()({ ...bearer(KEY), 'signature-jws': 'a..b' }))).toBe(
      'unauthenticated signature_not_accepted_here',
    );
  });
});
