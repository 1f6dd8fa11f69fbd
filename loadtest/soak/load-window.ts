import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { GENERATOR_CPU } from '../bench/generators.ts';
import type { LoadOptions } from '../bench/load-options.ts';
import { pinned } from '../bench/processes.ts';

const loadWindow = z.object({
  allow: z.number(),
  deny: z.number(),
  /** Answers that are no decision. */
  error: z.number(),
  /** Connections that broke. */
  broken: z.number(),
  /** From the moment a request was due until its answer was there. */
  p50Us: z.number(),
  p99Us: z.number(),
  p999Us: z.number(),
  maxUs: z.number(),
  /** How late requests were sent although a connection was free: the generator's own share in the latency. */
  latenessP99Us: z.number(),
  /** Due and not sent at the end of the window. */
  waiting: z.number(),
});

/** What became of the requests that were answered within some seconds. */
export type LoadWindow = z.infer<typeof loadWindow>;

export type SteadyLoad = Omit<LoadOptions, 'seconds' | 'offset'> & { rate: number; windowSeconds: number };

/** Loads until it is stopped, from a process of its own. */
export function startSteadyLoad(options: SteadyLoad) {
  const script = fileURLToPath(new URL('steady-load.ts', import.meta.url));
  const args = ['--import', 'tsx', script, JSON.stringify(options)];
  const child = spawn(...pinned(process.execPath, args, GENERATOR_CPU), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));

  /** Ends when the load does. */
  async function* windows(): AsyncGenerator<LoadWindow> {
    for await (const line of createInterface({ input: child.stdout })) yield loadWindow.parse(JSON.parse(line));
  }

  return {
    windows,
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
