/** What a server counts, by name; empty for those that count nothing. */
export type Counters = Record<string, number>;

/** Reads the Prometheus text of a sidecar: every series under its full name, labels included. */
export async function scrape(opsPort: number): Promise<Counters> {
  const response = await fetch(`http://127.0.0.1:${opsPort}/metrics`);
  const counters: Counters = {};
  for (const line of (await response.text()).split('\n')) {
    const [, name, value] = /^(machtig_\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined) counters[name] = Number(value);
  }
  return counters;
}

/** What is told of the decisions between two scrapes; each is absent when it cannot be told. */
export interface Shares {
  /** Decisions that allow. */
  allowShare?: number;
  /** Lookups that the in-process cache answered. */
  warmShare?: number;
  /** Questions whose facts stood together from an earlier time. */
  keptShare?: number;
}

export function sharesOf(before: Counters, after: Counters): Shares {
  const grown = (pattern: RegExp) =>
    Object.entries(after).reduce((sum, [name, v]) => (pattern.test(name) ? sum + v - (before[name] ?? 0) : sum), 0);
  const decisions = grown(/^machtig_decisions_total\{/);
  const hitsOf = (store: string): number => {
    const [hits, misses] = ['hits', 'misses'].map((what) => grown(new RegExp(`^machtig_${store}\\{what="${what}"\\}`)));
    return (hits ?? 0) / ((hits ?? 0) + (misses ?? 0));
  };
  const [warmShare, keptShare] = [hitsOf('cache'), hitsOf('dossiers')];
  return {
    ...(decisions > 0 && { allowShare: grown(/^machtig_decisions_total\{.*outcome="allow"/) / decisions }),
    ...(!Number.isNaN(warmShare) && { warmShare }),
    ...(!Number.isNaN(keptShare) && { keptShare }),
  };
}
