import { type Lifecycle, makeLifecycle, opening } from '../process/lifecycle.ts';
import { type Log, makeLog } from '../process/log.ts';
import { makeMetrics } from '../process/metrics.ts';
import { loadConfig, type Role } from './config.ts';
import type { SyncDeps } from './sync.ts';
import type { Terminal } from './terminal.ts';

/** A process that has hung while closing is ended after the time for draining and this. */
export const CLOSE_WITHIN_MS = 10_000;

export interface Running {
  /** Called on SIGHUP. */
  reopen?: () => void;
}

/** Opens a role, runs until SIGTERM or SIGINT, then closes everything in reverse order. */
export async function runRole(
  terminal: Terminal,
  role: Role,
  open: (deps: SyncDeps) => Promise<Running>,
): Promise<void> {
  const deps = makeDeps(terminal, role);
  const { config, lifecycle, log } = deps;
  const stopped = untilStopped(log);
  const opened = opening(lifecycle, () => open(deps));
  const running = await Promise.race([opened, stopped.then(() => undefined)]);
  if (running?.reopen) process.on('SIGHUP', running.reopen);
  await stopped;
  const limit = setTimeout(() => process.exit(1), config.listen.drainMs + CLOSE_WITHIN_MS);
  // Stopped while starting: what is half open can only be closed once it is open, or has failed and closed itself.
  await opened.catch(() => {});
  await lifecycle.close();
  // Nothing is left to wait for; should something hang on all the same, it ends with the limit.
  limit.unref();
}

/** What one command needs that talks to the stores and then ends. */
export async function runOnce<T>(terminal: Terminal, role: Role, act: (deps: SyncDeps) => Promise<T>): Promise<T> {
  const deps = makeDeps(terminal, role);
  try {
    return await act(deps);
  } finally {
    await deps.lifecycle.close();
  }
}

function makeDeps(terminal: Terminal, role: Role): SyncDeps {
  const config = loadConfig(terminal.env, role);
  // In dev the terminal is a newcomer's: what is printed comes first, the log speaks when something is wrong.
  const quiet = role === 'dev' && !terminal.env.MACHTIG_LOG_LEVEL;
  const log: Log = makeLog({ level: quiet ? 'warn' : config.logLevel });
  const lifecycle: Lifecycle = makeLifecycle((error) => log.error({ err: error }, 'closing'));
  return { config, lifecycle, log, metrics: makeMetrics(), terminal };
}

function untilStopped(log: Log): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stops');
        resolve();
      });
    }
  });
}
