import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Caller } from '../domain/caller.ts';
import type { Fault } from '../domain/errors.ts';
import { type BundleConfig, toBundleConfig } from './config-bundle.ts';
import { consistencyFaults, type Role } from './config-rules.ts';
import { makeSecret, type Secret } from './config-secret.ts';
import { type Values, variableNotes, variables } from './config-variables.ts';

export type { Role };

export interface Config {
  role: Role;
  databaseUrl?: Secret<string>;
  redisUrl?: Secret<string>;
  keys: { hmac?: Secret<Buffer>; hmacKeyId: string; seal?: Secret<Buffer> };
  /** Where decisions are served: TCP, a Unix socket, or both. */
  listen: {
    tcp?: { host: string; port: number };
    tls?: { certFile: string; keyFile: string; clientCaFile?: string };
    socket?: { path: string; mode: number };
    /** Lower case, without port; loopback names are accepted besides these. */
    allowedHosts: string[];
    publicUrl?: string;
    drainMs: number;
    shedAfterMs: number;
    connectionsAtMost: number;
    /** Connections are accepted by another process, which shares them out. */
    handedOver?: true;
  };
  admin: {
    tcp: { host: string; port: number };
    accessFile?: string;
    /** Connections of the pool for acts. */
    connections: number;
    /** Of the provider of logins that `dev` brings along. */
    loginPort: number;
  };
  ops: { host: string; port: number };
  callers: { file?: string; anonymous?: Caller['rights'] };
  bundle: BundleConfig;
  /** A candidate that is tried beside the active bundle: on which share of decisions, with how much of one core. */
  shadow?: { bundle: string; share: number; cpuPercent: number };
  freshness: { maxStalenessMs: number; minRevisionWaitMs: number };
  /** `atOnce`: searches at the same time. */
  search: { deadlineMs: number; atOnce: number };
  /** Processes that share the doors of a sidecar. */
  workers: number;
  cacheMb: number;
  dossiersMb: number;
  records: { mode: 'written' | 'synced' | 'full' | 'off'; file: string };
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  partitions: number;
  /** Name of the projection that `sync` leads. */
  projection: string;
  /** Of one core, for comparing the projection with the register. */
  reconcilePercent: number;
}

