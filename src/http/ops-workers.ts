import type { Hono } from 'hono';
import { AppError } from '../domain/errors.ts';
import { answer, bareOps } from './ops.ts';

/** What the ops of one worker answer; or why there is no answer. */
export type WorkerSays =
  | { seat: number; status: number; body: Readonly<Record<string, unknown>> }
  | { seat: number; missing: 'gone' | 'mute' };

type Answered = Extract<WorkerSays, { status: number }>;

export interface WorkersOpsDeps {
  /** Of every worker, in the order of their seats. */
  ask(path: '/livez' | '/readyz' | '/freshz' | '/policy' | '/shadow'): Promise<readonly WorkerSays[]>;
  /** What is missing besides what workers miss (`starting`, `stopping`). */
  missing(): readonly string[];
  metrics: { contentType: string; metrics(): Promise<string> };
}

/** The ops port of several processes that share a door: ready when all are, as fresh as the worst. */
export function createWorkersOps({ ask, missing, metrics }: WorkersOpsDeps): Hono {
  const ops = bareOps();
  ops.get('/livez', async () => {
    // One that has ended is replaced; one that does not answer hangs, which only a restart can mend.
    const mute = (await ask('/livez')).filter((says) => 'missing' in says && says.missing === 'mute');
    if (mute.length === 0) return answer({ status: 'live' });
    return answer({ status: 'not_live', missing: mute.flatMap(missingIn) }, 503);
  });
  ops.get('/readyz', async () => {
    const absent = [...missing(), ...(await ask('/readyz')).flatMap(missingIn)];
    return absent.length === 0 ? answer({ status: 'ready' }) : answer({ status: 'not_ready', missing: absent }, 503);
  });
  ops.get('/freshz', async () => {
    const says = answersOf(await ask('/freshz'));
    const stale = says.find(({ status }) => status !== 200);
    if (stale) return answer({ ...stale.body, worker: stale.seat }, stale.status, 'application/problem+json');
    const oldest = says.reduce((a, b) => (Number(b.body.data_age_ms) > Number(a.body.data_age_ms) ? b : a));
    return answer({ ...oldest.body, worker: oldest.seat });
  });
  ops.get('/policy', async () => {
    const says = answersOf(await ask('/policy'));
    const revisions = new Set(says.map(({ body }) => revisionIn(body)));
    return answer({ ...says[0]?.body, agree: revisions.size === 1, workers: says.map(named) });
  });
  ops.get('/shadow', async () => {
    const says = answersOf(await ask('/shadow'));
    if (says.some(({ status }) => status === 404)) throw new AppError('not_found', 'no other bundle is tried here');
    return answer({ workers: says.map(named) });
  });
  ops.get(
    '/metrics',
    async () => new Response(await metrics.metrics(), { headers: { 'content-type': metrics.contentType } }),
  );
  return ops;
}

/** All of them: what one does not say may be the worst. @throws AppError `not_ready` */
function answersOf(said: readonly WorkerSays[]): readonly Answered[] {
  if (said.length === 0) throw new AppError('not_ready', 'no worker has started');
  return said.map((says) => {
    if ('status' in says) return says;
    throw new AppError('not_ready', missingIn(says).join());
  });
}

const REASONS = { gone: 'has not started', mute: 'does not answer' };

function missingIn(says: WorkerSays): string[] {
  const name = `worker ${says.seat}`;
  if ('missing' in says) return [`${name}: ${REASONS[says.missing]}`];
  if (says.status === 200) return [];
  const { missing } = says.body;
  return Array.isArray(missing) ? missing.map((what) => `${name}: ${what}`) : [`${name}: answers ${says.status}`];
}

const named = ({ seat, body }: Answered) => ({ worker: seat, ...body });

function revisionIn({ active }: Answered['body']): unknown {
  return typeof active === 'object' && active !== null && 'revision' in active ? active.revision : undefined;
}
