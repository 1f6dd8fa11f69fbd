import type { Counters } from './targets.ts';

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

/** Share of allows among decisions, and of lookups that the in-process cache answered, between two scrapes. */
export function sharesOf(before: Counters, after: Counters): { allowShare?: number; warmShare?: number } {
  const grown = (pattern: RegExp) =>
    Object.entries(after).reduce((sum, [name, v]) => (pattern.test(name) ? sum + v - (before[name] ?? 0) : sum), 0);
  const decisions = grown(/^machtig_decisions_total\{/);
  const hits = grown(/^machtig_cache\{what="hits"\}/);
  const misses = grown(/^machtig_cache\{what="misses"\}/);
  return {
    ...(decisions > 0 && { allowShare: grown(/^machtig_decisions_total\{.*outcome="allow"/) / decisions }),
    ...(hits + misses > 0 && { warmShare: hits / (hits + misses) }),
  };
}
