import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { AppError } from '../domain/errors.ts';
import { formatRevision } from '../domain/revision.ts';
import type { Freshness } from '../mandates/lookups.ts';
import { toProblem } from './problem.ts';
import { drain, listen, SERVER_OPTIONS, toUrl } from './server.ts';

export interface OpsDeps {
  /** What is still missing before questions can be answered (`starting`, `database`, `projection`, `stopping`); empty: ready. */
  missing(): readonly string[];
  /** Absent in a role that keeps no projection of its own. */
  freshness?: Pick<Freshness, 'position'>;
  /** prom-client's registry fits. */
  metrics: { contentType: string; metrics(): Promise<string> };
  /** Which policy answers, since when, and what became of the last bundle that was looked at. */
  policy?: () => object;
  /** Where another bundle is tried: what came of it so far. */
  shadow?: () => object;
}

/**
 * The ops port: health and metrics, never a decision and never personal data. Three signals, so that stale data
 * (`/freshz`) does not take a sidecar out of service (`/readyz`), nor restart it (`/livez`).
 */
export function createOps({ missing, freshness, metrics, policy, shadow }: OpsDeps): Hono {
  const ops = bareOps();
  ops.get('/livez', () => answer({ status: 'live' }));
  ops.get('/readyz', () => {
    const absent = missing();
    return absent.length === 0 ? answer({ status: 'ready' }) : answer({ status: 'not_ready', missing: absent }, 503);
  });
  ops.get('/freshz', () => {
    if (freshness === undefined) throw new AppError('not_found', 'no projection here');
    const { revision, ageMs } = freshness.position();
    return answer({ status: 'fresh', data_revision: formatRevision(revision), data_age_ms: ageMs });
  });
  ops.get('/policy', () => {
    if (policy === undefined) throw new AppError('not_found', 'nothing is decided here');
    return answer(policy());
  });
  ops.get('/shadow', () => {
    if (shadow === undefined) throw new AppError('not_found', 'no other bundle is tried here');
    return answer(shadow());
  });
  ops.get(
    '/metrics',
    async () => new Response(await metrics.metrics(), { headers: { 'content-type': metrics.contentType } }),
  );
  return ops;
}

/** Knows no address yet, and refuses as all do. */
export function bareOps(): Hono {
  const ops = new Hono();
  ops.notFound(() => refusal(new AppError('not_found', 'no such address')));
  ops.onError((error) => refusal(error));
  return ops;
}

/** Opens the ops port. */
export async function serveOps(ops: Hono, { host, port }: { host: string; port: number }) {
  const listener = getRequestListener((request) => ops.fetch(request), { hostname: 'localhost' });
  const server = createServer(SERVER_OPTIONS, (incoming, outgoing) => {
    listener(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await listen(server, () => server.listen({ host, port }));
  return { url: toUrl('http', server.address()), close: () => drain(server, 0) };
}

export function answer(body: object, status = 200, contentType = 'application/json'): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...NO_STORE, 'content-type': contentType } });
}

function refusal(error: Error): Response {
  const problem = toProblem(error, randomUUID());
  return answer(problem, problem.status, 'application/problem+json');
}

const NO_STORE = { 'cache-control': 'no-store' };
