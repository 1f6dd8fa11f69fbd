import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../src/cli/config.ts';
import { claimsFor, devPeople } from '../../src/cli/dev-people.ts';
import { AppError } from '../../src/domain/errors.ts';
import { parseAccess } from '../../src/http/admin/auth/access.ts';
import { readElement, readOid } from '../../src/http/admin/auth/der.ts';
import { readRegisterFile } from '../../src/register/read-file.ts';

const ROOT = join(import.meta.dirname, '../..');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const manage_service = 'urn:etoegang:DV:00000003800000070000:services:2';
const oidc = { issuer: 'https://login.example', audience: 'a', levels: { high: 'eh4' } };
const desk = { name: 'desk', role: 'registrar', keys: [sha256('k')] };

/** Places of the faults, or none. */
function faultsOf(file: object | string): string[] {
  try {
    parseAccess(typeof file === 'string' ? file : JSON.stringify(file));
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.faults.map(({ at }) => at);
  }
}

describe('the access file', () => {
  test('has safe defaults', () => {
    expect(parseAccess(JSON.stringify({ oidc, manage_service }))).toMatchObject({
      oidc: { algorithms: ['PS256', 'ES256'], token_type: 'at+jwt', max_token_age_seconds: 900 },
      systems: [],
    });
  });

  test('that deploy brings along is one', () => {
    const { systems, signatures } = parseAccess(readFileSync(join(ROOT, 'deploy/admin-access.yaml'), 'utf8'));
    expect(systems.map(({ name }) => name)).toEqual(['rvo', 'rechtbank', 'nightly-catalogue']);
    expect(signatures?.window_seconds).toBe(300);
  });

  const withOidc = (change: object) => ({ oidc: { ...oidc, ...change }, manage_service });
  const withSystem = (change: object) => ({ systems: [{ ...desk, ...change }], manage_service });
  test.each<[string, object | string, string[]]>([
    ['no YAML', '{', ['']],
    ['nobody who can come in', { manage_service }, ['']],
    ['no service by which one manages', { oidc }, ['/manage_service']],
    ['another service', { oidc, manage_service: 'beheren' }, ['/manage_service']],
    ['a typo', { oidc, manage_service, system: [] }, ['/system']],
    [
      'no issuer, no audience, no levels',
      { oidc: {}, manage_service },
      ['/oidc/issuer', '/oidc/audience', '/oidc/levels'],
    ],
    ['an issuer over plain http', withOidc({ issuer: 'http://login.example' }), ['/oidc/issuer']],
    [
      'an issuer that only looks like loopback',
      withOidc({ issuer: 'http://127.0.0.1.evil.example' }),
      ['/oidc/issuer'],
    ],
    ['an issuer with a query', withOidc({ issuer: 'https://login.example?a' }), ['/oidc/issuer']],
    ['no levels', withOidc({ levels: {} }), ['/oidc/levels']],
    ['a level that is none', withOidc({ levels: { high: 'eh5' } }), ['/oidc/levels/high']],
    ['unsigned tokens', withOidc({ algorithms: ['none'] }), ['/oidc/algorithms/0']],
    ['shared secrets', withOidc({ algorithms: ['PS256', 'HS256'] }), ['/oidc/algorithms/1']],
    ['tokens for ever', withOidc({ max_token_age_seconds: 86_400 }), ['/oidc/max_token_age_seconds']],
    ['a person known by KvK number', withOidc({ person: [{ claim: 'c', scheme: 'kvk' }] }), ['/oidc/person/0/scheme']],
    ['a system nobody can be', withSystem({ keys: [] }), ['/systems/0']],
    ['a key in clear', withSystem({ keys: ['s3cret'] }), ['/systems/0/keys/0']],
    ['a service owner without OIN', withSystem({ role: 'service_owner' }), ['/systems/0/oin']],
    ['a court with an OIN', withSystem({ role: 'court', oin: '00000003800000010000' }), ['/systems/0/oin']],
    ['an act that is none', withSystem({ acts: ['mandate.forge'] }), ['/systems/0/acts/0']],
    ['no acts at all', withSystem({ acts: [] }), ['/systems/0/acts']],
    ['a key of two systems', { systems: [desk, { ...desk, name: 'b' }], manage_service }, ['/systems']],
    ['two systems of one name', { systems: [desk, { ...desk, keys: [sha256('l')] }], manage_service }, ['/systems']],
    ['signatures of nobody', { oidc, manage_service, signatures: { trust: 't' } }, ['/signatures']],
    [
      'signatures without a login',
      { systems: [desk], manage_service, signatures: { trust: 't', serial_number_claim: 'c' } },
      ['/signatures'],
    ],
  ])('is refused with %s', (_what, file, places) => {
    expect(faultsOf(file)).toEqual(places);
  });
});

