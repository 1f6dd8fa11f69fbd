import { Hono } from 'hono';
import { AppError } from '../../domain/errors.ts';
import { makeHostCheck } from '../hosts.ts';
import type { Bindings, HttpContext } from '../respond.ts';
import { type FrameDeps, makeFrame } from './frame.ts';
import { type LimitOptions, makeLimits } from './limits.ts';
import { adminOpenApi } from './openapi.ts';
import type { Operation } from './operation.ts';
import { makePages } from './pages.ts';
import { makeReference } from './reference.ts';

export interface AdminAppDeps
  extends Pick<FrameDeps, 'administer' | 'authenticate' | 'log' | 'onProblem' | 'onAnswer'> {
  operations: readonly Operation[];
  /** At least 32 bytes; keys of the page tokens are derived from it. */
  pageKey: Buffer;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Lower case, without port; besides the loopback names. */
  allowedHosts?: readonly string[];
  limits?: LimitOptions;
}

export type AdminApp = Pick<Hono<{ Bindings: Bindings }>, 'fetch' | 'request'>;

const BASE = '/v1';
const ANYONE = { 'access-control-allow-origin': '*' };

/**
 * The admin API: every operation as a route below /v1, its description and a page to read. No I/O of its own;
 * `app.request(path, init, { connection })` is all that a test needs.
 */
export function createAdminApp(deps: AdminAppDeps): AdminApp {
  const { operations, allowedHosts = [], limits, pageKey, now } = deps;
  const checkHost = makeHostCheck(allowedHosts);
  const pages = makePages({ key: pageKey, now });
  const frame = makeFrame({ ...deps, checkHost, limits: makeLimits(limits), pages });
  const app = new Hono<{ Bindings: Bindings }>();
  const only = (path: string, allow: string) => {
    app.on('OPTIONS', path, (c: HttpContext) => frame.options(c, allow));
    app.all(path, (c: HttpContext) => frame.methodRefused(c, allow, path));
  };

  const description = () => JSON.stringify(adminOpenApi(operations));
  app.get(`${BASE}/openapi.json`, frame.publish('application/json', description, ANYONE));
  only(`${BASE}/openapi.json`, 'GET, HEAD, OPTIONS');
  const reference = makeReference(operations);
  app.get(
    BASE,
    frame.publish('text/html', () => reference.html, reference.headers),
  );
  only(BASE, 'GET, HEAD, OPTIONS');
  for (const [path, methods] of byPath(operations)) {
    const route = BASE + path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const operation of methods) app.on(operation.method.toUpperCase(), route, frame.answer(operation));
    only(route, allowOf(methods));
  }

  app.notFound((c) => frame.refuse(c, new AppError('not_found', 'no such address'), '-'));
  app.onError((error, c) => frame.refuse(c, error, '-'));
  return { fetch: app.fetch, request: app.request };
}

/** Names before parameters, so that `/mandates/_search` is never taken for a mandate. */
function byPath(operations: readonly Operation[]): [string, Operation[]][] {
  const paths = new Map<string, Operation[]>();
  for (const operation of operations) paths.set(operation.path, [...(paths.get(operation.path) ?? []), operation]);
  const order = (path: string) => path.replaceAll('{', '\uffff');
  return [...paths].sort(([a], [b]) => (order(a) < order(b) ? -1 : 1));
}

function allowOf(operations: readonly Operation[]): string {
  const methods = operations.map(({ method }) => method.toUpperCase());
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}
