import type { Decision } from '../domain/evaluation.ts';

/** The flat answer of POST /v1/decision; on the AuthZEN paths the same fields stand in `context`, without nulls. */
export type Answer = Omit<Decision, 'changes_at'> & { changes_at: string | null };

/** A decision as it goes out: these fields and no others. Reasons withheld from this caller read `not_entitled` already. */
export function toAnswer(decision: Decision): Answer {
  const { reasons, changes_at } = decision;
  // The moment at which a curatele ends would tell what the reason does not.
  const withheld = changes_at === null || reasons.includes('not_entitled');
  return {
    id: decision.id,
    allow: decision.allow,
    reasons,
    basis: decision.basis,
    mandates: decision.mandates,
    branches: decision.branches,
    branch_verified: decision.branch_verified,
    changes_at: withheld ? null : toTime(changes_at),
    loa_required: decision.loa_required,
    services: decision.services,
    holders_required: decision.holders_required,
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

function withoutNulls(fields: Partial<Answer>): Partial<Answer> {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}

/** RFC 3339 in UTC. A moment beyond the year 9999 has no such form and is as good as never. */
function toTime(ms: number): string | null {
  return ms < 253_402_300_800_000 ? new Date(ms).toISOString() : null;
}
