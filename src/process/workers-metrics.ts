import { AggregatorRegistry, type Registry } from 'prom-client';

/** The metrics of one process, as `Registry.getMetricsAsJSON` gives them. */
export type Samples = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface SumOptions {
  own: Registry;
  /** Of which of its own this process tells: the rest is about work that only workers do. */
  tellsOf: (name: string) => boolean;
}

/** One set of metrics for several processes: each metric summed, or as its `aggregator` says. */
export interface SummedMetrics {
  contentType: string;
  /** `samples` by worker, from 1; absent: none that answers at the moment. */
  text(samples: ReadonlyMap<number, Samples>): Promise<string>;
  /** What this worker counted is kept: a sum that falls would pass for a restart of everything. */
  ended(seat: number): Promise<void>;
}

export function makeSummedMetrics({ own, tellsOf }: SumOptions): SummedMetrics {
  const lastSeen = new Map<number, Samples>();
  let before: Samples = [];

  return {
    contentType: own.contentType,
    async text(samples) {
      for (const [seat, seen] of samples) lastSeen.set(seat, seen);
      const mute = [...lastSeen].filter(([seat]) => !samples.has(seat)).map(([, seen]) => countersOf(seen));
      const mine = (await own.getMetricsAsJSON()).filter(({ name }) => tellsOf(name));
      return sum([...samples.values(), ...mute, before, mine]).metrics();
    },
    async ended(seat) {
      const last = lastSeen.get(seat);
      lastSeen.delete(seat);
      if (last !== undefined) before = await sum([before, countersOf(last)]).getMetricsAsJSON();
    },
  };
}

/** What only grows. Prometheus's type names, which the declarations give as numbers. */
function countersOf(samples: Samples): Samples {
  return samples.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}

function sum(all: Samples[]): Registry {
  return AggregatorRegistry.aggregate(all.map((samples) => samples.map(worst)));
}

/** Of several loops that lag, the average says little. */
function worst(metric: Samples[number]): Samples[number] {
  return metric.name.startsWith('nodejs_eventloop_lag') ? { ...metric, aggregator: 'max' } : metric;
}
