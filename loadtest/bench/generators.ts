import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { endWithUs } from './children.ts';
import type { LoadOptions } from './load-options.ts';
import type { Load, OpenLoad } from './measurement.ts';
import { pinned } from './processes.ts';

const execute = promisify(execFile);

/** What a program printed; it ends with this process. */
function run(program: string, args: readonly string[]): Promise<{ stdout: string }> {
  const running = execute(program, args);
  endWithUs(running.child);
  return running;
}

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The core of every generator; servers have another. */
export const GENERATOR_CPU = 1;

const loadShape = z.object({
  requests: z.number(),
  errors: z.number(),
  perSecond: z.number(),
  p50Us: z.number(),
  p99Us: z.number(),
});

const spread = z.object({
  p50Us: z.number(),
  p95Us: z.number(),
  p99Us: z.number(),
  p999Us: z.number(),
  maxUs: z.number(),
});

const openLoadShape = z.object({
  rate: z.number(),
  requests: z.number(),
  allows: z.number(),
  errors: z.number(),
  unanswered: z.number(),
  perSecond: z.number(),
  latency: spread,
  service: spread,
  lateness: spread,
  generatorCpuS: z.number(),
  broken: z.record(z.string(), z.number()).optional(),
});

export const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

/** Load by wrk (TCP only); it looks at the status alone. */
export async function loadByWrk({
  target,
  connections,
  seconds,
  path,
  headers = {},
  bodies,
  offset,
  stream,
}: LoadOptions): Promise<Load> {
  if ('socket' in target) throw new Error('wrk speaks TCP only');
  const url = `http://127.0.0.1:${target.port}${path}`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const script = ['-s', beside('wrk.lua'), url, '--', bodies, String(offset), String(stream ?? '-'), ...lines];
  const options = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, ...script];
  const { stdout } = await run(...pinned('wrk', options, GENERATOR_CPU));
  const line = /^MACHTIG (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk printed no result:\n${stdout}`);
  return loadShape.parse(JSON.parse(line));
}

async function runScript(name: string, options: object): Promise<unknown> {
  const script = ['--import', 'tsx', beside(name), JSON.stringify(options)];
  const { stdout } = await run(...pinned(process.execPath, script, GENERATOR_CPU));
  return JSON.parse(stdout);
}

/** Load by our own generator (TCP and Unix sockets): as much as the server takes, or so many requests. */
export async function loadByClosedLoop(options: LoadOptions & { requests?: number; outcomes?: string }): Promise<Load> {
  return loadShape.parse(await runScript('closed-loop.ts', options));
}

/** Load at a fixed rate; latencies count from the moment each request was due. */
export async function loadByOpenModel(options: LoadOptions & { rate: number; warmSeconds: number }): Promise<OpenLoad> {
  const { broken, ...load } = openLoadShape.parse(await runScript('open-model.ts', options));
  return { ...load, ...(broken !== undefined && { broken }) };
}
