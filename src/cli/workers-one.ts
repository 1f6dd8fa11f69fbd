import type { Hono } from 'hono';
import { joinWorkers } from '../process/workers-within.ts';
import { SEAT } from '../process/workers-words.ts';
import type { Running } from './process.ts';
import { startSidecar } from './sidecar.ts';
import type { SyncDeps } from './sync.ts';
import { configOfWorker } from './workers-config.ts';
import { answerAsked } from './workers-words.ts';

/** One of several processes that share their doors: a sidecar with files of its own, asked for its health by the first. */
export async function startWorker(deps: SyncDeps): Promise<Running> {
  const { lifecycle, metrics, terminal } = deps;
  let ops: Hono | undefined;
  const within = joinWorkers(
    terminal.env[SEAT],
    answerAsked(() => ops, metrics.registry),
  );
  lifecycle.onClose('the link to the other workers', within.leave);
  const log = deps.log.child({ worker: within.seat });
  const { reopenRecords, url, socket, policyRevision } = await startSidecar({
    ...deps,
    config: configOfWorker(deps.config, within.seat),
    log,
    async serveOps(own) {
      ops = own;
      return { url: 'told by the process that shares out', close: async () => {} };
    },
  });
  if (within.owesReopening()) reopenRecords();
  within.opened();
  log.info({ url, socket, policyRevision }, 'answers');
  return { reopen: reopenRecords };
}
