import type { Fault } from '../domain/errors.ts';
import { bundleFaults } from './config-bundle.ts';
import { isLoopbackHost } from './config-forms.ts';
import type { Values, VariableName } from './config-variables.ts';

/** What a process is started for; decides which variables it cannot do without. */
export type Role = 'dev' | 'sidecar' | 'sync' | 'admin' | 'migrate' | 'import' | 'seed' | 'operate';

/** What each role cannot do without. */
export const NEEDED: Record<Role, readonly VariableName[]> = {
  dev: [],
  sidecar: ['REDIS_URL', 'MACHTIG_HMAC_KEY'],
  sync: ['DATABASE_URL', 'REDIS_URL', 'MACHTIG_HMAC_KEY'],
  admin: ['DATABASE_URL', 'MACHTIG_HMAC_KEY', 'MACHTIG_SEAL_KEY', 'MACHTIG_ADMIN_ACCESS'],
  migrate: ['DATABASE_URL'],
  import: ['DATABASE_URL', 'MACHTIG_HMAC_KEY', 'MACHTIG_SEAL_KEY'],
  seed: ['DATABASE_URL', 'MACHTIG_HMAC_KEY', 'MACHTIG_SEAL_KEY'],
  operate: ['DATABASE_URL'],
};

/** Faults that no variable has alone: what a role cannot do without, and doors that would stand open. */
export function consistencyFaults(v: Values, role: Role): Fault[] {
  const faults: Fault[] = NEEDED[role]
    .filter((name) => v[name] === undefined)
    .map((name) => ({ at: name, message: `must be given for the role ${role}` }));
  if (role === 'sidecar' || role === 'dev') faults.push(...tlsFaults(v), ...doorFaults(v), ...callerFaults(v, role));
  if (role === 'sidecar' || role === 'dev') faults.push(...shadowFaults(v, role));
  if (role === 'sidecar' || role === 'admin' || role === 'dev') faults.push(...bundleFaults(v, role === 'dev'));
  if (role === 'admin') faults.push(...tlsFaults(v), ...adminDoorFaults(v));
  if (role === 'dev' && !isLoopbackHost(v.MACHTIG_ADMIN_HOST)) {
    faults.push({ at: 'MACHTIG_ADMIN_HOST', message: 'must be a loopback address in the role dev' });
  }
  if (role === 'dev' && v.MACHTIG_WORKERS > 1) {
    faults.push({ at: 'MACHTIG_WORKERS', message: 'must be 1 in the role dev, which is one process' });
  }
  return faults;
}

/** Here people log in and mandates are granted: nothing of it goes over a wire in clear, whatever else encrypts. */
function adminDoorFaults(v: Values): Fault[] {
  if (isLoopbackHost(v.MACHTIG_ADMIN_HOST)) return [];
  const faults: Fault[] = [];
  if (!v.MACHTIG_TLS_CERT && !v.MACHTIG_TLS_KEY) {
    faults.push({ at: 'MACHTIG_ADMIN_HOST', message: 'must be a loopback address, unless TLS is configured' });
  }
  return [...faults, ...nameFaults(v)];
}

/** How a bundle is tried says nothing while none is: its name may have been misspelt. What is tried is believed no sooner. */
function shadowFaults(v: Values, role: Role): Fault[] {
  const production = (v.MACHTIG_MODE ?? (role === 'dev' ? 'trial' : 'production')) === 'production';
  if (v.MACHTIG_SHADOW_BUNDLE) {
    const message = 'must be signed in production: MACHTIG_BUNDLE_KEY says by whom; unsigned is for MACHTIG_MODE=trial';
    return production && !v.MACHTIG_BUNDLE_KEY ? [{ at: 'MACHTIG_SHADOW_BUNDLE', message }] : [];
  }
  return (['MACHTIG_SHADOW_SHARE', 'MACHTIG_SHADOW_CPU'] as const)
    .filter((name) => v[name] !== undefined)
    .map((name) => ({ at: name, message: 'needs MACHTIG_SHADOW_BUNDLE' }));
}

function tlsFaults(v: Values): Fault[] {
  const faults: Fault[] = [];
  if (v.MACHTIG_TLS_CERT && !v.MACHTIG_TLS_KEY) {
    faults.push({ at: 'MACHTIG_TLS_KEY', message: 'must be given with MACHTIG_TLS_CERT' });
  }
  if (v.MACHTIG_TLS_KEY && !v.MACHTIG_TLS_CERT) {
    faults.push({ at: 'MACHTIG_TLS_CERT', message: 'must be given with MACHTIG_TLS_KEY' });
  }
  if (v.MACHTIG_TLS_CLIENT_CA && !v.MACHTIG_TLS_CERT && !v.MACHTIG_TLS_KEY) {
    faults.push({ at: 'MACHTIG_TLS_CLIENT_CA', message: 'needs MACHTIG_TLS_CERT and MACHTIG_TLS_KEY' });
  }
  return faults;
}

function doorFaults(v: Values): Fault[] {
  if (v.MACHTIG_PORT === 'off') {
    return v.MACHTIG_SOCKET ? [] : [{ at: 'MACHTIG_PORT', message: 'can only be off when MACHTIG_SOCKET is given' }];
  }
  if (isLoopbackHost(v.MACHTIG_HOST)) return [];
  const faults: Fault[] = [];
  if (!v.MACHTIG_TLS_CERT && !v.MACHTIG_TLS_KEY && !v.MACHTIG_ALLOW_PLAIN_REMOTE) {
    faults.push({
      at: 'MACHTIG_HOST',
      message: 'must be a loopback address, unless TLS is configured or MACHTIG_ALLOW_PLAIN_REMOTE=yes',
    });
  }
  return [...faults, ...nameFaults(v)];
}

function nameFaults(v: Values): Fault[] {
  if (v.MACHTIG_ALLOWED_HOSTS.length > 0 || v.MACHTIG_PUBLIC_URL) return [];
  return [
    {
      at: 'MACHTIG_ALLOWED_HOSTS',
      message: 'must name the hosts by which callers address this process, or MACHTIG_PUBLIC_URL must be given',
    },
  ];
}

function callerFaults(v: Values, role: Role): Fault[] {
  if (v.MACHTIG_ANONYMOUS && v.MACHTIG_PORT !== 'off' && !isLoopbackHost(v.MACHTIG_HOST)) {
    return [{ at: 'MACHTIG_ANONYMOUS', message: 'can only be given when MACHTIG_HOST is a loopback address' }];
  }
  if (v.MACHTIG_ANONYMOUS?.search && v.MACHTIG_ANONYMOUS.bsn && !v.MACHTIG_SEAL_KEY && role !== 'dev') {
    return [{ at: 'MACHTIG_SEAL_KEY', message: 'must be given where MACHTIG_ANONYMOUS has both search and bsn' }];
  }
  if (v.MACHTIG_CALLERS || v.MACHTIG_ANONYMOUS || role === 'dev') return [];
  return [
    { at: 'MACHTIG_CALLERS', message: 'must be given, unless MACHTIG_ANONYMOUS=loopback allows calls without it' },
  ];
}
