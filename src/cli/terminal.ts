import { AppError, toError } from '../domain/errors.ts';
import { fileWords } from '../process/file-words.ts';
import type { Screen } from '../process/progress.ts';
import { WorkerFailed } from '../process/workers-failed.ts';
import { ConfigError } from './config.ts';

/** What a command may touch of the process that runs it. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  out: Screen;
  /** Progress, notices and faults. */
  err: Screen;
}

/** Exit codes of sysexits.h, so that scripts can tell a wrong file from a wrong configuration. */
export const EXIT = { ok: 0, failed: 1, usage: 64, dataFault: 65, unavailable: 69, config: 78 } as const;

/** Says on the terminal why a command failed: every fault with its place, never a stack trace. */
export function explain(thrown: unknown, screen: Screen): number {
  if (thrown instanceof ConfigError) {
    screen.write(`${thrown.message}\n`);
    return EXIT.config;
  }
  // It has said why itself.
  if (thrown instanceof WorkerFailed) return thrown.exitCode;
  const error = toError(thrown);
  screen.write(`${fileWords(error) ?? error.message}\n`);
  if (!(error instanceof AppError)) return EXIT.failed;
  for (const { at, message } of error.faults) screen.write(`  ${at}: ${message}\n`);
  if (error.code === 'invalid_request') return EXIT.dataFault;
  return error.code === 'store_unavailable' ? EXIT.unavailable : EXIT.failed;
}
