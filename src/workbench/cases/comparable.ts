import type { Verdict } from '../../domain/evaluation.ts';

/** Only what the expectation names, with lists whose order means nothing sorted. */
export function comparable(verdict: Partial<Verdict>, expected: Partial<Verdict>): Partial<Verdict> {
  const named = Object.entries(verdict).filter(([name]) => name in expected);
  return Object.fromEntries(
    named.map(([name, value]) => [name, Array.isArray(value) && name !== 'mandates' ? [...value].sort() : value]),
  );
}
