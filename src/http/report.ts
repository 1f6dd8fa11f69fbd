import { type ErrorCode, toError } from '../domain/errors.ts';

/** What the doors log; pino's logger fits. Never a body, never an identifier. */
export interface HttpLog {
  isLevelEnabled(level: string): boolean;
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Failure {
  path: string;
  status: number;
  code: ErrorCode;
  requestId: string;
}

export type Report = (thrown: unknown, failure: Failure) => void;

const QUIET_MS = 1000;

/**
 * Logs why there was no answer. A bug is an error, with its stack. What passes by itself (503) is a warning, at most one
 * a second for each code: a store that is down must not fill the disk as well; metrics count them all.
 */
export function makeReport(log: HttpLog, now: () => number = performance.now.bind(performance)): Report {
  const warned = new Map<ErrorCode, { at: number; unsaid: number }>();
  return function report(thrown, failure) {
    const { status, code } = failure;
    if (status < 500) return log.debug(failure, 'refused');
    if (status !== 503) return log.error({ ...failure, err: toError(thrown) }, 'failed');
    const last = warned.get(code);
    if (last !== undefined && now() - last.at < QUIET_MS) {
      last.unsaid += 1;
      return;
    }
    warned.set(code, { at: now(), unsaid: 0 });
    const unsaid = last?.unsaid ? { unsaid: last.unsaid } : {};
    log.warn({ ...failure, ...unsaid, cause: toError(thrown).message }, 'no answer');
  };
}
