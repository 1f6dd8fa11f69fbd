import { type Measurement, type RateMeasurement, ratioToBare } from './measurement.ts';
import { atHalfOf, YARDSTICKS, type Yardstick } from './rates.ts';
import type { ServerFacts } from './server-facts.ts';
import { judgeSizes, type SizesReport } from './sizes-verdict.ts';
import type { ProjectionFacts } from './stack.ts';
import type { Verdict } from './verdict.ts';

export interface Findings {
  summary: readonly Measurement[];
  rates: readonly RateMeasurement[];
  projections: readonly ProjectionFacts[];
  servers: readonly ServerFacts[];
  /** Of the last run of `sizes.ts`. */
  sizes?: SizesReport;
}

const NOT_MEASURED = { found: '', verdict: 'not measured' } as const;
const elsewhere = (where: string) => ({ found: where, verdict: 'measured elsewhere' }) as const;
const judged = (held: boolean) => (held ? 'met' : 'not met');

/** The rows of the sidecar itself: one process, every rule, one row for each size. */
const OURS = /^sidecar, [\d,]+$/;
/** The sidecar on the questions that all engines can be asked. */
const SHARED = /^sidecar, [\d,]+, shared rules$/;

/** Every target of the design, in its order; of several sizes the largest counts. */
export function judge(findings: Findings): Verdict[] {
  const { projections, servers } = findings;
  const largest = projections.at(-1);
  const coldest = servers.filter(({ server }) => OURS.test(server)).at(-1);
  const half = 'bare `node:http`';
  return [
    ratio(`decisions against ${half}, TCP`, findings, { transport: 'tcp', atLeast: 0.5 }),
    ratio(`decisions on a Unix socket against ${half} on TCP`, findings, { transport: 'unix', atLeast: 0.6 }),
    ...YARDSTICKS.flatMap((yardstick) => [againstOpa(findings, yardstick), tailAgainstOpa(findings, yardstick)]),
    {
      what: 'policy evaluation, input built → parsed result, p50',
      target: '≤ 6 µs',
      ...elsewhere('`npx tsx loadtest/policy.ts`'),
    },
    memory(servers),
    judgeSizes(findings.sizes),
    within('Redis bytes per mandate: mandates with both indexes', { found: largest?.bytesOfMandates, atMost: 150 }),
    within('Redis bytes per mandate: all records (parties, aliases, branches, links too)', {
      found: largest?.bytesOfAll,
      atMost: 150,
    }),
    within('full load PostgreSQL → Redis, mandates/s', { found: largest?.projectedPerSecond, atLeast: 200_000 }),
    {
      what: 'revoke committed → denied by each of three sidecars, p99',
      target: '≤ 50 ms',
      ...elsewhere('`npx tsx loadtest/revocation.ts`'),
    },
    within('cold start of a sidecar to ready, ms', { found: coldest?.coldStartMs, atMost: 1000 }),
  ];
}

/** Saturated on 64 connections, about half of the answers allow. */
const loaded = (rows: readonly Measurement[], transport: Measurement['transport']) =>
  rows.filter((row) => row.connections === 64 && row.asked === 'half' && row.transport === transport);

interface Ratio {
  transport: Measurement['transport'];
  atLeast: number;
}

function ratio(what: string, { summary }: Findings, { transport, atLeast }: Ratio): Verdict {
  const target = `≥ ${atLeast.toFixed(2)} ×`;
  const ratios = loaded(summary, transport)
    .filter(({ server }) => OURS.test(server))
    .map((row) => ({ server: row.server, times: ratioToBare(row, summary) }));
  const last = ratios.at(-1);
  if (last === undefined) return { what, target, ...NOT_MEASURED };
  const found = ratios.map(({ server, times }) => `${times.toFixed(2)} × (${server})`).join(', ');
  return { what, target, found, verdict: judged(last.times >= atLeast) };
}

/** The largest size at which both were measured. */
function againstOpa({ summary }: Findings, { opa: name, rules }: Yardstick): Verdict {
  const what = `decisions against OPA server (same data, ${rules}), by CPU per request`;
  const target = '≥ 4 ×';
  const rows = loaded(summary, 'tcp');
  const opa = rows.filter(({ server }) => name.test(server)).at(-1);
  const ours = rows.find(
    ({ server }) => SHARED.test(server) && opa !== undefined && sizeIn(server) === sizeIn(opa.server),
  );
  if (opa === undefined || ours === undefined) return { what, target, ...NOT_MEASURED };
  // By way of the bare server, since they may be of two runs; within one it falls out.
  const times = ratioToBare(ours, summary) / ratioToBare(opa, summary);
  const rate = (ours.perSecond / opa.perSecond).toFixed(1);
  const found = `${times.toFixed(1)} × (${ours.server}; by rate ${rate} ×)`;
  return { what, target, found, verdict: judged(times >= 4) };
}

/** The size in the name of a server. */
const sizeIn = (server: string) => /[\d,]{4,}(?=,|$)/.exec(server)?.[0].replace(/,$/, '');

function tailAgainstOpa({ rates }: Findings, { opa: name, rules }: Yardstick): Verdict {
  const what = `p99 at the rate where OPA server (${rules}) is half loaded`;
  const target = '≤ 1/4 of OPA’s';
  const opa = rates.filter(({ server, why }) => name.test(server) && why === atHalfOf(server)).at(-1);
  const ours = rates.find(
    ({ server, why }) => SHARED.test(server) && opa !== undefined && why === atHalfOf(opa.server),
  );
  if (opa === undefined || ours === undefined) return { what, target, ...NOT_MEASURED };
  const [mine, theirs] = [ours.latency.p99Us, opa.latency.p99Us];
  const rate = `${Math.round(opa.rate).toLocaleString('en')}/s`;
  const found = `${mine.toLocaleString('en')} µs against ${theirs.toLocaleString('en')} µs at ${rate}: 1/${(theirs / mine).toFixed(1)}`;
  return { what, target, found, verdict: judged(mine <= theirs / 4) };
}

/** A larger register than was filled is not known; what is known is said. */
function memory(servers: readonly ServerFacts[]): Verdict {
  const what = 'memory of a sidecar at 10 M mandates';
  const target = '≤ 250 MB';
  const last = servers.filter(({ server }) => OURS.test(server)).at(-1);
  if (last?.memoryMiB === undefined) return { what, target, ...NOT_MEASURED };
  const megabytes = Math.round(last.memoryMiB * 1.048576);
  const found = `${megabytes} MB after the run, at ${last.mandates?.toLocaleString('en')} mandates`;
  if ((last.mandates ?? 0) < 10_000_000) return { what, target, found, verdict: 'not measured' };
  return { what, target, found, verdict: judged(megabytes <= 250) };
}

function within(what: string, limit: { found: number | undefined; atMost?: number; atLeast?: number }): Verdict {
  const { found, atMost: most = Number.POSITIVE_INFINITY, atLeast = 0 } = limit;
  const target = atLeast > 0 ? `≥ ${atLeast.toLocaleString('en')}` : `≤ ${most.toLocaleString('en')}`;
  if (found === undefined) return { what, target, ...NOT_MEASURED };
  return { what, target, found: found.toLocaleString('en'), verdict: judged(found <= most && found >= atLeast) };
}
