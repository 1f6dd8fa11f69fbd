/** One measured run of one server. */
export interface Measurement {
  server: string;
  transport: 'tcp' | 'unix';
  connections: number;
  generator: 'wrk' | 'closed-loop';
  requests: number;
  /** Answers other than 200, and sockets that broke. A run with any is no measurement. */
  errors: number;
  perSecond: number;
  p50Us: number;
  p99Us: number;
  /** User and system time of the server process, divided by requests. */
  cpuUs: number;
  /** Share of the time in which the server had its core: low means that the generator or other work held it up. */
  busyShare: number;
  /** Share of answers that allow; undefined for constant servers. */
  allowShare?: number;
  /** Share of decisions that needed no network; undefined for constant servers. */
  warmShare?: number;
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
  const bare = rows.find((r) => r.server === 'bare' && r.transport === 'tcp' && r.connections === row.connections);
  return (bare?.cpuUs ?? Number.NaN) / row.cpuUs;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Rounds of one server, transport and number of connections become one: the median of each figure. */
export function summarise(runs: readonly Measurement[]): Measurement[] {
  const groups = new Map<string, Measurement[]>();
  for (const run of runs) {
    const key = `${run.server} ${run.transport} ${run.connections}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const of = (pick: (run: Measurement) => number) => median(group.map(pick));
    return {
      ...first,
      requests: group.reduce((sum, run) => sum + run.requests, 0),
      errors: group.reduce((sum, run) => sum + run.errors, 0),
      perSecond: of((run) => run.perSecond),
      p50Us: of((run) => run.p50Us),
      p99Us: of((run) => run.p99Us),
      cpuUs: of((run) => run.cpuUs),
      busyShare: of((run) => run.busyShare),
      ...(first.allowShare !== undefined && { allowShare: of((run) => run.allowShare ?? Number.NaN) }),
      ...(first.warmShare !== undefined && { warmShare: of((run) => run.warmShare ?? Number.NaN) }),
    };
  });
}
