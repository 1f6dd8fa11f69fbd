import { type Measurement, ratioToBare } from './measurement.ts';
import type { StackFacts } from './stack.ts';

/** One line of the numbers the product must reach: what was asked, what was found. */
export interface Verdict {
  what: string;
  target: string;
  found: string;
  verdict: 'met' | 'not met' | 'not measured';
}

const NOT_MEASURED = { found: '', verdict: 'not measured' } as const;

/** Every target of the design, in its order; of several sizes the largest counts. */
export function judge(rows: readonly Measurement[], stacks: readonly StackFacts[]): Verdict[] {
  const sidecars = rows.filter(({ server, connections }) => server.startsWith('sidecar') && connections === 64);
  const largest = stacks.at(-1);
  return [
    ratio('decisions against bare `node:http`, TCP', { sidecars, rows, transport: 'tcp', atLeast: 0.5 }),
    ratio('decisions on a Unix socket against the bare server on TCP', {
      sidecars,
      rows,
      transport: 'unix',
      atLeast: 0.6,
    }),
    { what: 'decisions against OPA server (same rules, same data)', target: '≥ 4 ×', ...NOT_MEASURED },
    { what: 'p99 at the rate where OPA server is half loaded', target: '≤ 1/4 of OPA’s', ...NOT_MEASURED },
    { what: 'policy evaluation, input built → parsed result, p50', target: '≤ 6 µs', ...NOT_MEASURED },
    { what: 'memory of a sidecar at 10 M mandates', target: '≤ 250 MB', ...withMemory(largest) },
    smallAgainstLarge(sidecars),
    ...perMandate(largest),
    within('full load PostgreSQL → Redis, mandates/s', { found: largest?.projectedPerSecond, atLeast: 200_000 }),
    { what: 'revoke committed → denied by each of three sidecars, p99', target: '≤ 50 ms', ...NOT_MEASURED },
    within('cold start of a sidecar to ready, ms', { found: largest?.coldStartMs, atMost: 1000 }),
  ];
}

interface Ratio {
  sidecars: readonly Measurement[];
  rows: readonly Measurement[];
  transport: Measurement['transport'];
  atLeast: number;
}

function ratio(what: string, { sidecars, rows, transport, atLeast }: Ratio): Verdict {
  const target = `≥ ${atLeast.toFixed(2)} ×`;
  const ratios = sidecars
    .filter((row) => row.transport === transport)
    .map((row) => ({ server: row.server, times: ratioToBare(row, rows) }));
  const last = ratios.at(-1);
  if (last === undefined) return { what, target, ...NOT_MEASURED };
  const found = ratios.map(({ server, times }) => `${times.toFixed(2)} × (${server})`).join(', ');
  return { what, target, found, verdict: last.times >= atLeast ? 'met' : 'not met' };
}

/** A larger register than was filled is not known; what is known is said. */
function withMemory(stack: StackFacts | undefined): Pick<Verdict, 'found' | 'verdict'> {
  if (stack === undefined) return NOT_MEASURED;
  const found = `${stack.memoryMiB} MiB after the run, at ${stack.mandates.toLocaleString('en')} mandates`;
  return { found, verdict: 'not measured' };
}

function smallAgainstLarge(sidecars: readonly Measurement[]): Verdict {
  const what = 'its p99 against that on 10 k mandates, at the same cache-hit share (TCP, 64 connections)';
  const target = '≤ 1.2 ×';
  const onTcp = sidecars.filter(({ transport }) => transport === 'tcp');
  const [small, large] = [onTcp[0], onTcp.at(-1)];
  if (small === undefined || large === undefined || small === large) return { what, target, ...NOT_MEASURED };
  const times = large.p99Us / small.p99Us;
  const warm = [small, large].map(({ warmShare = Number.NaN }) => `${(warmShare * 100).toFixed(1)} %`).join(' and ');
  const found = `${times.toFixed(2)} × with ${large.server.replace('sidecar, ', '')}, warm ${warm}`;
  // At other shares it would compare Redis with memory.
  const alike = Math.abs((small.warmShare ?? Number.NaN) - (large.warmShare ?? Number.NaN)) <= 0.01;
  if (!alike) return { what, target, found, verdict: 'not measured' };
  return { what, target, found, verdict: times <= 1.2 ? 'met' : 'not met' };
}

function perMandate(stack: StackFacts | undefined): Verdict[] {
  return [
    within('Redis bytes per mandate: mandates with both indexes alone', { found: stack?.bytesOfMandates, atMost: 150 }),
    within('Redis bytes per mandate: all records (parties, aliases, branches, links too)', {
      found: stack?.bytesOfAll,
      atMost: 150,
    }),
  ];
}

function within(what: string, limit: { found: number | undefined; atMost?: number; atLeast?: number }): Verdict {
  const { found, atMost: most = Number.POSITIVE_INFINITY, atLeast = 0 } = limit;
  const target = atLeast > 0 ? `≥ ${atLeast.toLocaleString('en')}` : `≤ ${most.toLocaleString('en')}`;
  if (found === undefined) return { what, target, ...NOT_MEASURED };
  const held = found <= most && found >= atLeast;
  return { what, target, found: found.toLocaleString('en'), verdict: held ? 'met' : 'not met' };
}
