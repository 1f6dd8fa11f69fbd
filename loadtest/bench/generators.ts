import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Load, LoadOptions } from './measurement.ts';
import { pinned } from './processes.ts';

const run = promisify(execFile);
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const loadShape = z.object({
  requests: z.number(),
  errors: z.number(),
  perSecond: z.number(),
  p50Us: z.number(),
  p99Us: z.number(),
});

export const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

/** Load by wrk (TCP only). */
export async function loadByWrk({ target, connections, seconds, path, bodies, offset }: LoadOptions): Promise<Load> {
  if ('socket' in target) throw new Error('wrk speaks TCP only');
  const url = `http://127.0.0.1:${target.port}${path}`;
  const options = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '-s',
    beside('wrk.lua'),
    url,
    '--',
    bodies,
    String(offset),
  ];
  const { stdout } = await run(...pinned('wrk', options, 1));
  const line = /^MACHTIG (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk printed no result:\n${stdout}`);
  return loadShape.parse(JSON.parse(line));
}

/** Load by our own generator (TCP and Unix sockets). */
export async function loadByClosedLoop(options: LoadOptions): Promise<Load> {
  const script = ['--import', 'tsx', beside('closed-loop.ts'), JSON.stringify(options)];
  const { stdout } = await run(...pinned(process.execPath, script, 1));
  return loadShape.parse(JSON.parse(stdout));
}
