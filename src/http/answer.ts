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

type Absentable = 'basis' | 'branches' | 'changes_at' | 'loa_required' | 'services' | 'holders_required' | 'follow_up';

/** AuthZEN's shape of the same answer: what is null is left out. */
export function toAuthzen(answer: Answer): { decision: boolean; context: Partial<Answer> } {
  const { id, reasons, mandates, branch_verified, policy_revision, data_revision, data_age_ms } = answer;
  const context: Partial<Answer> = {
    id,
    reasons,
    mandates,
    branch_verified,
    policy_revision,
    data_revision,
    data_age_ms,
  };
  for (const name of ABSENTABLE) add(context, answer, name);
  return { decision: answer.allow, context };
}

const ABSENTABLE: readonly Absentable[] = [
  'basis',
  'branches',
  'changes_at',
  'loa_required',
  'services',
  'holders_required',
  'follow_up',
];

function add<K extends Absentable>(context: Partial<Answer>, answer: Answer, name: K): void {
  if (answer[name] !== null) context[name] = answer[name];
}

/** RFC 3339 in UTC. A moment beyond the year 9999 has no such form and is as good as never. */
export function toTime(ms: number): string | null {
  return ms < 253_402_300_800_000 ? new Date(ms).toISOString() : null;
}
