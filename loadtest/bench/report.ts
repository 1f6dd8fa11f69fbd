import type { Agreement } from './agreement.ts';
import { judge } from './design-targets.ts';
import type { CrossCheck } from './k6.ts';
import { type Measurement, type RateMeasurement, ratioToBare } from './measurement.ts';
import type { describeMachine } from './processes.ts';
import type { LeftOut, ServerFacts } from './server-facts.ts';
import type { SizesReport } from './sizes-verdict.ts';
import type { ProjectionFacts } from './stack.ts';
import type { Waterfall } from './waterfall.ts';

export interface Report {
  machine: ReturnType<typeof describeMachine>;
  /** What was asked of whom: seeds, sizes, seconds, rounds. */
  setting: Record<string, string | number>;
  /** Seeding, projecting and memory of each register. */
  projections: ProjectionFacts[];
  servers: ServerFacts[];
  leftOut: LeftOut[];
  agreements: Agreement[];
  /** Medians over the rounds, at the maximum and below it. */
  summary: Measurement[];
  rates: RateMeasurement[];
  /** Where k6 is installed. */
  crossCheck?: CrossCheck;
  waterfall?: Waterfall;
  /** Of the last run of `sizes.ts`. */
  sizes?: SizesReport;
  /** Servers that were measured in runs of their own, and put beside the others. */
  merged?: Merged[];
  /** Every single run. */
  runs: Measurement[];
  rateRuns: RateMeasurement[];
}

export interface Merged {
  machine: Report['machine'];
  servers: string[];
}

type Cell = string | number | undefined;

const percent = (share: number | undefined) => (share === undefined ? undefined : `${(share * 100).toFixed(1)} %`);
const whole = (n: number | undefined) => (n === undefined ? undefined : Math.round(n).toLocaleString('en'));

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const line = (cells: readonly Cell[]) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** Of a rate at which nothing was answered nothing can be divided by the answers. */
const microseconds = (us: number) => (Number.isFinite(us) ? us.toFixed(1) : undefined);

