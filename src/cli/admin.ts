import { hkdfSync } from 'node:crypto';
import { makeAdminister } from '../administer/administer.ts';
import { makeChangeBell } from '../administer/events/change-bell.ts';
import { watchReadiness } from '../administer/readiness.ts';
import { OPERATIONS } from '../http/admin/all-operations.ts';
import { createAdminApp } from '../http/admin/app.ts';
import { serveAdmin } from '../http/admin/serve.ts';
import { createOps, serveOps } from '../http/ops.ts';
import { makeAdminEngine } from '../policy/admin-engine.ts';
import type { EngineOptions } from '../policy/engine.ts';
import { makeRawInstance } from '../policy/raw-instance.ts';
import { loop } from '../process/loop.ts';
import type { RollOut } from '../rollout/roll-out.ts';
import { makePool } from '../store/postgres.ts';
import { type Access, openAccess, readAccess } from './admin-access.ts';
import { runJobs } from './admin-jobs.ts';
import { makeKeyCheck } from './admin-key.ts';
import { keysOf, urlOf } from './keys.ts';
import { followPolicy } from './policy.ts';
import type { SyncDeps } from './sync.ts';

export interface Administering {
  /** `http(s)://host:port` of the admin API. */
  url: string;
  policyRevision: string;
}

/** No statement outlives the request it serves by much, and nobody waits long for a mandate that another changes. */
const LIMITS = { statementMs: 30_000, lockMs: 5000, idleMs: 60_000 };

/** Role `admin`: the admin API, the jobs of the register, and an ops port of its own. */
export async function startAdmin(deps: SyncDeps): Promise<Administering & { opsUrl: string }> {
  const { config, lifecycle, log, metrics } = deps;
  const access = await readAccess(config.admin, config.listen.tls?.clientCaFile);
  const stop = new AbortController();
  const pool = makePool(urlOf(config, 'databaseUrl'), {
    max: 1,
    onError: (error) => log.warn({ error: error.message }, 'PostgreSQL connection'),
  });
  lifecycle.onClose('the connection that watches PostgreSQL', () => pool.end());
  let door: 'starting' | 'open' | 'stopping' = 'starting';
  const readiness = watchReadiness(pool, { signal: stop.signal });
  const missing = () => [...(door === 'open' ? [] : [door]), ...readiness.missing()];
  let rollOut: RollOut | undefined;
  const policy = () => rollOut?.status() ?? { active: null };
  const ops = await serveOps(createOps({ missing, policy, metrics: metrics.registry }), config.ops);
  lifecycle.onClose('the ops port', ops.close);
  lifecycle.onClose('readiness', async () => {
    stop.abort();
    await readiness.done;
  });
  rollOut = await followPolicy(deps);
  const administering = await openAdmin(deps, access, rollOut);
  door = 'open';
  lifecycle.onClose('new requests', () => {
    door = 'stopping';
  });
  return { ...administering, opsUrl: ops.url };
}

/** Opens everything between the register and the admin port; what is opened last is closed first. */
export async function openAdmin(deps: SyncDeps, access: Access, rollOut: RollOut): Promise<Administering> {
  const { config, lifecycle, log, metrics } = deps;
  const onReplace: EngineOptions['onReplace'] = (cause) => metrics.policyReplacements.inc({ cause });
  const options = { makeInstance: makeRawInstance, onReplace };
  const policy = rollOut.policy.follow((bundle) => makeAdminEngine(bundle, options));
  const keys = keysOf(config);
  const pool = makePool(urlOf(config, 'databaseUrl'), {
    max: config.admin.connections,
    prepares: true,
    limits: LIMITS,
    onError: (error) => log.warn({ error: error.message }, 'PostgreSQL connection'),
  });
  lifecycle.onClose('the pool of connections', () => pool.end());
  const manageService = access.file.manage_service;
  const { authenticate } = openLogin(deps, access);
  const assertSameKey = makeKeyCheck(pool, keys);
  runJobs(deps, manageService);
  const changes = listenForChanges(deps);
  const app = createAdminApp({
    operations: OPERATIONS,
    administer: makeAdminister({ pool, keys, policy, manageService, now: Date.now, nextChange: changes.nextChange }),
    async authenticate(...request) {
      await assertSameKey();
      return authenticate(...request);
    },
    pageKey: pageKeyOf(deps),
    now: Date.now,
    log,
    allowedHosts: config.listen.allowedHosts,
    onProblem: ({ code }) => metrics.refusals.inc({ code }),
    onAnswer({ operation, status, ms }) {
      metrics.adminAnswers.inc({ operation, status });
      metrics.adminSeconds.observe({ operation }, ms / 1000);
    },
  });
  const { tls, drainMs } = config.listen;
  const listening = await serveAdmin(app, {
    tcp: config.admin.tcp,
    drainMs,
    ...(tls && { tls }),
    onTlsError: (error) => log.error({ err: error }, 'the new certificate is not used'),
  });
  lifecycle.onClose('the admin port', listening.close);
  // Before the port drains: who waits for an event is answered at once.
  lifecycle.onClose('waiting for events', changes.stop);
  return { url: listening.url ?? '', policyRevision: policy.revision };
}

/** One connection listens for all who wait for an event. */
function listenForChanges({ config, lifecycle, log }: SyncDeps) {
  const stop = new AbortController();
  const bell = makeChangeBell({
    databaseUrl: urlOf(config, 'databaseUrl'),
    signal: stop.signal,
    onError: (error) => log.warn({ error: error.message }, 'not listening for changes'),
  });
  lifecycle.onClose('listening for changes', () => {
    stop.abort();
    return bell.done;
  });
  return { nextChange: bell.nextChange, stop: () => stop.abort() };
}

/** The provider's keys are fetched before anybody needs them; until they are there, tokens are answered with 503. */
function openLogin({ config, lifecycle, log, metrics }: SyncDeps, access: Access) {
  const { authenticate, provider } = openAccess(access, {
    alias: keysOf(config).alias,
    now: Date.now,
    onError: () => metrics.loginFailures.inc(),
  });
  if (provider === undefined) return { authenticate };
  const stop = new AbortController();
  const once = async () => {
    await provider.prepare();
    stop.abort();
  };
  const onError = (error: Error) => log.warn({ error: error.message }, 'no keys of the provider of logins yet');
  const preparing = loop(stop.signal, once, { intervalMs: 1000, onError, backoff: { minMs: 1000, maxMs: 30_000 } });
  lifecycle.onClose('the search for keys of the provider', async () => {
    stop.abort();
    await preparing.done;
  });
  return { authenticate };
}

/** Page tokens made by one process are read by the next: their key follows from one that all have. */
function pageKeyOf({ config }: SyncDeps): Buffer {
  const { hmac } = config.keys;
  if (hmac === undefined) throw new Error('MACHTIG_HMAC_KEY must be given');
  return Buffer.from(hkdfSync('sha256', hmac.reveal(), '', 'machtig page tokens', 32));
}
