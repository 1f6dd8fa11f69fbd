import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from '../peers/process.ts';
import type { Target } from './targets.ts';

/** Which servers run. What one does while nobody asks it (collecting, above all) would else count against the one that is asked. */
export interface Turns {
  /** Stops all others; resolves once this one answers, or has not for half a minute: what is measured then says so. */
  of(target: Target): Promise<void>;
  /** All run again. */
  end(): void;
}

const WAKES_WITHIN_MS = 30_000;
/** For what it missed meanwhile: heartbeats, timers that are due. */
const SETTLES_MS = 300;

export function takeTurns(targets: readonly Target[]): Turns {
  const stopped = new Set<number>();

  function tell(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
    try {
      process.kill(pid, signal);
      if (signal === 'SIGSTOP') stopped.add(pid);
      else stopped.delete(pid);
    } catch {
      stopped.delete(pid); // It ended: whoever asks it will notice.
    }
  }

  return {
    async of(target) {
      const own = new Set(target.pids());
      for (const pid of targets.flatMap((other) => other.pids())) {
        if (!own.has(pid) && !stopped.has(pid)) tell(pid, 'SIGSTOP');
      }
      for (const pid of own) if (stopped.has(pid)) tell(pid, 'SIGCONT');
      await untilAnswers(target);
    },
    end() {
      for (const pid of stopped) tell(pid, 'SIGCONT');
    },
  };
}

async function untilAnswers({ port, path, headers, bodies }: Target): Promise<void> {
  const body = readFileSync(bodies, 'utf8').split('\n', 1)[0] ?? '';
  const options = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
  for (let waitedMs = 0; !(await answers(`http://127.0.0.1:${port}${path}`, options)); waitedMs += 50) {
    if (waitedMs > WAKES_WITHIN_MS) return;
    await sleep(50);
  }
  await sleep(SETTLES_MS);
}
