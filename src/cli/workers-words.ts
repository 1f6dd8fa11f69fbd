import type { Hono } from 'hono';
import type { Registry } from 'prom-client';
import type { WorkerSays } from '../http/ops-workers.ts';
import type { Workers } from '../process/workers.ts';
import type { Samples } from '../process/workers-metrics.ts';

/** What a worker tells of itself: the metrics of its process, and its resident memory in bytes. */
export interface Measured {
  metrics: Samples;
  memory: number;
}

const METRICS = 'metrics';

/** In a worker: what is asked is an address of its ops, or its metrics. */
export function answerAsked(ops: () => Pick<Hono, 'fetch'> | undefined, registry: Registry) {
  return async (what: string): Promise<unknown> => {
    if (what === METRICS) {
      return { metrics: await registry.getMetricsAsJSON(), memory: process.memoryUsage.rss() } satisfies Measured;
    }
    const response = await ops()?.fetch(new Request(`http://worker${what}`));
    return response && { status: response.status, body: await response.json() };
  };
}

/** What the ops of all workers answer at this address. */
export async function askOps(workers: Workers, path: string): Promise<WorkerSays[]> {
  return (await workers.ask(path)).map((said) => {
    if ('missing' in said) return said;
    const { status, body } = said.says as { status: number; body: Record<string, unknown> }; // As `answerAsked` has it.
    return { seat: said.seat, status, body };
  });
}

/** By worker, from 1; of those that answer. */
export async function readSamples(workers: Workers): Promise<Map<number, Measured>> {
  const said = await workers.ask(METRICS);
  return new Map(said.flatMap((one) => ('says' in one ? [[one.seat, one.says as Measured]] : [])));
}
