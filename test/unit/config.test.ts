import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, type Role } from '../../src/cli/config.ts';
import { configurationPage } from '../../src/cli/config-docs.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const sidecar = { REDIS_URL: 'redis://127.0.0.1', MACHTIG_HMAC_KEY: key, MACHTIG_ANONYMOUS: 'loopback' };

function faultsOf(env: Record<string, string>, role: Role = 'sidecar', readFile?: (path: string) => string): string[] {
  try {
    loadConfig(env, role, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ at }) => at).sort();
    throw error;
  }
  return [];
}

describe('what a role needs', () => {
  test('dev needs nothing and allows anonymous loopback with all rights', () => {
    const config = loadConfig({ PATH: '/bin', MACHTIG_PORT: '' }, 'dev');
    expect(config.listen.tcp).toEqual({ host: '127.0.0.1', port: 8181 });
    expect(config.callers.anonymous).toEqual({ search: true, bsn: true, details: true });
    expect(config.keys.hmac?.reveal()).toHaveLength(32);
    expect(config.keys.hmac?.reveal()).not.toEqual(config.keys.seal?.reveal());
  });

  test('a sidecar names everything it misses at once', () => {
    expect(faultsOf({})).toEqual(['MACHTIG_CALLERS', 'MACHTIG_HMAC_KEY', 'REDIS_URL']);
  });

  test.each<[Role, string[]]>([
    ['sync', ['DATABASE_URL', 'MACHTIG_HMAC_KEY', 'REDIS_URL']],
    ['migrate', ['DATABASE_URL']],
    ['import', ['DATABASE_URL', 'MACHTIG_HMAC_KEY', 'MACHTIG_SEAL_KEY']],
    ['operate', ['DATABASE_URL']],
  ])('the role %s cannot do without %j', (role, names) => {
    expect(faultsOf({}, role)).toEqual(names);
  });

  test('anonymous calls have only the rights that are named', () => {
    expect(loadConfig(sidecar, 'sidecar').callers.anonymous).toEqual({ search: false, bsn: false, details: false });
    const some = loadConfig({ ...sidecar, MACHTIG_ANONYMOUS: 'loopback:bsn,details' }, 'sidecar');
    expect(some.callers.anonymous).toEqual({ search: false, bsn: true, details: true });
    expect(faultsOf({ ...sidecar, MACHTIG_ANONYMOUS: 'yes' })).toContain('MACHTIG_ANONYMOUS');
  });
});

describe('values', () => {
  test('every fault is listed at once, with what is allowed and without the value', () => {
    const env = {
      ...sidecar,
      MACHTIG_PORT: '99999',
      MACHTIG_RECORDS: 'maybe',
      MACHTIG_HMAC_KEY: 'c2hvcnQ=',
      MACHTIG_PROT: '1',
    };
    expect(faultsOf({ ...env, MACHTIG_TLS_CERT: '/a' })).toEqual([
      'MACHTIG_HMAC_KEY',
      'MACHTIG_PORT',
      'MACHTIG_PROT',
      'MACHTIG_RECORDS',
      'MACHTIG_TLS_KEY',
    ]);
    expect(() => loadConfig(env, 'sidecar')).toThrow(/MACHTIG_RECORDS must be written, synced, full or off/);
    expect(() => loadConfig(env, 'sidecar')).not.toThrow(/c2hvcnQ=|99999|maybe/);
  });

  test.each([
    ['DATABASE_URL', 'mysql://x'],
    ['REDIS_URL', 'localhost'],
    ['REDIS_URL', 'redis+cluster://'],
    ['REDIS_URL', 'redis+cluster://a:7000,b'],
    ['REDIS_URL', 'redis+cluster://a:7000/1'],
    ['MACHTIG_PORT', '-1'],
    ['MACHTIG_PORT', '0x50'],
    ['MACHTIG_SOCKET', 'relative.sock'],
    ['MACHTIG_SOCKET_MODE', '666'],
    ['MACHTIG_ALLOW_PLAIN_REMOTE', 'true'],
    ['MACHTIG_PUBLIC_URL', 'https://pdp.example/?q'],
    ['MACHTIG_PUBLIC_URL', 'ftp://pdp.example'],
    ['MACHTIG_CACHE_MB', '0'],
    ['MACHTIG_HMAC_KEY', 'not base64'],
  ])('%s=%s is refused', (name, value) => {
    expect(faultsOf({ ...sidecar, [name]: value })).toEqual([name]);
  });

  test('the result is frozen to the bottom', () => {
    const config = loadConfig(sidecar, 'sidecar');
    expect(() => Object.assign(config.listen, { drainMs: 1 })).toThrow(TypeError);
    expect(() => config.listen.allowedHosts.push('evil.example')).toThrow(TypeError);
  });
});

