import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/machtig.js');

type Environment = Readonly<Record<string, string>>;

/** Runs one command to its end. */
export async function runMachtig(args: readonly string[], env: Environment) {
  const child = spawnMachtig(args, env);
  let out = '';
  let err = '';
  child.stdout?.on('data', (text: Buffer) => {
    out += text.toString();
  });
  child.stderr?.on('data', (text: Buffer) => {
    err += text.toString();
  });
  const [code] = await once(child, 'close');
  return { code: Number(code), out, err };
}

export interface Process {
  url: string;
  /** Of the admin API, in a role that has one. */
  adminUrl: string;
  opsUrl: string;
  pid: number;
  /** Status code of an ops address, such as `/readyz`. */
  health(path: string): Promise<number>;
  ready(): Promise<void>;
  /** Sends a signal that does not end the process, such as SIGSTOP. */
  send(signal: NodeJS.Signals): void;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a role on free ports; does not wait until it is ready. */
export async function startMachtig(role: string, env: Environment): Promise<Process> {
  const [port, opsPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const ports = {
    MACHTIG_PORT: String(port),
    MACHTIG_OPS_PORT: String(opsPort),
    MACHTIG_ADMIN_PORT: String(adminPort),
    MACHTIG_DEV_LOGIN_PORT: '0',
  };
  const child = spawnMachtig([role], { ...env, ...ports });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-4000);
    });
  }
  const health = async (path: string) => (await fetch(`${opsUrl}${path}`)).status;
  return {
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    opsUrl,
    pid: child.pid ?? 0,
    health,
    async ready() {
      await eventually(`${role} is ready`, async () => {
        if (child.exitCode !== null) throw new Error(output);
        return (await health('/readyz')) === 200;
      });
    },
    send: (signal) => void child.kill(signal),
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

function spawnMachtig(args: readonly string[], env: Environment): ChildProcess {
  // Only what is given: a variable of the surroundings must not decide what is tested.
  return spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
