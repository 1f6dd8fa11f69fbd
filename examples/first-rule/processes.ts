import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

export type Environment = Readonly<Record<string, string>>;

export interface Ran {
  code: number;
  /** Both streams, as a terminal shows them. */
  seen: string;
  ms: number;
}

/** Runs one command to its end. */
export async function run(command: readonly string[], cwd: string, env: Environment): Promise<Ran> {
  const startedAt = Date.now();
  const { child, told } = start(command, cwd, env);
  const [code] = await once(child, 'close');
  return { code: Number(code), seen: told(), ms: Date.now() - startedAt };
}

export interface Running {
  child: ChildProcess;
  /** All it has said since it started. */
  told(): string;
  /** Waits until it has said this, from a place on; answers what was matched. */
  says(wanted: RegExp, from?: number): Promise<RegExpExecArray>;
  end(signal?: NodeJS.Signals): Promise<void>;
}

const PATIENCE_MS = 240_000;

/** Starts a command that goes on. */
export function start([program = '', ...args]: readonly string[], cwd: string, env: Environment): Running {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      told += text;
    });
  }
  let failed: Error | undefined;
  child.once('error', (error) => {
    failed = error;
  });
  return {
    child,
    told: () => told,
    says: (wanted, from = 0) =>
      until(`${[program, ...args].join(' ')} says ${wanted}`, () => {
        const found = wanted.exec(told.slice(from));
        if (found === null && (failed || child.exitCode !== null)) throw failed ?? new Error(told);
        return found ?? undefined;
      }),
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** Asks again and again; what it throws ends the waiting. */
export async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await wait(25)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`waited in vain until ${what}`);
}
