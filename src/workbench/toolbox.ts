import { execFile } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { type Environment, findTool } from './tools.ts';

export interface Ran {
  /** Exit code. */
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs a pinned tool. @throws Error when it is not there, cannot be started or was stopped. */
export type RunTool = (name: 'opa' | 'regal', args: readonly string[], how: RunHow) => Promise<Ran>;

export interface RunHow {
  cwd: string;
  /** Stops it at once: whatever it would say is out of date. */
  signal?: AbortSignal | undefined;
  /** Leaves the processor to what is asked beside it. */
  low?: boolean | undefined;
}

/**
 * Rego is evaluated here for seconds at most. Collecting garbage takes half of that, so these processes do without
 * until they hold this much: with it the project's tests take 3.3 s of processor instead of 7.4 s.
 */
const MEMORY = { GOGC: 'off', GOMEMLIMIT: '768MiB' };
const MAX_OUTPUT = 64 * 1024 * 1024;

/** The tools of whoever asks, each looked up once. */
export function makeToolbox(env: Environment): RunTool {
  const found = new Map<string, string>();
  return (name, args, { cwd, signal, low }) => {
    const path = found.get(name) ?? findTool(name, env);
    found.set(name, path);
    return new Promise((resolve, reject) => {
      const options = { cwd, env: { ...env, ...MEMORY }, maxBuffer: MAX_OUTPUT, ...(signal && { signal }) };
      const child = execFile(path, [...args], options, (error, stdout, stderr) => {
        // A code is what the tool answers with; anything else means that it did not run.
        if (error === null) resolve({ status: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr });
        else reject(new Error(`${name} did not run: ${error.message}`, { cause: error }));
      });
      if (low === true && child.pid !== undefined) lower(child.pid);
    });
  };
}

/** A process that has ended meanwhile has no priority to be lowered. */
function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It runs, or has run, like any other.
  }
}
