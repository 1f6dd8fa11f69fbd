import { toKnownFault } from '../../administer/database-faults.ts';
import { AppError } from '../../domain/errors.ts';
import { MAX_BODY_BYTES, readBytes } from '../body.ts';
import { type Header, requestIdOf } from '../exchange.ts';
import type { HostCheck } from '../hosts.ts';
import { type Problem, toProblem } from '../problem.ts';
import { type HttpLog, makeReport } from '../report.ts';
import type { HttpContext } from '../respond.ts';
import { type HandleDeps, type Handled, makeHandle } from './handle.ts';
import { headersOf } from './headers.ts';
import { TooMany } from './limits.ts';
import { requireAccepted, requireContentType } from './media.ts';
import type { Operation } from './operation.ts';

export interface FrameDeps extends HandleDeps {
  checkHost: HostCheck;
  log: HttpLog;
  /** Counts answers that are errors, by code. */
  onProblem?: (problem: Problem) => void;
  /** Tells how long each operation took that was answered. */
  onAnswer?: (answered: { operation: string; status: number; ms: number }) => void;
}

const MAX_XML_BYTES = 2 * 1024 * 1024;

function mostBytes({ consumes, maxBytes }: Operation): number {
  return maxBytes ?? (consumes === undefined ? MAX_BODY_BYTES : MAX_XML_BYTES);
}

export type Frame = ReturnType<typeof makeFrame>;

/** What all operations have in common: from the bytes of a request to those of its answer. */
export function makeFrame(deps: FrameDeps) {
  const { checkHost, log, limits } = deps;
  const handle = makeHandle(deps);
  const report = makeReport(log);

  async function take(operation: Operation, c: HttpContext, header: Header, requestId: string): Promise<Handled> {
    const { connection } = c.env;
    checkHost(header('host'), connection);
    // A request line may name a host of its own.
    checkHost(new URL(c.req.url).host, connection);
    await limits.arrives(connection);
    requireAccepted(header, operation.produces ?? 'application/json');
    const body = await readBytes(c.req.raw, mostBytes(operation));
    if (operation.body !== undefined && body.length > 0) {
      requireContentType(header, [operation.consumes ?? 'application/json']);
    }
    const { pathname, search, searchParams } = new URL(c.req.url);
    if (!isWrittenAs(operation.path, pathname)) throw new AppError('not_found', 'an address in disguise');
    const raw = { target: pathname + search, params: c.req.param(), query: searchParams, header, body };
    return handle(operation, { ...raw, connection, requestId, method: c.req.method });
  }

  /** The only place where an error becomes an answer. `path`: the pattern, never what was sent. */
  function refuse(c: HttpContext, thrown: unknown, path: string, more: Record<string, string> = {}): Response {
    const requestId = requestIdOf(headerOf(c));
    const known = toKnownFault(thrown);
    const problem = toProblem(known, requestId);
    report(known, { path, status: problem.status, code: problem.code, requestId });
    deps.onProblem?.(problem);
    const headers = { ...headersOf('application/problem+json', requestId), ...headersFor(known, problem), ...more };
    return new Response(JSON.stringify(problem), { status: problem.status, headers });
  }

  return {
    refuse,
    /** Lets Hono answer an operation. */
    answer(operation: Operation) {
      return async function answer(c: HttpContext): Promise<Response> {
        const header = headerOf(c);
        const requestId = requestIdOf(header);
        const start = performance.now();
        try {
          const { status, headers, body } = await take(operation, c, header, requestId);
          deps.onAnswer?.({ operation: operation.id, status, ms: performance.now() - start });
          const type = body === undefined ? undefined : (operation.produces ?? 'application/json');
          return new Response(body ?? null, { status, headers: { ...headersOf(type, requestId), ...headers } });
        } catch (thrown) {
          return refuse(c, thrown, operation.path);
        }
      };
    },
    /** Something readable by whoever may reach the port; it never changes. */
    publish(type: string, text: () => string, more: Record<string, string>) {
      let made: string | undefined;
      return async function publish(c: HttpContext): Promise<Response> {
        const header = headerOf(c);
        try {
          checkHost(header('host'), c.env.connection);
          await limits.arrives(c.env.connection);
          requireAccepted(header, type);
          made ??= text();
          const headers = { ...headersOf(`${type}; charset=utf-8`, requestIdOf(header)), ...more };
          return new Response(made, { headers });
        } catch (thrown) {
          return refuse(c, thrown, '-');
        }
      };
    },
    /** What this address takes; nothing of it for pages of other sites. */
    options(c: HttpContext, allow: string): Response {
      const requestId = requestIdOf(headerOf(c));
      return new Response(null, { status: 204, headers: { ...headersOf(undefined, requestId), allow } });
    },
    methodRefused(c: HttpContext, allow: string, path: string): Response {
      return refuse(c, new AppError('method_not_allowed', 'another method'), path, { allow });
    },
  };
}

/** Names in a path stand there as they are: a proxy in front that tells paths apart must see what we see. */
function isWrittenAs(pattern: string, pathname: string): boolean {
  const sent = pathname.split('/').slice(2);
  return pattern
    .split('/')
    .slice(1)
    .every((name, index) => name.startsWith('{') || name === sent[index]);
}

function headersFor(thrown: unknown, { status }: Problem): Record<string, string> {
  if (thrown instanceof TooMany) return { 'retry-after': String(thrown.retryAfter) };
  if (status === 401) return { 'www-authenticate': 'Bearer realm="machtig"' };
  if (status === 503) return { 'retry-after': '1' };
  return {};
}

export function headerOf(c: HttpContext): Header {
  return (name) => c.req.raw.headers.get(name) ?? undefined;
}
