import type { Outcome } from './run.ts';

/** What came of all runs of one fault. */
export interface FaultTally {
  scenario: string;
  /** Of the program, where it is another than that of the other results. */
  commit?: string;
  runs: number;
  /** How often the fault happened in them. */
  strikes: number;
  answers: number;
  allows: number;
  denials: number;
  /** Questions that were refused, by code; and that had no response, since there was no process. */
  refusals: Record<string, number>;
  silences: number;
  commits: number;
  /** Of any answer, ms. */
  oldestMs: number;
  /** The longest time in which one sidecar gave no answer, the fault itself included, ms. */
  longestGapMs: number;
  /** From when everything was well again until every sidecar said that it was fresh: the longest, ms. */
  longestRecoveryMs: number;
  violations: { seed: number; rule: string; says: string }[];
  /** Runs that proved nothing, or that ended otherwise than by an answer. */
  failures: { seed: number; why: string }[];
}

export function emptyTally(scenario: string): FaultTally {
  return {
    ...{ scenario, runs: 0, strikes: 0, answers: 0, allows: 0, denials: 0, refusals: {}, silences: 0, commits: 0 },
    ...{ oldestMs: 0, longestGapMs: 0, longestRecoveryMs: 0, violations: [], failures: [] },
  };
}

export function addOutcome(tally: FaultTally, { seed, strikes, recoveredInMs, report }: Outcome): void {
  tally.runs++;
  tally.strikes += strikes;
  tally.answers += report.answers;
  tally.allows += report.allows;
  tally.denials += report.denials;
  tally.silences += report.silences;
  tally.commits += report.commits.committed;
  for (const [code, count] of Object.entries(report.refusals)) {
    tally.refusals[code] = (tally.refusals[code] ?? 0) + count;
  }
  tally.oldestMs = Math.max(tally.oldestMs, report.oldestMs);
  tally.longestGapMs = Math.max(tally.longestGapMs, report.longestGapMs);
  tally.longestRecoveryMs = Math.max(tally.longestRecoveryMs, Math.round(recoveredInMs));
  tally.violations.push(...report.violations.map(({ rule, says }) => ({ seed, rule, says })));
}

/** Of runs beside each other, with other seeds. */
export function joinTallies(one: FaultTally, other: FaultTally): FaultTally {
  const joined = { ...one, refusals: { ...one.refusals } };
  for (const key of ['runs', 'strikes', 'answers', 'allows', 'denials', 'silences', 'commits'] as const) {
    joined[key] += other[key];
  }
  for (const key of ['oldestMs', 'longestGapMs', 'longestRecoveryMs'] as const) {
    joined[key] = Math.max(one[key], other[key]);
  }
  for (const [code, count] of Object.entries(other.refusals)) {
    joined.refusals[code] = (joined.refusals[code] ?? 0) + count;
  }
  joined.violations = [...one.violations, ...other.violations];
  joined.failures = [...one.failures, ...other.failures];
  return joined;
}
