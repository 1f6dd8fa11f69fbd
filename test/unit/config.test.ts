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
