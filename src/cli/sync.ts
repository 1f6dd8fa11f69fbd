import { createOps, serveOps } from '../http/ops.ts';
import type { Projection } from '../mandates/projection.ts';
import { LAYOUT } from '../mandates/redis-layout.ts';
import { openRedisProjection } from '../mandates/redis-projection.ts';
import { type Verification, verify } from '../mandates/sync/digest.ts';
import type { SyncHooks } from '../mandates/sync/projector.ts';
import { runSync } from '../mandates/sync/run.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Log } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import { makeRedis, untilReady } from '../store/redis.ts';
import type { Config } from './config.ts';
import { urlOf } from './keys.ts';
import { trackStages } from './stages.ts';
import type { Terminal } from './terminal.ts';

export interface SyncDeps {
  config: Config;
  lifecycle: Lifecycle;
  log: Log;
  metrics: Metrics;
  terminal: Terminal;
}

/** Role `sync`: keeps Redis equal to Postgres; one leads, the others stand by. */
export async function startSync(deps: SyncDeps): Promise<{ opsUrl: string }> {
  const { config, lifecycle, metrics } = deps;
  const projection = await openProjection(deps);
  let role: string | undefined;
  startProjecting(deps, projection, {
    onRole: (now) => {
      role = now;
    },
  });
  const ops = createOps({ missing: () => (role === undefined ? ['database'] : []), metrics: metrics.registry });
  const listening = await serveOps(ops, config.ops);
  lifecycle.onClose('the ops port', listening.close);
  return { opsUrl: listening.url };
}

/** The projection in Redis, over a connection of its own. */
export async function openProjection({ config, lifecycle, log }: SyncDeps): Promise<Projection> {
  const client = makeRedis({
    url: urlOf(config, 'redisUrl'),
    name: 'machtig sync',
    commandTimeoutMs: 10_000,
    onError: (error) => log.warn({ error: error.message }, 'Redis connection of sync'),
  });
  lifecycle.onClose('the Redis connection of sync', () => client.disconnect());
  await untilReady(client);
  return openRedisProjection({ client, partitions: config.partitions });
}

/** Runs sync in the background until the lifecycle closes. */
export function startProjecting(deps: SyncDeps, projection: Projection, hooks: SyncHooks = {}): void {
  const { config, lifecycle, log, metrics, terminal } = deps;
  const stop = new AbortController();
  const stages = trackStages(terminal.err, 'records');
  const done = runSync({
    databaseUrl: urlOf(config, 'databaseUrl'),
    projection,
    layout: LAYOUT,
    signal: stop.signal,
    log,
    onProgress: ({ view, done, total }) => stages.reach(view, done, total),
    hooks: {
      onRole(role) {
        metrics.syncLeader.set(role === 'leader' ? 1 : 0);
        hooks.onRole?.(role);
      },
      onApplied: ({ revision }) => metrics.syncRevision.set(revision.n),
      onFailure: () => metrics.syncFailures.inc(),
    },
  });
  lifecycle.onClose('sync', async () => {
    stop.abort();
    await done;
  });
}

/** `machtig sync verify`: compares the projection with the register, record for record. */
export async function verifyProjection(deps: SyncDeps): Promise<Verification> {
  const stages = trackStages(deps.terminal.err, 'records');
  const projection = await openProjection(deps);
  const found = await verify({
    databaseUrl: urlOf(deps.config, 'databaseUrl'),
    projection,
    onProgress: ({ view, done, total }) => stages.reach(view, done, total),
  });
  stages.end();
  return found;
}