describe('secrets', () => {
  const config = loadConfig({ ...sidecar, DATABASE_URL: 'postgres://machtig:hush@db/machtig' }, 'sidecar');

  test('show as [redacted] however they are printed', () => {
    for (const text of [JSON.stringify(config), inspect(config, { depth: 9 }), `${config.databaseUrl}`]) {
      expect(text).toContain('[redacted]');
      expect(text).not.toContain('hush');
      expect(text).not.toContain(key);
    }
    expect(config.databaseUrl?.reveal()).toBe('postgres://machtig:hush@db/machtig');
  });

  test('may come from a file, with the line end cut off', () => {
    const env = { REDIS_URL: '/run/redis.sock', MACHTIG_ANONYMOUS: 'loopback', MACHTIG_HMAC_KEY_FILE: '/run/key' };
    const read = (path: string) => (path === '/run/key' ? `${key}\n` : '');
    expect(loadConfig(env, 'sidecar', read).keys.hmac?.reveal()).toEqual(Buffer.alloc(32, 7));
  });

  test('a file that cannot be read, or a secret given twice, is a fault', () => {
    const unreadable = () => {
      throw new Error('no such file');
    };
    expect(faultsOf({ ...sidecar, DATABASE_URL_FILE: '/nowhere' }, 'sidecar', unreadable)).toEqual([
      'DATABASE_URL_FILE',
    ]);
    expect(faultsOf({ ...sidecar, MACHTIG_HMAC_KEY_FILE: '/run/key' })).toEqual(['MACHTIG_HMAC_KEY_FILE']);
    expect(faultsOf({ ...sidecar, MACHTIG_PORT_FILE: '/run/port' })).toEqual(['MACHTIG_PORT_FILE']);
  });
});

describe('doors that would stand open', () => {
  const callers = { REDIS_URL: 'redis://r', MACHTIG_HMAC_KEY: key, MACHTIG_CALLERS: '/etc/callers.yaml' };
  const remote = { ...callers, MACHTIG_HOST: '0.0.0.0', MACHTIG_ALLOWED_HOSTS: 'pdp.example' };

  test('half a TLS pair is refused', () => {
    expect(faultsOf({ ...callers, MACHTIG_TLS_CERT: '/c' })).toEqual(['MACHTIG_TLS_KEY']);
    expect(faultsOf({ ...callers, MACHTIG_TLS_KEY: '/k' })).toEqual(['MACHTIG_TLS_CERT']);
    expect(faultsOf({ ...callers, MACHTIG_TLS_CLIENT_CA: '/ca' })).toEqual(['MACHTIG_TLS_CLIENT_CA']);
  });

  test('a port beyond loopback needs TLS or the explicit override', () => {
    expect(faultsOf(remote)).toEqual(['MACHTIG_HOST']);
    expect(faultsOf({ ...remote, MACHTIG_ALLOW_PLAIN_REMOTE: 'yes' })).toEqual([]);
    expect(faultsOf({ ...remote, MACHTIG_TLS_CERT: '/c', MACHTIG_TLS_KEY: '/k' })).toEqual([]);
  });

  test('it also needs the names by which it is addressed', () => {
    const plain = { ...callers, MACHTIG_HOST: '::', MACHTIG_ALLOW_PLAIN_REMOTE: 'yes' };
    expect(faultsOf(plain)).toEqual(['MACHTIG_ALLOWED_HOSTS']);
    const named = loadConfig({ ...plain, MACHTIG_PUBLIC_URL: 'https://pdp.example/' }, 'sidecar');
    expect(named.listen).toMatchObject({ publicUrl: 'https://pdp.example', allowedHosts: ['pdp.example'] });
  });

  test('anonymous calls only with a loopback port', () => {
    expect(faultsOf({ ...remote, MACHTIG_ALLOW_PLAIN_REMOTE: 'yes', MACHTIG_ANONYMOUS: 'loopback' })).toEqual([
      'MACHTIG_ANONYMOUS',
    ]);
  });

  test('who searches and may know BSNs needs the key that opens them', () => {
    const both = { ...sidecar, MACHTIG_ANONYMOUS: 'loopback:search,bsn' };
    expect(faultsOf(both)).toEqual(['MACHTIG_SEAL_KEY']);
    expect(faultsOf({ ...both, MACHTIG_SEAL_KEY: key })).toEqual([]);
    expect(faultsOf({ ...sidecar, MACHTIG_ANONYMOUS: 'loopback:search' })).toEqual([]);
    expect(faultsOf({ MACHTIG_ANONYMOUS: 'loopback:search,bsn' }, 'dev')).toEqual([]);
  });

  test('the port can be off only when there is a socket', () => {
    expect(faultsOf({ ...sidecar, MACHTIG_PORT: 'off' })).toEqual(['MACHTIG_PORT']);
    const config = loadConfig({ ...sidecar, MACHTIG_PORT: 'off', MACHTIG_SOCKET: '/run/m.sock' }, 'sidecar');
    expect(config.listen.tcp).toBeUndefined();
    expect(config.listen.socket).toEqual({ path: '/run/m.sock', mode: 0o660 });
  });
});

