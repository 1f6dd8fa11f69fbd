import type { Caller } from '../domain/caller.ts';
import type { Decision } from '../domain/evaluation.ts';

/** Reasons that betray bankruptcy, debt restructuring, dissolution, death, curatele or bewind of somebody. */
const SENSITIVE = new Set([
  'actor_deceased',
  'actor_under_curatele',
  'represented_deceased',
  'represented_under_curatele',
  'represented_under_bewind',
  'represented_bankrupt',
  'represented_in_wsnp',
  'represented_dissolved',
  'intermediary_not_active',
]);

/** The flat answer of POST /v1/decision; on the AuthZEN paths the same fields stand in `context`, without nulls. */
export type Answer = Omit<Decision, 'changes_at'> & { changes_at: string | null };

/** What this caller may see of a decision. Its record keeps the exact reasons. */
export function toAnswer(decision: Decision, { rights }: Caller): Answer {
  const masked = !rights.details && decision.reasons.some((reason) => SENSITIVE.has(reason));
  const { id, allow, basis, mandates, branches, branch_verified, loa_required, services, holders_required } = decision;
  return {
    id,
    allow,
    reasons: masked ? withoutSensitive(decision.reasons) : decision.reasons,
    basis,
    mandates,
    branches,
    branch_verified,
    // The moment at which a curatele ends would tell what the reason does not.
    changes_at: masked || decision.changes_at === null ? null : toTime(decision.changes_at),
    loa_required,
    services,
    holders_required,
    follow_up: decision.follow_up,
    policy_revision: decision.policy_revision,
    data_revision: decision.data_revision,
    data_age_ms: decision.data_age_ms,
  };
}

/** AuthZEN's shape of the same answer. */
export function toAuthzen({ allow, ...context }: Answer): { decision: boolean; context: Partial<Answer> } {
  return { decision: allow, context: withoutNulls(context) };
}

function withoutSensitive(reasons: readonly string[]): string[] {
  const visible = reasons.filter((reason) => !SENSITIVE.has(reason));
  return [...visible, 'not_entitled'].sort();
}

function withoutNulls(fields: Partial<Answer>): Partial<Answer> {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}

/** RFC 3339 in UTC. A moment beyond the year 9999 has no such form and is as good as never. */
function toTime(ms: number): string | null {
  return ms < 253_402_300_800_000 ? new Date(ms).toISOString() : null;
}