/** All faults of a configuration; `at` is the variable's name. The process exits with 78 (EX_CONFIG). */
export class ConfigError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(['The configuration is refused:', ...faults.map(({ at, message }) => `  ${at} ${message}`)].join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => string;

/**
 * Reads the environment. The result is frozen, secrets in it print as `[redacted]`.
 * An empty variable counts as absent.
 * @throws ConfigError naming every fault at once, never a value.
 */
export function loadConfig(
  env: Environment,
  role: Role,
  readFile: ReadFile = (path) => readFileSync(path, 'utf8'),
): Config {
  const notes = new Map(variableNotes().map((note) => [note.name, note]));
  const { given, faults } = gather(env, notes, readFile);
  const { values, refused } = parseValues(given);
  faults.push(...refused.map((name) => ({ at: name, message: `must be ${notes.get(name)?.allowed}` })));
  faults.push(...consistencyFaults(values, role).filter(({ at }) => !refused.includes(at)));
  if (faults.length > 0) throw new ConfigError(faults);
  return deepFreeze(toConfig(values, role));
}

/** Variables with an impossible value are left out of `values`, so that what hangs on the others is still checked. */
function parseValues(given: Record<string, string>): { values: Values; refused: string[] } {
  const parsed = variables.safeParse(given);
  if (parsed.success) return { values: parsed.data, refused: [] };
  const refused = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  const rest = Object.entries(given).filter(([name]) => !refused.includes(name));
  return { values: variables.parse(Object.fromEntries(rest)), refused };
}

type Notes = ReadonlyMap<string, { secret?: true }>;

function gather(env: Environment, notes: Notes, readFile: ReadFile) {
  const given: Record<string, string> = {};
  const faults: Fault[] = [];
  const names = Object.keys(env).filter((name) => env[name] !== undefined && env[name] !== '');
  for (const name of names) {
    const target = name.endsWith('_FILE') && notes.get(name.slice(0, -5))?.secret ? name.slice(0, -5) : undefined;
    if (notes.has(name)) given[name] = env[name] ?? '';
    else if (target === undefined) {
      if (name.startsWith('MACHTIG_')) faults.push({ at: name, message: 'is not a variable of machtig' });
    } else if (names.includes(target)) faults.push({ at: name, message: `cannot be given together with ${target}` });
    else {
      try {
        given[target] = readFile(env[name] ?? '').trim();
      } catch {
        // The reason would name the path and no more than "cannot be read" helps the operator.
        faults.push({ at: name, message: 'must be the path of a readable file' });
      }
    }
  }
  return { given, faults };
}

/** In the role dev the stores are embedded and thrown away, so that its keys protect nothing. */
function devKey(purpose: string): Secret<Buffer> {
  return makeSecret(createHash('sha256').update(`machtig dev ${purpose}`).digest());
}

function toConfig(v: Values, role: Role): Config {
  const dev = role === 'dev';
  const hmac = v.MACHTIG_HMAC_KEY ?? (dev ? devKey('hmac') : undefined);
  const seal = v.MACHTIG_SEAL_KEY ?? (dev ? devKey('seal') : undefined);
  const anonymous =
    v.MACHTIG_ANONYMOUS ?? (dev && !v.MACHTIG_CALLERS ? { search: true, bsn: true, details: true } : undefined);
  return {
    role,
    ...(v.DATABASE_URL && { databaseUrl: v.DATABASE_URL }),
    ...(v.REDIS_URL && { redisUrl: v.REDIS_URL }),
    keys: {
      ...(hmac && { hmac }),
      hmacKeyId: v.MACHTIG_HMAC_KEY_ID ?? (dev ? 'dev' : '1'),
      ...(seal && { seal }),
    },
    listen: toListen(v),
    admin: {
      tcp: { host: v.MACHTIG_ADMIN_HOST, port: v.MACHTIG_ADMIN_PORT },
      ...(v.MACHTIG_ADMIN_ACCESS && { accessFile: v.MACHTIG_ADMIN_ACCESS }),
      connections: v.MACHTIG_ADMIN_CONNECTIONS,
      loginPort: v.MACHTIG_DEV_LOGIN_PORT,
    },
    ops: { host: v.MACHTIG_OPS_HOST, port: v.MACHTIG_OPS_PORT },
    callers: {
      ...(v.MACHTIG_CALLERS && { file: v.MACHTIG_CALLERS }),
      ...(anonymous && { anonymous }),
    },
    bundle: toBundleConfig(v),
    ...(v.MACHTIG_SHADOW_BUNDLE && {
      shadow: {
        bundle: v.MACHTIG_SHADOW_BUNDLE,
        share: v.MACHTIG_SHADOW_SHARE ?? 0.1,
        cpuPercent: v.MACHTIG_SHADOW_CPU ?? 5,
      },
    }),
    freshness: { maxStalenessMs: v.MACHTIG_MAX_STALENESS_MS, minRevisionWaitMs: v.MACHTIG_MIN_REVISION_WAIT_MS },
    search: { deadlineMs: v.MACHTIG_SEARCH_DEADLINE_MS, atOnce: v.MACHTIG_SEARCHES },
    workers: v.MACHTIG_WORKERS,
    cacheMb: v.MACHTIG_CACHE_MB,
    dossiersMb: v.MACHTIG_DOSSIERS_MB,
    records: { mode: v.MACHTIG_RECORDS, file: v.MACHTIG_RECORDS_FILE },
    logLevel: v.MACHTIG_LOG_LEVEL,
    partitions: v.MACHTIG_PARTITIONS,
    projection: v.MACHTIG_PROJECTION,
    reconcilePercent: v.MACHTIG_RECONCILE_PERCENT,
  };
}

function toListen(v: Values): Config['listen'] {
  const { MACHTIG_TLS_CERT: certFile, MACHTIG_TLS_KEY: keyFile, MACHTIG_TLS_CLIENT_CA: clientCaFile } = v;
  return {
    ...(v.MACHTIG_PORT !== 'off' && { tcp: { host: v.MACHTIG_HOST, port: v.MACHTIG_PORT } }),
    ...(certFile && keyFile && { tls: { certFile, keyFile, ...(clientCaFile && { clientCaFile }) } }),
    ...(v.MACHTIG_SOCKET && { socket: { path: v.MACHTIG_SOCKET, mode: v.MACHTIG_SOCKET_MODE } }),
    allowedHosts: v.MACHTIG_PUBLIC_URL
      ? [...v.MACHTIG_ALLOWED_HOSTS, new URL(v.MACHTIG_PUBLIC_URL).hostname]
      : v.MACHTIG_ALLOWED_HOSTS,
    ...(v.MACHTIG_PUBLIC_URL && { publicUrl: v.MACHTIG_PUBLIC_URL }),
    drainMs: v.MACHTIG_DRAIN_MS,
    shedAfterMs: v.MACHTIG_SHED_AFTER_MS,
    connectionsAtMost: v.MACHTIG_MAX_CONNECTIONS,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
