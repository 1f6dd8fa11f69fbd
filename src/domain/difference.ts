import type { Verdict } from './evaluation.ts';

/**
 * In what two verdicts on one input differ, the gravest first: what was denied is allowed (a wrong allow is the worst
 * there is), what was allowed is denied, another reason for a denial, and anything else that is answered.
 */
export const DIFFERENCES = ['deny_to_allow', 'allow_to_deny', 'reasons', 'details'] as const;
export type DifferenceKind = (typeof DIFFERENCES)[number];

export interface Difference {
  kind: DifferenceKind;
  /** Reason codes that only the first verdict gives, sorted. */
  lost: string[];
  /** Reason codes that only the second verdict gives, sorted. */
  gained: string[];
  /** Of `details`: which fields of the verdict differ. */
  fields: string[];
}

const DETAILS = [
  'basis',
  'mandates',
  'branches',
  'branch_verified',
  'changes_at',
  'loa_required',
  'services',
  'holders_required',
  'follow_up',
] as const satisfies (keyof Verdict)[];

/** Undefined when both answer the same. */
export function differenceOf(before: Verdict, after: Verdict): Difference | undefined {
  const lost = before.reasons.filter((reason) => !after.reasons.includes(reason)).sort();
  const gained = after.reasons.filter((reason) => !before.reasons.includes(reason)).sort();
  const found = (kind: DifferenceKind, fields: string[] = []): Difference => ({ kind, lost, gained, fields });
  if (before.allow !== after.allow) return found(after.allow ? 'deny_to_allow' : 'allow_to_deny');
  if (lost.length > 0 || gained.length > 0) return found('reasons');
  const fields = DETAILS.filter((field) => !isSame(before[field], after[field]));
  return fields.length === 0 ? undefined : found('details', fields);
}

/** The order of a list counts: the first mandate of a chain is the one of the represented. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** Objects that were written in another order are the same. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
