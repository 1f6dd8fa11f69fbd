import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { endWithUs } from './children.ts';
import { cpuTimeUs } from './processes.ts';

/** What processes used between two moments. */
export interface Spent {
  cpuUs: number;
  /** Where the machine counts them; steadier than time, for they do not depend on what else runs. */
  instructions?: { user: number; kernel: number };
}

/** Hardware counters are there on few virtual machines; without them only time is measured. */
export const countsInstructions = canCount();

function canCount(): boolean {
  const { error, stderr } = spawnSync('perf', ['stat', '-x,', '-e', 'instructions:u,instructions:k', 'true'], {
    encoding: 'utf8',
  });
  return error === undefined && /^\d+,,instructions:u/m.test(stderr) && /^\d+,,instructions:k/m.test(stderr);
}

/** A process with all its descendants: workers, and the processes of a database. */
export function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)];
  return below(root);
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // It ended while we looked.
  }
}

/** Time on a core of all threads that a process has now, µs: finer than the 10 ms in which the kernel tells that of a process. */
function runTimeUs(pid: number): number {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(`/proc/${pid}/schedstat`)) return cpuTimeUs(pid);
  return readdirSync(threads).reduce((sum, thread) => {
    const [nanoseconds] = readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1000;
  }, 0);
}

/** Counts what the processes use from now on. @returns how to stop */
export function startCounting(pids: readonly number[]): () => Promise<Spent> {
  const before = pids.map(runTimeUs);
  const instructions = countsInstructions ? countInstructions(pids) : undefined;
  return async () => {
    const counted = await instructions?.();
    const cpuUs = pids.reduce((sum, pid, index) => sum + runTimeUs(pid) - (before[index] ?? 0), 0);
    return { cpuUs, ...(counted !== undefined && { instructions: counted }) };
  };
}

function countInstructions(pids: readonly number[]): () => Promise<{ user: number; kernel: number }> {
  const args = ['stat', '-x,', '-e', 'instructions:u,instructions:k', '-p', pids.join(',')];
  const counter = endWithUs(spawn('perf', args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  let printed = '';
  counter.stderr.on('data', (chunk: Buffer) => {
    printed += chunk;
  });
  const ended = new Promise((resolve) => counter.once('close', resolve));
  return async () => {
    counter.kill('SIGINT');
    await ended;
    const of = (event: string) => Number(new RegExp(`^(\\d+),,instructions:${event}`, 'm').exec(printed)?.[1]);
    return { user: of('u'), kernel: of('k') };
  };
}
