import cluster from 'node:cluster';
import { serveOps } from '../http/ops.ts';
import { createWorkersOps } from '../http/ops-workers.ts';
import { makeRoom, UNREACHABLE } from '../http/socket.ts';
import { openWorkers, type Workers } from '../process/workers.ts';
import { makeSummedMetrics } from '../process/workers-metrics.ts';
import type { Config } from './config.ts';
import { CLOSE_WITHIN_MS, type Running } from './process.ts';
import type { SyncDeps } from './sync.ts';
import { levelFolders } from './workers-config.ts';
import { askOps, readSamples } from './workers-words.ts';

/** Role `sidecar`: one process, or one that shares its doors out to `MACHTIG_WORKERS` others. */
export async function openSidecar(deps: SyncDeps): Promise<Running> {
  const { config, log } = deps;
  if (cluster.isWorker) return (await import('./workers-one.ts')).startWorker(deps);
  if (config.bundle.stateFolder !== undefined) await levelFolders(config.bundle.stateFolder, config.workers);
  if (config.workers > 1) return startWorkers(deps);
  const { startSidecar } = await import('./sidecar.ts');
  const { reopenRecords, url, socket, opsUrl, policyRevision } = await startSidecar(deps);
  log.info({ url, socket, opsUrl, policyRevision }, 'answers');
  return { reopen: reopenRecords };
}

/** What shares out: no decision is made here, and no policy loaded. It takes part in sync, for all workers. */
async function startWorkers(deps: SyncDeps): Promise<Running> {
  const { config, lifecycle, log, metrics } = deps;
  if (config.databaseUrl !== undefined) (await import('./sync.ts')).startProjecting(deps);
  let state: 'starting' | 'open' | 'stopping' = 'starting';
  let workers: Workers | undefined;
  const summed = makeSummedMetrics({ own: metrics.registry, tellsOf: (name) => OWN.test(name) });
  const ops = createWorkersOps({
    missing: () => (state === 'open' ? [] : [state]),
    ask: async (path) => (workers ? askOps(workers, path) : []),
    metrics: {
      contentType: summed.contentType,
      async metrics() {
        const samples = workers ? await readSamples(workers) : new Map();
        metrics.workersAnswering.set(samples.size);
        metrics.workerMemory.reset();
        for (const [worker, { memory }] of samples) metrics.workerMemory.set({ worker }, memory);
        return summed.text(new Map([...samples].map(([worker, { metrics: seen }]) => [worker, seen])));
      },
    },
  });
  const opsListening = await serveOps(ops, config.ops);
  lifecycle.onClose('the ops port', opsListening.close);
  workers = await openWorkers({
    count: config.workers,
    log,
    around: await surroundings(config.listen),
    onEnd(seat) {
      metrics.workerEnds.inc();
      summed.ended(seat).catch((error: unknown) => log.warn({ err: error }, 'metrics of a worker that ended'));
    },
    closeWithinMs: config.listen.drainMs + CLOSE_WITHIN_MS / 2,
  });
  lifecycle.onClose('the workers', workers.close);
  state = 'open';
  lifecycle.onClose('readiness', () => {
    state = 'stopping';
  });
  log.info({ workers: config.workers, opsUrl: opsListening.url }, 'answers');
  return { reopen: workers.reopen };
}

/** What this process does itself; of the rest only workers can tell. */
const OWN = /^(machtig_(sync|reconcile|use_reports|worker)|process_)/;

/** A Unix socket is made by this process, when a worker asks for it: unreachable, until that worker has set its mode. */
async function surroundings({ socket }: Config['listen']): Promise<<T>(fork: () => T) => T> {
  if (socket === undefined) return (fork) => fork();
  await makeRoom(socket.path);
  const before = process.umask(UNREACHABLE);
  return (fork) => {
    process.umask(before);
    try {
      return fork();
    } finally {
      process.umask(UNREACHABLE);
    }
  };
}
