import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import type { SyncOptions } from '../../src/mandates/sync/projector.ts';
import { runSync } from '../../src/mandates/sync/run.ts';
import { makeLog } from '../../src/process/log.ts';

export interface SyncRun {
  /** What happened, in order: `leader`, `standby`, `rebuild: why`, `kept: why`, `applied n`, `failure: what`. */
  events: string[];
  stop(): Promise<void>;
}

/** A sync in this process, with a diary. */
export function startSync(options: Pick<SyncOptions, 'databaseUrl' | 'projection'> & Partial<SyncOptions>): SyncRun {
  const events: string[] = [];
  const stop = new AbortController();
  const done = runSync({
    layout: LAYOUT,
    signal: stop.signal,
    log: makeLog({ level: 'silent' }),
    standbyMs: 50,
    hooks: {
      onRole: (role) => events.push(role),
      onRebuild: (reason) => events.push(`rebuild: ${reason}`),
      onKept: (reason) => events.push(`kept: ${reason}`),
      onApplied: ({ revision }) => events.push(`applied ${revision.n}`),
      onFailure: (error) => events.push(`failure: ${error.message}`),
    },
    ...options,
  });
  return {
    events,
    async stop() {
      stop.abort();
      await done;
    },
  };
}