test('docs/configuration.md is generated from the schema', async () => {
  await expect(configurationPage()).toMatchFileSnapshot('../../docs/configuration.md');
});

describe('the policy', () => {
  const key = {
    MACHTIG_BUNDLE_KEY: '/etc/machtig/release.pub',
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: 'ES256',
    MACHTIG_BUNDLE_STATE: '/var/lib/machtig',
  };
  const file = { MACHTIG_BUNDLE: '/bundle.tar.gz' };
  const url = { MACHTIG_BUNDLE: 'https://bundles.example/b.tar.gz' };

  test('is the one that comes with the program unless another is given', () => {
    expect(loadConfig(sidecar, 'sidecar').bundle).toEqual({ pollMs: 5000 });
    expect(loadConfig({ ...sidecar, ...file, ...key }, 'sidecar').bundle).toEqual({
      from: '/bundle.tar.gz',
      trust: { keyFile: '/etc/machtig/release.pub', keyId: 'release', algorithm: 'ES256' },
      stateFolder: '/var/lib/machtig',
      pollMs: 5000,
    });
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['unsigned in production', file, ['MACHTIG_BUNDLE_KEY']],
    ['unsigned in production, said outright', { ...file, MACHTIG_MODE: 'production' }, ['MACHTIG_BUNDLE_KEY']],
    ['unsigned on trial', { ...file, MACHTIG_MODE: 'trial' }, []],
    ['from a URL without a key, on trial too', { ...url, MACHTIG_MODE: 'trial' }, ['MACHTIG_BUNDLE_KEY']],
    ['from a URL with a key', { ...url, ...key, MACHTIG_BUNDLE_TOKEN: 'abc', MACHTIG_BUNDLE_CA: '/ca' }, []],
    ['with a key but no bundle', key, Object.keys(key).sort()],
    ['with a token but no bundle', { MACHTIG_BUNDLE_TOKEN: 'abc' }, ['MACHTIG_BUNDLE_TOKEN']],
    ['a file with a token', { ...file, ...key, MACHTIG_BUNDLE_TOKEN: 'abc' }, ['MACHTIG_BUNDLE_TOKEN']],
    ['a file with authorities', { ...file, ...key, MACHTIG_BUNDLE_CA: '/ca' }, ['MACHTIG_BUNDLE_CA']],
    ['in clear from afar', { MACHTIG_BUNDLE: 'http://bundles.example/b', ...key }, ['MACHTIG_BUNDLE']],
    ['in clear from here', { MACHTIG_BUNDLE: 'http://127.0.0.1:8/b', ...key }, []],
    ['with a password in its address', { MACHTIG_BUNDLE: 'https://a:b@c.example/b', ...key }, ['MACHTIG_BUNDLE']],
    ['over what is no HTTP', { MACHTIG_BUNDLE: 'ftp://bundles.example/b', ...key }, ['MACHTIG_BUNDLE']],
    [
      'under an algorithm with a shared secret',
      { ...file, ...key, MACHTIG_BUNDLE_ALGORITHM: 'HS256' },
      ['MACHTIG_BUNDLE_ALGORITHM'],
    ],
    [
      'with a roll-back of what has no order',
      { ...file, MACHTIG_MODE: 'trial', MACHTIG_BUNDLE_ROLLBACK: 'a'.repeat(32) },
      ['MACHTIG_BUNDLE_ROLLBACK'],
    ],
    ['with a roll-back to a name', { ...file, ...key, MACHTIG_BUNDLE_ROLLBACK: 'last' }, ['MACHTIG_BUNDLE_ROLLBACK']],
  ])('%s', (_, env, faults) => {
    expect(faultsOf({ ...sidecar, ...env })).toEqual(faults);
  });

  test.each(Object.keys(key))('is refused when of its key only %s is missing, on trial too', (name) => {
    const rest = Object.fromEntries(Object.entries(key).filter(([other]) => other !== name));
    expect(faultsOf({ ...sidecar, ...file, ...rest, MACHTIG_MODE: 'trial' })).toEqual([name]);
  });

  test('is tried unsigned in dev, unless dev is to behave as in production', () => {
    expect(faultsOf(file, 'dev')).toEqual([]);
    expect(faultsOf({ ...file, MACHTIG_MODE: 'production' }, 'dev')).toEqual(['MACHTIG_BUNDLE_KEY']);
    expect(faultsOf({ ...file, DATABASE_URL: 'postgres://x' }, 'operate')).toEqual([]);
  });
});
