import { LAYOUT } from '../mandates/redis-layout.ts';
import { runSync } from '../mandates/sync/run.ts';
import { type VerifiedRecords, verifyRecords } from '../mandates/sync/verify-records.ts';
import { makeLog } from '../process/log.ts';
import { startProgress } from '../process/progress.ts';
import { urlOf } from './keys.ts';
import { connectProjection, type SyncDeps } from './sync.ts';

/** `machtig sync verify`: compares Redis with PostgreSQL while changes flow; with `repair` the leader makes them equal. */
export async function runVerify(deps: SyncDeps, { repair }: { repair: boolean }): Promise<VerifiedRecords> {
  const { config, terminal } = deps;
  // Standard output holds the result alone.
  const log = makeLog({ level: config.logLevel, destination: terminal.err });
  const databaseUrl = urlOf(config, 'databaseUrl');
  const projection = await connectProjection(deps)();
  const stop = new AbortController();
  // Where no sync runs, this one leads for as long as it takes; where one does, it stands by.
  const settings = { share: 0, everyMs: 0 };
  const leading = { databaseUrl, projection, name: config.projection, layout: LAYOUT, reconcile: settings };
  const standing = repair && runSync({ ...leading, signal: stop.signal, log });
  const stages = showStages(deps);
  try {
    return await verifyRecords({ databaseUrl, projection, repair, onProgress: stages.reach });
  } finally {
    stages.end();
    stop.abort();
    await standing;
  }
}

function showStages({ terminal }: SyncDeps) {
  let current: { stage: string; progress: ReturnType<typeof startProgress> } | undefined;
  const end = () => current?.progress.end();
  return {
    reach(stage: string, records: number): void {
      if (current?.stage !== stage) {
        end();
        current = { stage, progress: startProgress({ label: stage, unit: 'records', screen: terminal.err }) };
      }
      current.progress.reach(records);
    },
    end,
  };
}