describe('the admin port', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const env = {
    DATABASE_URL: 'postgres://r',
    MACHTIG_HMAC_KEY: key,
    MACHTIG_SEAL_KEY: key,
    MACHTIG_ADMIN_ACCESS: '/etc/machtig/access.yaml',
  };
  const places = (more: Record<string, string>, role: 'admin' | 'dev' = 'admin') => {
    try {
      loadConfig(role === 'admin' ? { ...env, ...more } : more, role);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.faults.map(({ at }) => at).sort();
      throw error;
    }
  };

  test('is 8282 on loopback', () => {
    expect(loadConfig(env, 'admin').admin).toMatchObject({ tcp: { host: '127.0.0.1', port: 8282 } });
  });

  test('names everything that is missing at once', () => {
    expect(places({ DATABASE_URL: '', MACHTIG_HMAC_KEY: '', MACHTIG_SEAL_KEY: '', MACHTIG_ADMIN_ACCESS: '' })).toEqual([
      'DATABASE_URL',
      'MACHTIG_ADMIN_ACCESS',
      'MACHTIG_HMAC_KEY',
      'MACHTIG_SEAL_KEY',
    ]);
  });

  test('goes beyond loopback with TLS and the names of its hosts alone', () => {
    const remote = { MACHTIG_ADMIN_HOST: '0.0.0.0' };
    const tls = { MACHTIG_TLS_CERT: '/c', MACHTIG_TLS_KEY: '/k' };
    expect(places(remote)).toEqual(['MACHTIG_ADMIN_HOST', 'MACHTIG_ALLOWED_HOSTS']);
    expect(places({ ...remote, MACHTIG_ALLOW_PLAIN_REMOTE: 'yes' })).toContain('MACHTIG_ADMIN_HOST');
    expect(places({ ...remote, ...tls })).toEqual(['MACHTIG_ALLOWED_HOSTS']);
    expect(places({ ...remote, ...tls, MACHTIG_ALLOWED_HOSTS: 'admin.example' })).toEqual([]);
    expect(places({ ...remote, MACHTIG_TLS_CERT: '/c' })).toContain('MACHTIG_TLS_KEY');
  });

  test('never goes beyond loopback in dev, where everybody is whom he likes', () => {
    expect(places({ MACHTIG_ADMIN_HOST: '0.0.0.0' }, 'dev')).toEqual(['MACHTIG_ADMIN_HOST']);
  });
});

describe('the people of dev', () => {
  const people = devPeople(readRegisterFile(readFileSync(join(ROOT, 'examples/register.yaml'), 'utf8')).file);
  const acr = 'urn:etoegang:core:assurance-class:loa3';

  test('log in by their means, or by BSN', () => {
    expect(claimsFor(people, { as: 'willem', loa: 'eh3', digid: false })).toEqual({
      acr,
      'urn:etoegang:core:ActingSubjectID': 'willem@weide',
    });
    const bsn = 'urn:nl-eid-gdi:1.0:ActingSubjectID';
    expect(claimsFor(people, { as: 'willem', loa: 'eh3', digid: true })).toEqual({ acr, [bsn]: '999990299' });
    expect(claimsFor(people, { as: 'moeder', loa: 'eh3', digid: false })).toEqual({ acr, [bsn]: '999990949' });
  });

  test('may log in for a party', () => {
    expect(claimsFor(people, { as: 'bea', loa: 'eh3', digid: false, party: 'bakkerij' })).toMatchObject({
      'urn:etoegang:core:LegalSubjectID': '90000004',
    });
  });

  test('are those of the register file, and somebody new', () => {
    expect(claimsFor(people, { as: 'newcomer', loa: 'eh2', digid: false })).toHaveProperty([
      'urn:nl-eid-gdi:1.0:ActingSubjectID',
    ]);
    expect(claimsFor(people, { as: 'nobody', loa: 'eh3', digid: false })).toContain('nobody');
    expect(claimsFor(people, { as: 'bea', loa: 'eh3', digid: false, party: 'nobody' })).toContain('nobody');
  });

  test('have a system for each service owner, a court and the registrar, each with a key of its own', () => {
    expect(people.systems.map(({ key }) => key)).toEqual(
      'belastingdienst rvo nederlandse-voedsel-en-warenautoriteit omgevingsloket rijndam gemeente-veenwijk logius court registrar'.split(
        ' ',
      ),
    );
    expect(new Set(people.systems.map(({ apiKey }) => apiKey)).size).toBe(people.systems.length);
  });
});

describe('what is no DER', () => {
  test.each(['', '30', '3003', '3080', '30850000000001', '30820100', '30840fffffff00'])('%j is refused', (hex) => {
    expect(() => readElement(Buffer.from(hex, 'hex'))).toThrow();
  });

  test('an object identifier is read in dots', () => {
    expect(readOid(Buffer.from('551d0f', 'hex'))).toBe('2.5.29.15');
    expect(readOid(Buffer.from('04008e4601', 'hex'))).toBe('0.4.0.1862.1');
    expect(readOid(Buffer.from('883703', 'hex'))).toBe('2.999.3');
  });
});
