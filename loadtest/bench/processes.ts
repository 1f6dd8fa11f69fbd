import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from './children.ts';

const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).error === undefined;

/** Command and arguments that run `program` on one core; unpinned where that cannot be done (the report says so). */
export function pinned(program: string, args: readonly string[], cpu: number | 'any'): [string, string[]] {
  return canPin && cpu !== 'any' ? ['taskset', ['-c', String(cpu), program, ...args]] : [program, [...args]];
}

export interface Child {
  pid: number;
  stop(): Promise<void>;
}

export interface StartOptions {
  args: readonly string[];
  cpu: number | 'any';
  env?: Record<string, string>;
  ready: () => Promise<boolean>;
  /** Half an hour when absent. */
  patienceMs?: number | undefined;
}

/** The environment, but what in it would configure the product: a measurement is of the settings that it names. */
function withoutOurs(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MACHTIG_')));
}

/** Starts `node args…` on one core and waits until it is ready. @throws Error with its output when it ends before, or is not in time */
export async function startNode(name: string, options: StartOptions): Promise<Child> {
  const { args, cpu, env, ready, patienceMs = 1_800_000 } = options;
  const child = endWithUs(
    spawn(...pinned(process.execPath, args, cpu), {
      env: { ...withoutOurs(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  for (let waitedMs = 0; !(await ready()); waitedMs += 20) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${output}`);
    if (waitedMs > patienceMs) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not become ready within ${patienceMs / 1000} s:\n${output}`);
    }
    await sleep(20);
  }
  if (child.pid === undefined) throw new Error(`${name} has no process id`);
  return { pid: child.pid, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}

/** User and system time of a process so far, in µs (kernel ticks of 10 ms). */
export function cpuTimeUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** What the host took of this machine's cores so far, ms in steps of 10 (`steal`, proc_stat(5)): 0 where it does not tell. */
export function stolenMs(): number {
  const [, , , , , , , , steal] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 9);
  return Number(steal ?? 0) * 10;
}

/** Resident memory of a process, MiB. */
export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const outputOf = (program: string, args: readonly string[]): string => {
  const { stdout, error } = spawnSync(program, args, { encoding: 'utf8' });
  return error === undefined ? stdout.trim() : '';
};

/** What the figures were measured on. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    pinned: canPin ? 'server on cpu 0, generator on cpu 1' : 'not pinned',
    loadAverage: loadavg()[0]?.toFixed(1) ?? 'unknown', // A closed loop on a quiet machine makes about 2 itself.
    node: process.version,
    redis: outputOf('redis-server', ['--version']).split(' ').slice(0, 3).join(' '),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    at: new Date().toISOString(),
  };
}