const facts = (entries: Record<string, string | number>) =>
  Object.entries(entries).map(
    ([name, value]) => `- ${name}: ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
  );

function maxima(rows: readonly Measurement[]): string[] {
  const head = [
    'server',
    'transport',
    'conn.',
    'asked',
    'CPU µs/req',
    '+ store',
    '× bare',
    'req/s',
    'p50 µs',
    'p99 µs',
  ];
  return table(
    [...head, 'kinstr./req', 'busy', 'allow', 'warm', 'kept', 'errors'],
    rows.map((row) => [
      row.server,
      row.transport,
      row.connections,
      row.asked === 'half' ? 'all' : 'only allowed',
      row.cpuUs.toFixed(1),
      row.storeCpuUs?.toFixed(1),
      ratioToBare(row, rows).toFixed(2),
      whole(row.perSecond),
      row.p50Us,
      row.p99Us,
      row.instructions === undefined ? undefined : (row.instructions / 1000).toFixed(0),
      percent(row.busyShare),
      percent(row.allowShare),
      percent(row.warmShare),
      percent(row.keptShare),
      row.errors,
    ]),
  );
}

function belowTheMaximum(rows: readonly RateMeasurement[]): string[] {
  return table(
    [
      'server',
      'rate',
      'req/s',
      'p50 µs',
      'p95',
      'p99',
      'p99.9',
      'max',
      'CPU µs/req',
      'own lateness p99',
      'host took',
      'missed',
    ],
    rows.map((row) => [
      row.server,
      row.why,
      whole(row.rate),
      row.latency.p50Us,
      row.latency.p95Us,
      row.latency.p99Us,
      row.latency.p999Us,
      row.latency.maxUs,
      microseconds(row.cpuUs),
      row.lateness.p99Us,
      percent(row.stolenShare),
      row.errors + row.unanswered + (row.perSecond < 0.99 * row.rate ? ' (did not keep up)' : ''),
    ]),
  );
}

function servers(rows: readonly ServerFacts[]): string[] {
  const head = [
    'server',
    'class',
    'store',
    'version',
    'cold start ms',
    'load ms',
    'B/mandate',
    'MiB ready',
    'MiB after',
  ];
  return table(
    [...head, 'MiB of its store', 'idle CPU ms/s'],
    rows.map((row) => [
      row.server,
      row.dataClass,
      row.store,
      row.version,
      whole(row.coldStartMs),
      whole(row.loadMs),
      row.bytesPerMandate,
      row.readyMiB,
      row.memoryMiB,
      row.storeMiB,
      row.idleCpuMsPerSecond,
    ]),
  );
}

const named = (projection: ProjectionFacts): Record<string, number> => ({
  mandates: projection.mandates,
  'seed (COPY into PostgreSQL), ms': projection.seedMs,
  'sync from start to projected, ms': projection.projectMs,
  'projected mandates/s, its start included': projection.projectedPerSecond,
  'memory of sync after that, MiB': projection.syncMiB,
  'Redis bytes per mandate, all records': projection.bytesOfAll,
  'Redis bytes per mandate, mandates with both indexes alone': projection.bytesOfMandates,
});

function agreed(rows: readonly Agreement[]): string[] {
  return table(
    ['server', 'questions', 'of them distinct', 'allowed', 'answered otherwise than the sidecar', 'errors'],
    rows.map(({ server, asked, distinct, allowed, otherwise, errors }) => [
      server,
      whole(asked),
      distinct && `${whole(distinct)} (${percent(distinct / asked)})`,
      whole(allowed),
      otherwise,
      errors,
    ]),
  );
}

function beside(check: CrossCheck | undefined): string[] {
  if (check === undefined) return [];
  const { server, rate, dropped, failed, k6, own } = check;
  const latency = `p50 ${whole(k6.p50Us)} µs and p99 ${whole(k6.p99Us)} µs; our own generator p50 ${whole(own.latency.p50Us)} µs and p99 ${whole(own.latency.p99Us)} µs`;
  return ['', `k6 at ${whole(rate)}/s on ${server}: ${dropped} iterations dropped, ${failed} failed, ${latency}.`];
}

const INTRODUCTION = `\`npm run bench\`; all servers were measured in turn within one run. **CPU µs per request** (user and system time of the
server's processes) is the figure to compare: rates drift with the machine. “× bare” divides the CPU of a bare \`node:http\`
constant on TCP, with as many connections, by that of the row (its store included): more is better. *busy* is the share of the
time in which the server had its core; *warm* the share of lookups that needed no network, *kept* the
share of questions whose facts stood together from an earlier time (the policy was asked all the same). *Data held*: the server keeps
the mandates; *data travels*: every question carries the few that matter to it, which somebody else had to find first.`;

function ownRuns(merged: readonly Merged[]): string[] {
  return merged.flatMap(({ machine, servers: names }) => [
    '',
    `In a run of their own (commit ${machine.commit}, ${machine.at}, ${machine.cpu}), with “× bare” against the bare server of that run: ${names.join('; ')}.`,
  ]);
}

const BELOW = `Every server at shares of its own maximum, by a generator that sends at fixed moments and counts from them (open model):
a stall is charged to everything that was due in it. *own lateness* is the generator's own part: where it comes near the
p99, the row says more about the generator. *host took* is the share of the time in which the host had one of the machine's two cores: near 1 % it is the p99. *missed* counts errors and what was never answered.`;

export function toMarkdown(report: Report): string {
  const { machine, setting, projections, leftOut, agreements, summary, rates, waterfall } = report;
  const verdicts = judge(report).map(({ what, target, found, verdict }) => [what, target, found, verdict]);
  return [
    '# Decisions beside the floor and beside other engines',
    '',
    INTRODUCTION,
    ...ownRuns(report.merged ?? []),
    '',
    '![CPU µs per request](bench.svg)',
    '',
    '## At the maximum',
    '',
    ...maxima(summary),
    '',
    '## Below the maximum',
    '',
    BELOW,
    '',
    '![latency against load](bench-latency.svg)',
    '',
    ...belowTheMaximum(rates),
    ...beside(report.crossCheck),
    '',
    '## Against the targets',
    '',
    ...table(['what', 'target', 'found', ''], verdicts),
    '',
    '## Servers',
    '',
    '![cost against the number of mandates](bench-size.svg)',
    '',
    ...servers(report.servers),
    '',
    ...report.servers.flatMap(({ server, setting: how }) => (how ? [`- ${server}: ${how}`] : [])),
    '',
    ...(leftOut.length === 0 ? [] : ['Left out:', '', ...leftOut.map(({ server, why }) => `- ${server}: ${why}`), '']),
    '## Do they agree?',
    '',
    ...agreed(agreements),
    '',
    ...(waterfall === undefined
      ? []
      : ['## Where the time goes', '', '![where the time goes](bench-waterfall.svg)', '']),
    '## Setting',
    '',
    ...facts(setting),
    ...projections.flatMap((projection) => ['', ...facts(named(projection))]),
    '',
    '## Machine',
    '',
    ...facts(machine),
    '',
  ].join('\n');
}
