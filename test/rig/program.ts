import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

/** Runs from source; `dist/main.js` of a build does as well. */
export const FROM_SOURCE = join(import.meta.dirname, '../../bin/machtig.js');

/** One process of the program that can be frozen, killed and started again in the same place. */
export interface RigProcess {
  name: string;
  url: string;
  opsUrl: string;
  /** How often it was started: what a process promises, it promises for as long as it lives. */
  incarnation(): number;
  pid(): number;
  isRunning(): boolean;
  /** The last of what it wrote. */
  output(): string;
  freeze(): void;
  resume(): void;
  kill(signal?: NodeJS.Signals): Promise<void>;
  start(more?: Readonly<Record<string, string>>): Promise<void>;
  /** Status of an ops address, such as `/readyz`. */
  health(path: string): Promise<number>;
}

export interface ProgramOptions {
  name: string;
  role: 'sync' | 'sidecar';
  program: string;
  env: Readonly<Record<string, string>>;
}

/** Starts it on ports that it keeps; does not wait until it is ready. */
export async function startProgram({ name, role, program, env }: ProgramOptions): Promise<RigProcess> {
  const [port, opsPort] = [await freePort(), await freePort()];
  const ports = { MACHTIG_PORT: String(port), MACHTIG_OPS_PORT: String(opsPort) };
  let child: ChildProcess | undefined;
  let incarnation = 0;
  let output = '';

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  async function start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    incarnation++;
    child = spawn(process.execPath, [program, role], {
      env: { PATH: process.env.PATH ?? '', ...env, ...ports, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        output = (output + text.toString()).slice(-8000);
      });
    }
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (child === undefined || !isRunning()) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    await gone;
  }

  await start();
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    opsUrl: `http://127.0.0.1:${opsPort}`,
    incarnation: () => incarnation,
    pid: () => child?.pid ?? 0,
    isRunning,
    output: () => output,
    freeze: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    kill,
    start,
    health: async (path) => (await fetch(`http://127.0.0.1:${opsPort}${path}`)).status,
  };
}

/** @throws Error with its last words, when it ended instead */
export async function untilFresh(one: RigProcess, withinMs = 60_000): Promise<void> {
  await eventually(
    `${one.name} is fresh`,
    async () => {
      if (!one.isRunning()) throw new Error(one.output());
      return (await one.health('/freshz')) === 200;
    },
    withinMs,
  );
}
