import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { toError } from '../domain/errors.ts';
import type { Call } from '../evaluate/call.ts';
import { readJson } from './body.ts';
import type { Identify } from './callers.ts';
import type { Connection } from './connection.ts';
import type { HostCheck } from './hosts.ts';
import { type Problem, toProblem } from './problem.ts';

/** What a request brings besides itself; the listener sets it, tests hand it to `app.request`. */
export interface Bindings {
  connection: Connection;
}

export type HttpContext = Context<{ Bindings: Bindings }>;

/** What the doors log; pino's logger fits. Never a body, never an identifier. */
export interface HttpLog {
  isLevelEnabled(level: string): boolean;
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RespondDeps {
  identify: Identify;
  checkHost: HostCheck;
  log: HttpLog;
  /** Counts answers that are errors, by code. */
  onProblem?: (problem: Problem) => void;
}

/** One door: from a parsed body to what is answered with 200. */
export type Door = (body: unknown, call: Call) => object | Promise<object>;

export type Respond = ReturnType<typeof makeRespond>;

export const API_VERSION = '1.0.0';

/** What all doors have in common: host, caller, body, request id, and the one way in which errors leave. */
export function makeRespond({ identify, checkHost, log, onProblem }: RespondDeps) {
  function respond(door: Door) {
    return async function handle(c: HttpContext): Promise<Response> {
      const request = c.req.raw;
      const requestId = requestIdOf(request);
      try {
        checkHost(request, c.env.connection);
        const caller = identify(c.env.connection, request.headers.get('authorization') ?? undefined);
        const body = await readJson(request);
        const traceparent = request.headers.get('traceparent');
        const call: Call = { caller, requestId, ...(traceparent !== null && { traceparent }) };
        const answer = JSON.stringify(await door(body, call));
        if (log.isLevelEnabled('debug')) log.debug({ path: c.req.path, status: 200, requestId }, 'answered');
        return new Response(answer, { headers: headersOf('application/json', requestId) });
      } catch (thrown) {
        return refuse(c, thrown, {}, requestId);
      }
    };
  }

  /** Something readable by whoever may reach the port: discovery, the API description. */
  function publish(document: () => object) {
    let text: string | undefined;
    return function handle(c: HttpContext): Response {
      const requestId = requestIdOf(c.req.raw);
      try {
        checkHost(c.req.raw, c.env.connection);
        text ??= JSON.stringify(document());
        return new Response(text, { headers: headersOf('application/json', requestId) });
      } catch (thrown) {
        return refuse(c, thrown, {}, requestId);
      }
    };
  }

  /** The only place where an error becomes an answer. */
  function refuse(
    c: HttpContext,
    thrown: unknown,
    more: Record<string, string> = {},
    requestId = requestIdOf(c.req.raw),
  ): Response {
    const problem = toProblem(thrown, requestId);
    const { status, code } = problem;
    const fields = { path: c.req.path, status, code, requestId };
    if (status >= 500) log.error({ ...fields, err: toError(thrown) }, 'no answer');
    else log.debug(fields, 'refused');
    onProblem?.(problem);
    const headers = { ...headersOf('application/problem+json', requestId), ...headersFor(problem), ...more };
    return new Response(JSON.stringify(problem), { status, headers });
  }

  return { respond, publish, refuse };
}

function headersOf(type: string, requestId: string): Record<string, string> {
  return { 'content-type': type, 'cache-control': 'no-store', 'x-request-id': requestId, 'api-version': API_VERSION };
}

function headersFor({ status }: Problem): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="machtig"' };
  if (status === 503) return { 'retry-after': '1' };
  return {};
}

const SANE_ID = /^[\x21-\x7e]{1,128}$/;

/** The caller's own id when it is short and printable, else one of ours. */
function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && SANE_ID.test(given) ? given : randomUUID();
}
