import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import { endWithUs } from '../bench/children.ts';

/** Where `install.ts` puts engines: outside what the product depends on. */
export const PEERS_FOLDER = process.env.MACHTIG_PEERS ?? fileURLToPath(new URL('../../.tools/peers', import.meta.url));

/** A program in the folder of the peers, or on the PATH. */
export function findProgram(name: string): string | undefined {
  const home = process.env.HOME ?? '';
  const folders = [join(PEERS_FOLDER, 'bin'), ...(process.env.PATH ?? '').split(delimiter), join(home, 'go/bin')];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** What `program args…` prints that the form takes; undefined where it cannot be run. */
export function versionOf(program: string, args: readonly string[], form: RegExp): string | undefined {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  return error === undefined ? form.exec(stdout + stderr)?.[1] : undefined;
}

export interface ServerOptions {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  cpu?: number;
  /** True once it answers. */
  ready: () => Promise<boolean>;
  seconds?: number;
}

export interface Server {
  pid: number;
  startedMs: number;
}

/** Starts a server and waits until it is ready. @throws Error with the end of its output when it is not */
export async function startServer(name: string, lifecycle: Lifecycle, options: ServerOptions): Promise<Server> {
  const { program, args, env, cpu, ready, seconds = 60 } = options;
  const startedAt = performance.now();
  const command = cpu === undefined ? [program, ...args] : ['taskset', '-c', String(cpu), program, ...args];
  const child = endWithUs(
    spawn(command[0] ?? program, command.slice(1), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  lifecycle.onClose(name, () => stop(child));
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-3000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.once('error', keep);
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${output}`);
    if (performance.now() - startedAt > seconds * 1000) {
      throw new Error(`${name} was not ready within ${seconds} s:\n${output}`);
    }
    await sleep(5);
  }
  if (child.pid === undefined) throw new Error(`${name} has no process id`);
  return { pid: child.pid, startedMs: Math.round(performance.now() - startedAt) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}

/** True once the address answers 200. */
export const answers = (url: string, init?: RequestInit): Promise<boolean> =>
  fetch(url, init).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );

/** Calls an engine outside of measurements. @throws Error with what it said when that is no success */
export async function call<T>(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}
