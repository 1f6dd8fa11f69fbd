import type { Verdict } from '../../src/domain/evaluation.ts';
import { loaOfRank } from './levels.ts';
import { boundaries, type Path } from './paths.ts';
import type { Link } from './scan.ts';

/** What an answer says, without what only an engine can know. */
export type OracleVerdict = Omit<Verdict, 'branch_verified' | 'follow_up'>;

export const DENIED: OracleVerdict = {
  allow: false,
  reasons: [],
  basis: null,
  mandates: [],
  branches: null,
  changes_at: null,
  loa_required: null,
  services: null,
  holders_required: null,
};

/** A stronger login alone lifts these. */
const LOGIN_REASONS = new Set(['loa_missing', 'loa_unknown', 'loa_insufficient']);

/** The fewest failed rules, then the order of paths, then the latest end, then the id. */
export function rank(a: Path, b: Path): number {
  return (
    a.failures.size - b.failures.size || a.order - b.order || compare(endOf(b), endOf(a)) || compare(idOf(a), idOf(b))
  );
}

function compare<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function endOf(path: Path): number {
  return Math.min(...path.links.map(({ facts }) => facts.valid_until ?? Number.POSITIVE_INFINITY));
}

function idOf(path: Path): string {
  return path.links.map(({ facts }) => facts.mandate_id).join(' ');
}

/** A parent comes before its onward mandate. */
function mandatesOf({ facts }: Link): string[] {
  return facts.derived_from ? [facts.derived_from.mandate_id, facts.mandate_id] : [facts.mandate_id];
}

export interface Timeline {
  now: number;
  moments: number[];
}

/** `level` is what the login must reach; undefined where no login helps. */
export function report(path: Path, level: number | undefined, { now, moments }: Timeline): OracleVerdict {
  const reasons = [...path.failures].sort();
  const allow = reasons.length === 0;
  const liftable = !allow && reasons.every((reason) => LOGIN_REASONS.has(reason));
  const limits = path.links[0]?.facts.branches ?? 'all';
  return {
    ...DENIED,
    allow,
    reasons,
    basis: allow ? path.basis : null,
    mandates: allow ? path.links.flatMap(mandatesOf) : [],
    branches: allow || reasons.includes('branch_required') ? limits : null,
    changes_at: firstAfter(now, allow ? boundaries(path) : moments),
    loa_required: liftable && level !== undefined ? loaOfRank(level) : null,
    holders_required: reasons.includes('joint_authority_required') ? path.holders : null,
  };
}

export function nobody(common: string[], viaNeeded: boolean, { now, moments }: Timeline): OracleVerdict {
  const reasons = new Set([...common, ...(viaNeeded ? [] : ['no_mandate'])]);
  return { ...DENIED, reasons: [...reasons].sort(), changes_at: firstAfter(now, moments) };
}

export function firstAfter(now: number, moments: number[]): number | null {
  const later = moments.filter((moment) => moment > now);
  return later.length === 0 ? null : Math.min(...later);
}

export function withReason(verdict: OracleVerdict, reason: string): OracleVerdict {
  return { ...verdict, reasons: [...verdict.reasons, reason].sort(), loa_required: null };
}
