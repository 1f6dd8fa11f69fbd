import { createOps, serveOps } from '../http/ops.ts';
import type { Projection } from '../mandates/projection.ts';
import { LAYOUT } from '../mandates/redis-layout.ts';
import { openRedisProjection } from '../mandates/redis-projection.ts';
import type { SyncHooks } from '../mandates/sync/projector.ts';
import { summary } from '../mandates/sync/reconcile.ts';
import { runSync } from '../mandates/sync/run.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Log } from '../process/log.ts';
import { loop } from '../process/loop.ts';
import type { Metrics } from '../process/metrics.ts';
import type { Config } from './config.ts';
import { urlOf } from './keys.ts';
import { connectServers } from './projection-servers.ts';
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
  let role: string | undefined;
  const ops = createOps({ missing: () => (role === undefined ? ['database'] : []), metrics: metrics.registry });
  const listening = await serveOps(ops, config.ops);
  lifecycle.onClose('the ops port', listening.close);
  startProjecting(deps, {
    standbyMs: STANDBY_MS,
    onRole: (now) => {
      role = now;
    },
  });
  return { opsUrl: listening.url };
}

/** A process that does nothing else looks more often whether the leader is gone: of it there are two or three, of sidecars thousands. */
const STANDBY_MS = 100;

interface Projecting {
  onRole?: SyncHooks['onRole'];
  standbyMs?: number;
}

/** Projects into Redis in the background until the lifecycle closes, from when Redis can be reached. */
export function startProjecting(deps: SyncDeps, options: Projecting = {}): void {
  const { lifecycle, log } = deps;
  const stop = new AbortController();
  const connect = connectProjection(deps);
  const begin = async () => {
    await projectInto(deps, await connect(), stop.signal, options);
  };
  const running = loop(stop.signal, begin, {
    intervalMs: 1000,
    onError: (error) => log.warn({ error: error.message }, 'sync cannot begin'),
  });
  lifecycle.onClose('sync', async () => {
    stop.abort();
    await running.done;
  });
}

/** Opens the projection in Redis, over a connection of its own. */
export function connectProjection({ config, lifecycle, log }: SyncDeps): () => Promise<Projection> {
  const redis = connectServers({ config, lifecycle, log, name: 'machtig sync', commandTimeoutMs: 10_000 });
  return async () => {
    await redis.untilReady();
    return openRedisProjection({ client: redis.servers, partitions: config.partitions, name: config.projection });
  };
}

/** Between the beginnings of two comparisons of the whole projection. */
const RECONCILE_EVERY_MS = 300_000;

/** Keeps this projection equal to the register until the signal stops it. */
export async function projectInto(
  { config, log, metrics, terminal }: SyncDeps,
  projection: Projection,
  signal: AbortSignal,
  { onRole, standbyMs }: Projecting = {},
): Promise<void> {
  const stages = trackStages(terminal.err, 'records');
  await runSync({
    databaseUrl: urlOf(config, 'databaseUrl'),
    projection,
    name: config.projection,
    layout: LAYOUT,
    signal,
    log,
    ...(standbyMs !== undefined && { standbyMs }),
    reconcile: { share: config.reconcilePercent / 100, everyMs: RECONCILE_EVERY_MS },
    onProgress: ({ view, done, total }) => stages.reach(view, done, total),
    hooks: {
      onRole(role) {
        metrics.syncLeader.set(role === 'leader' ? 1 : 0);
        onRole?.(role);
      },
      onApplied: ({ revision }) => metrics.syncRevision.set(revision.n),
      onFailure: () => metrics.syncFailures.inc(),
      onCompared: (records) => metrics.reconcileRecords.inc(records),
      onDifferences(differences) {
        for (const [kind, sums] of Object.entries(summary(differences))) {
          for (const [difference, count] of Object.entries(sums)) {
            metrics.reconcileDifferences.inc({ kind, difference }, count);
          }
        }
      },
      onRebuild: () => metrics.syncRebuilds.inc(),
      onKept: () => metrics.syncKept.inc(),
      onPass({ ms }) {
        metrics.reconcilePassed.setToCurrentTime();
        metrics.reconcileSeconds.set(ms / 1000);
      },
      onUses({ entries, malformed }) {
        metrics.useReports.inc(entries - malformed);
        metrics.useReportsMalformed.inc(malformed);
      },
    },
  });
}
