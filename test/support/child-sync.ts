import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Lifecycle } from '../../src/process/lifecycle.ts';

export interface ChildSync {
  /** What it told, line by line. */
  lines: string[];
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
}

export function spawnSync(lifecycle: Lifecycle, databaseUrl: string, redisUrl: string): ChildSync {
  const script = fileURLToPath(new URL('sync-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, databaseUrl, redisUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  lifecycle.onClose('sync process', kill);
  return { lines, signal: (name) => void child.kill(name), kill };
}
