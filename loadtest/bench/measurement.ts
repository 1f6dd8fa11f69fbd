import type { LeftOut } from './server-facts.ts';
import type { DataClass } from './targets.ts';

/** Which questions: those that are drawn, about half of which are allowed, or of these only the allowed ones. */
export type Asked = 'half' | 'allowed';

/** One measured run of one server at its maximum. */
export interface Measurement {
  server: string;
  dataClass: DataClass;
  transport: 'tcp' | 'unix';
  connections: number;
  asked: Asked;
  generator: 'wrk' | 'closed loop';
  requests: number;
  /** Answers other than 200, and sockets that broke. A run with any is no measurement. */
  errors: number;
  perSecond: number;
  p50Us: number;
  p99Us: number;
  /** User and system time of the server's processes, divided by requests. */
  cpuUs: number;
  /** The same of its database, where it asks one. */
  storeCpuUs?: number;
  /** Instructions of the server, user and kernel, divided by requests; where the machine counts them. */
  instructions?: number;
  /** Share of the time in which the server had its core: low means that the generator or other work held it up. */
  busyShare: number;
  /** Share of answers that allow; undefined for servers that do not tell. */
  allowShare?: number;
  /** Share of lookups that needed no network; undefined for servers that do not tell. */
  warmShare?: number;
  /** Share of questions whose facts stood together from an earlier time; the policy is asked all the same. */
  keptShare?: number;
  /** Of the bare server in the same run, where that is not the run of the other rows. */
  bareCpuUs?: number;
}

/** One server at a fixed rate below its maximum. */
export interface RateMeasurement extends OpenLoad {
  server: string;
  dataClass: DataClass;
  connections: number;
  /** Why this rate: a share of the server's own maximum, or a rate that several servers get. */
  why: string;
  /** `rate` as a share of the server's own maximum. */
  share: number;
  /** User and system time of the server's processes, divided by requests. */
  cpuUs: number;
  /** Of the time, what the host took of the machine's cores: tails are partly its own then. */
  stolenShare?: number;
}

/** What a load generator reports. */
export interface Load {
  requests: number;
  errors: number;
  perSecond: number;
  p50Us: number;
  p99Us: number;
}

/** Durations in µs that half, 95 %, 99 %, 99.9 % and all of the requests did not exceed. */
export interface Spread {
  p50Us: number;
  p95Us: number;
  p99Us: number;
  p999Us: number;
  maxUs: number;
}

/** What the open-model generator reports. */
export interface OpenLoad {
  /** Requests a second that were due. */
  rate: number;
  /** Answered or broken, of those that count (the warm-up does not). */
  requests: number;
  allows: number;
  /** Other than 200, or a body that says neither yes nor no, or a socket that broke. */
  errors: number;
  /** Due but without an answer when the generator gave up; they stand in `latency` with the time they had waited. */
  unanswered: number;
  /** Answers a second that came: below `rate` the server did not keep up. */
  perSecond: number;
  /** From the moment a request was due until its answer was there. */
  latency: Spread;
  /** From the moment it was sent: what a generator would report that waits for slow answers. */
  service: Spread;
  /** How late it was sent although a connection was free: the generator's own share in `latency`. */
  lateness: Spread;
  generatorCpuS: number;
  /** Why sockets broke, and how many. */
  broken?: Record<string, number>;
}

/** The yardstick of every ratio: the bare server on TCP with as many connections, by CPU per request. */
export function ratioToBare(row: Measurement, rows: readonly Measurement[]): number {
  return (row.bareCpuUs ?? bareBeside(row, rows) ?? Number.NaN) / (row.cpuUs + (row.storeCpuUs ?? 0));
}

/** CPU of the bare server on TCP with as many connections. */
export function bareBeside({ connections }: Measurement, rows: readonly Measurement[]): number | undefined {
  return rows.find((r) => r.server === 'bare' && r.transport === 'tcp' && r.connections === connections)?.cpuUs;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Medians of the figures that both kinds of measurement have more than one of. */
function medianOf<T extends object>(group: readonly T[], first: T, fields: readonly (keyof T)[]): Partial<T> {
  const medians: Partial<T> = {};
  for (const field of fields) {
    if (first[field] === undefined) continue;
    Object.assign(medians, { [field]: median(group.map((run) => Number(run[field]))) });
  }
  return medians;
}

function grouped<T>(runs: readonly T[], keyOf: (run: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const run of runs) {
    const group = groups.get(keyOf(run));
    if (group === undefined) groups.set(keyOf(run), [run]);
    else group.push(run);
  }
  return [...groups.values()];
}

const FIGURES = [
  'perSecond',
  'p50Us',
  'p99Us',
  'cpuUs',
  'storeCpuUs',
  'instructions',
  'busyShare',
  'allowShare',
  'warmShare',
  'keptShare',
] as const;

const keyOf = ({ server, transport, connections, asked }: Measurement) =>
  [server, transport, connections, asked].join('|');

/**
 * Rounds of one server, transport, number of connections and kind of questions become one: the median of each figure
 * over the rounds that had answers. Where none had, there is no row: see `withoutAnswers`.
 */
export function summarise(runs: readonly Measurement[]): Measurement[] {
  return grouped(runs, keyOf).flatMap((group) => {
    const answered = group.filter(({ requests }) => requests > 0);
    const [first] = answered;
    if (first === undefined) return [];
    const requests = group.reduce((sum, run) => sum + run.requests, 0);
    const errors = group.reduce((sum, run) => sum + run.errors, 0);
    return { ...first, ...medianOf(answered, first, FIGURES), requests, errors };
  });
}

/** What was asked in every round and never answered. */
export function withoutAnswers(runs: readonly Measurement[]): LeftOut[] {
  return grouped(runs, keyOf)
    .filter((group) => group.every(({ requests }) => requests === 0))
    .flatMap(([first]) => {
      if (first === undefined) return [];
      const { server, transport, connections } = first;
      return {
        server: `${server} (${transport}, ${connections} connections)`,
        why: 'it gave no answer while it was measured',
      };
    });
}

const SPREAD = ['p50Us', 'p95Us', 'p99Us', 'p999Us', 'maxUs'] as const;

/** The same for rates: the median of each percentile over the rounds. */
export function summariseRates(runs: readonly RateMeasurement[]): RateMeasurement[] {
  const rateOf = ({ server, connections, why }: RateMeasurement) => [server, connections, why].join('|');
  return grouped(runs, rateOf).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const spreadOf = (pick: (run: RateMeasurement) => Spread): Spread => ({
      ...pick(first),
      ...medianOf(group.map(pick), pick(first), SPREAD),
    });
    return {
      ...first,
      ...medianOf(group, first, ['rate', 'perSecond', 'cpuUs', 'share', 'stolenShare']),
      requests: group.reduce((sum, run) => sum + run.requests, 0),
      allows: group.reduce((sum, run) => sum + run.allows, 0),
      errors: group.reduce((sum, run) => sum + run.errors, 0),
      unanswered: group.reduce((sum, run) => sum + run.unanswered, 0),
      latency: spreadOf((run) => run.latency),
      service: spreadOf((run) => run.service),
      lateness: spreadOf((run) => run.lateness),
    };
  });
}
