import { existsSync } from 'node:fs';
import type { Progress } from '../../src/process/progress.ts';
import { startCounting } from './counting.ts';
import { hasWrk, loadByClosedLoop, loadByOpenModel, loadByWrk } from './generators.ts';
import { type LoadOptions, seedOf } from './load-options.ts';
import type { Asked, Measurement, RateMeasurement } from './measurement.ts';
import type { Turns } from './one-at-a-time.ts';
import type { Plan } from './plan.ts';
import { stolenMs } from './processes.ts';
import { SEED } from './sidecars.ts';
import type { Target } from './targets.ts';

export interface Setup {
  target: Target;
  transport: 'tcp' | 'unix';
  connections: number;
  asked: Asked;
}

/** Where the questions of a target stand of which it allows every one. */
export const allowedOf = (bodies: string): string => `${bodies}.allowed`;

/** Each server is asked the same draws in the same setup and round, and others in every other. */
function optionsOf(setup: Setup, { seconds, stream }: { seconds: number; stream: string }): LoadOptions {
  const { target, transport, connections, asked } = setup;
  const { port, socket, path, headers, markers, bodies } = target;
  return {
    target: transport === 'unix' && socket !== undefined ? { socket } : { port },
    connections,
    seconds,
    path,
    bodies: asked === 'allowed' ? allowedOf(bodies) : bodies,
    offset: 0,
    stream: seedOf(`${SEED} ${transport} ${connections} ${asked} ${stream}`),
    ...(headers && { headers }),
    ...(markers && { markers }),
  };
}

/** Loads a server as much as it takes. */
export async function measureMaximum(setup: Setup, options: { seconds: number; stream: string }): Promise<Measurement> {
  const { target, transport, connections, asked } = setup;
  const generator = transport === 'tcp' && hasWrk ? 'wrk' : 'closed loop';
  const before = await target.counters();
  const stopStore = startCounting(target.storePids());
  const stop = startCounting(target.pids());
  const load = generator === 'wrk' ? loadByWrk : loadByClosedLoop;
  const result = await load(optionsOf(setup, options));
  const [spent, stored] = [await stop(), await stopStore()];
  const cpuUs = spent.cpuUs / result.requests;
  return {
    server: target.name,
    dataClass: target.dataClass,
    transport,
    connections,
    asked,
    generator,
    ...result,
    cpuUs,
    ...(target.storePids().length > 0 && { storeCpuUs: stored.cpuUs / result.requests }),
    ...(spent.instructions && {
      instructions: Math.round((spent.instructions.user + spent.instructions.kernel) / result.requests),
    }),
    busyShare: (cpuUs * result.perSecond) / 1_000_000,
    ...target.shares(before, await target.counters()),
  };
}

/** All connections, transports and kinds of questions that a target has; of other engines a quick run has one. */
export function setupsOf(target: Target, { quick }: Pick<Plan, 'quick'>): Setup[] {
  if (quick && target.socket === undefined) return [{ target, transport: 'tcp', connections: 64, asked: 'half' }];
  const transports = target.socket === undefined ? (['tcp'] as const) : (['tcp', 'unix'] as const);
  const halves = transports.flatMap((transport) =>
    [1, 64].map((connections) => ({ target, transport, connections, asked: 'half' as const })),
  );
  if (!existsSync(allowedOf(target.bodies))) return halves;
  return [...halves, { target, transport: 'tcp', connections: 64, asked: 'allowed' }];
}

export interface Rounds<T> {
  rounds: number;
  seconds: number;
  turns: Turns;
  progress: Progress;
  /** Told after each round what was found so far. */
  keep(runs: readonly T[]): void;
}

/** Every setup in turn, round by round, so that all share whatever else the machine does. */
export async function measureMaxima(
  setups: readonly Setup[],
  { rounds, seconds, turns, progress, keep }: Rounds<Measurement>,
): Promise<Measurement[]> {
  const runs: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const setup of setups) {
      await turns.of(setup.target);
      runs.push(await measureMaximum(setup, { seconds, stream: `round ${round}` }));
      progress.advance(1);
    }
    keep(runs);
  }
  return runs;
}

/** One rate at which one server is held. */
export interface Rate {
  target: Target;
  connections: number;
  why: string;
  /** Requests a second. */
  rate: number;
  /** What the server reached at most. */
  maximum: number;
}

/** Holds a server at a rate; its warm-up is two seconds at most. */
export async function measureRate(
  { target, connections, why, rate, maximum }: Rate,
  { seconds, round }: { seconds: number; round: number },
): Promise<RateMeasurement> {
  const [startedAt, stolenBefore] = [performance.now(), stolenMs()];
  const stop = startCounting(target.pids());
  const setup: Setup = { target, transport: 'tcp', connections, asked: 'half' };
  const options = optionsOf(setup, { seconds, stream: `${why} round ${round}` });
  const load = await loadByOpenModel({ ...options, rate, warmSeconds: Math.min(2, seconds / 2) });
  const spent = await stop();
  const stolenShare = (stolenMs() - stolenBefore) / (performance.now() - startedAt);
  const asked = load.requests * (1 + Math.min(2, seconds / 2) / seconds);
  const { name: server, dataClass } = target;
  const figures = { share: rate / maximum, cpuUs: spent.cpuUs / asked, stolenShare };
  return { server, dataClass, connections, why, ...figures, ...load };
}

/** Every rate in turn, round by round. */
export async function measureRates(
  rates: readonly Rate[],
  { rounds, seconds, turns, progress, keep }: Rounds<RateMeasurement>,
): Promise<RateMeasurement[]> {
  const runs: RateMeasurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const rate of rates) {
      await turns.of(rate.target);
      runs.push(await measureRate(rate, { seconds, round }));
      progress.advance(1);
    }
    keep(runs);
  }
  return runs;
}
