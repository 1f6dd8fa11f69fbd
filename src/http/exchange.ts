import type { Call } from '../evaluate/call.ts';
import { randomUuid } from '../process/random-ids.ts';
import type { Identify } from './callers.ts';
import type { Connection } from './connection.ts';
import type { HostCheck } from './hosts.ts';
import { type Problem, toProblem } from './problem.ts';
import { type HttpLog, makeReport } from './report.ts';

/** A header of the request, by its name in lower case. */
export type Header = (name: string) => string | undefined;

/** What leaves, whichever server sends it. */
export interface Reply {
  status: number;
  /** Names and values in turn: node:http takes twice as long over an object. */
  headers: string[];
  body: string;
}

/** What is answered with 200: an object, or its JSON where that was put together by hand. */
export type Answer = object | string;

/** One door: from a parsed body to its answer. */
export type Door = (body: unknown, call: Call) => Answer | Promise<Answer>;

export interface ExchangeDeps {
  identify: Identify;
  checkHost: HostCheck;
  log: HttpLog;
  /** Counts answers that are errors, by code. */
  onProblem?: (problem: Problem) => void;
}

export type Exchange = ReturnType<typeof makeExchange>;

export const API_VERSION = '1.0.0';

/** What all doors have in common: host, caller, request id, and the one way in which errors leave. */
export function makeExchange({ identify, checkHost, log, onProblem }: ExchangeDeps) {
  const report = makeReport(log);

  /** What the caller may know of an error; here it is reported and counted. */
  function problem(thrown: unknown, requestId: string, path: string): Problem {
    const found = toProblem(thrown, requestId);
    report(thrown, { path, status: found.status, code: found.code, requestId });
    onProblem?.(found);
    return found;
  }

  return {
    /** @throws AppError `host_refused` | `unauthenticated` */
    admit(header: Header, connection: Connection, requestId: string): Call {
      checkHost(header('host'), connection);
      const caller = identify(connection, header('authorization'));
      const traceparent = header('traceparent');
      return traceparent === undefined ? { caller, requestId } : { caller, requestId, traceparent };
    },

    answer(answer: Answer, requestId: string, path: string): Reply {
      if (log.isLevelEnabled('debug')) log.debug({ path, status: 200, requestId }, 'answered');
      const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { status: 200, headers: headersOf('application/json', requestId), body };
    },

    problem,

    /** The only place where an error becomes an answer. */
    refuse(thrown: unknown, requestId: string, path: string, more: Record<string, string> = {}): Reply {
      const said = problem(thrown, requestId, path);
      const headers = headersOf('application/problem+json', requestId);
      for (const header of Object.entries({ ...headersFor(said), ...more })) headers.push(...header);
      return { status: said.status, headers, body: JSON.stringify(said) };
    },
  };
}

function headersOf(type: string, requestId: string): string[] {
  return ['content-type', type, 'cache-control', 'no-store', 'x-request-id', requestId, 'api-version', API_VERSION];
}

function headersFor({ status }: Problem): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="machtig"' };
  if (status === 503 || status === 429) return { 'retry-after': '1' };
  return {};
}

const SANE_ID = /^[\x21-\x7e]{1,128}$/;

/** The caller's own id when it is short and printable, else one of ours. */
export function requestIdOf(header: Header): string {
  const given = header('x-request-id');
  return given !== undefined && SANE_ID.test(given) ? given : randomUuid();
}
