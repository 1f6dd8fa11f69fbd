import type pg from 'pg';
import { type Loop, loop } from '../process/loop.ts';
import { isMigrated, newestMigration } from '../store/migrated.ts';

export interface Readiness {
  /** What is missing before acts can be done: `database`, `migrations`; empty: nothing. */
  missing(): readonly string[];
  /** Ends with the signal. */
  done: Loop['done'];
}

/** Asks the database every second whether it is there and migrated, so that `/readyz` answers without waiting. */
export function watchReadiness(
  pool: Pick<pg.Pool, 'query'>,
  options: { signal: AbortSignal; intervalMs?: number; onError?: (error: Error) => void },
): Readiness {
  let missing: readonly string[] = ['database'];
  let newest: number | undefined;
  const watching = loop(
    options.signal,
    async () => {
      newest ??= await newestMigration();
      missing = (await isMigrated(pool, newest)) ? [] : ['migrations'];
    },
    {
      intervalMs: options.intervalMs ?? 1000,
      onError: (error) => {
        missing = ['database'];
        options.onError?.(error);
      },
    },
  );
  return { missing: () => missing, done: watching.done };
}
