import type { Context } from 'hono';
import { AppError } from '../domain/errors.ts';
import { readJson } from './body.ts';
import type { Connection } from './connection.ts';
import { type Door, type Exchange, type Header, type Reply, requestIdOf } from './exchange.ts';
import type { HostCheck } from './hosts.ts';

/** What a request brings besides itself; the listener sets it, tests hand it to `app.request`. */
export interface Bindings {
  connection: Connection;
}

export type HttpContext = Context<{ Bindings: Bindings }>;

/** Lets Hono open the doors. */
export function makeRespond(exchange: Exchange, checkHost: HostCheck) {
  function respond(door: Door) {
    return async function handle(c: HttpContext): Promise<Response> {
      const header = headerOf(c);
      const requestId = requestIdOf(header);
      try {
        const call = exchange.admit(header, c.env.connection, requestId);
        const body = await readJson(c.req.raw);
        return toResponse(exchange.answer(await door(body, call), requestId, c.req.path));
      } catch (thrown) {
        return refuse(c, thrown, {}, requestId);
      }
    };
  }

  /** Something readable by whoever may reach the port: discovery, the API description. */
  function publish(document: () => object) {
    return function handle(c: HttpContext): Response {
      const header = headerOf(c);
      try {
        checkHost(header('host'), c.env.connection);
        return toResponse(exchange.answer(document(), requestIdOf(header), c.req.path));
      } catch (thrown) {
        return refuse(c, thrown);
      }
    };
  }

  function refuse(c: HttpContext, thrown: unknown, more = {}, requestId = requestIdOf(headerOf(c))): Response {
    return toResponse(exchange.refuse(thrown, requestId, routeOf(c, thrown), more));
  }

  return { respond, publish, refuse };
}

/** What the log says of the address. One that is none may hold anything, a BSN too. */
function routeOf(c: HttpContext, thrown: unknown): string {
  return thrown instanceof AppError && thrown.code === 'not_found' ? '-' : c.req.path;
}

function headerOf(c: HttpContext): Header {
  return (name) => c.req.raw.headers.get(name) ?? undefined;
}

function toResponse({ status, headers, body }: Reply): Response {
  const named = new Headers();
  for (let at = 0; at < headers.length; at += 2) named.append(headers[at] ?? '', headers[at + 1] ?? '');
  return new Response(body, { status, headers: named });
}
