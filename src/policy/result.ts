import type { Basis, Verdict } from '../domain/evaluation.ts';
import type { FollowUp, Loa } from '../domain/facts.ts';

/** What a bundle with `input: authzen` answers: AuthZEN's own shape. */
export interface AuthzenAnswer {
  decision: boolean;
  context?: Record<string, unknown>;
}

const BASES: Record<Basis, true> = {
  self: true,
  statutory: true,
  appointed: true,
  mandate: true,
  chain: true,
  portal: true,
};
const LOAS: Record<Loa, true> = { eh2: true, eh2plus: true, eh3: true, eh4: true };
const FOLLOW_UPS: Record<FollowUp, true> = { delegate: true, represented: true, both: true };

type Check = (value: unknown) => boolean;

const isBoolean: Check = (value) => typeof value === 'boolean';
const isWhole: Check = (value) => value === null || Number.isSafeInteger(value);
const isLoa: Check = (value) => value === null || isOneOf(LOAS, value);
const isBasis: Check = (value) => value === null || isOneOf(BASES, value);

function isTexts(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (const item of value) if (typeof item !== 'string') return false;
  return true;
}

function isOneOf(names: object, value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(names, value);
}

/** The first field that is not well-formed. One by one: a table of checks took more than the checks. */
function malformed(verdict: Record<keyof Verdict, unknown>): keyof Verdict | undefined {
  if (!isBoolean(verdict.allow)) return 'allow';
  if (!isTexts(verdict.reasons)) return 'reasons';
  if (!isBasis(verdict.basis)) return 'basis';
  if (!isTexts(verdict.mandates)) return 'mandates';
  if (verdict.branches !== null && verdict.branches !== 'all' && !isTexts(verdict.branches)) return 'branches';
  if (!isBoolean(verdict.branch_verified)) return 'branch_verified';
  if (!isWhole(verdict.changes_at)) return 'changes_at';
  if (!isLoa(verdict.loa_required)) return 'loa_required';
  if (verdict.services !== null && !isTexts(verdict.services)) return 'services';
  if (!isWhole(verdict.holders_required)) return 'holders_required';
  if (verdict.follow_up !== null && !isFollowUp(verdict.follow_up)) return 'follow_up';
  return undefined;
}

/** What a policy says, not checked yet: undefined is what it left out. Always the same fields, so that it is read quickly. */
export class Said implements Record<keyof Verdict, unknown> {
  allow: unknown = undefined;
  reasons: unknown = undefined;
  basis: unknown = undefined;
  mandates: unknown = undefined;
  branches: unknown = undefined;
  branch_verified: unknown = undefined;
  changes_at: unknown = undefined;
  loa_required: unknown = undefined;
  services: unknown = undefined;
  holders_required: unknown = undefined;
  follow_up: unknown = undefined;
}

export const FIELDS: ReadonlySet<string> = new Set(Object.keys(new Said()));
const NO_TEXTS: readonly string[] = Object.freeze([]);

/** `[]` is what an undefined entrypoint gives; anything but one result is no decision. */
export function onlyResult(set: unknown): { value: unknown } | undefined {
  if (!Array.isArray(set) || set.length !== 1) return undefined;
  const [only]: unknown[] = set;
  return typeof only === 'object' && only !== null && 'result' in only ? { value: only.result } : undefined;
}

/**
 * The verdict, or what is wrong with it. What the policy has nothing to say of it may leave out, and says nothing:
 * but `allow` and `branch_verified` it always says, an allow is whole (a basis, mandates, no reasons), a denial has
 * reasons, and a field of any other name is a fault.
 */
export function readVerdict(value: unknown): Verdict | string {
  if (!isObject(value)) return 'the decision is no object';
  const { allow } = value;
  const verdict = {
    allow,
    reasons: allow === true ? (value.reasons ?? NO_TEXTS) : value.reasons,
    basis: value.basis ?? null,
    mandates: allow === true ? value.mandates : (value.mandates ?? NO_TEXTS),
    branches: value.branches ?? null,
    branch_verified: value.branch_verified,
    changes_at: value.changes_at ?? null,
    loa_required: value.loa_required ?? null,
    services: value.services ?? null,
    holders_required: value.holders_required ?? null,
    follow_up: readFollowUp(value.follow_up),
  };
  const unknown = unknownField(value);
  if (unknown !== undefined) return `the decision has an unknown field ${unknown}`;
  const fault = malformed(verdict);
  if (fault !== undefined) return `the decision has no well-formed ${fault}`;
  // All fields have just been checked.
  return whole(verdict as Verdict);
}

function unknownField(value: object): string | undefined {
  if (value instanceof Said) return undefined;
  for (const field in value) if (!FIELDS.has(field)) return field;
  return undefined;
}

function whole(verdict: Verdict): Verdict | string {
  if (!verdict.allow) return verdict.reasons.length === 0 ? 'a denial without reasons' : verdict;
  return verdict.reasons.length > 0 || verdict.basis === null ? 'an allow with reasons or no basis' : verdict;
}

/** The answer of a bundle that reads the bare AuthZEN request, or what is wrong with it. */
export function readAuthzenAnswer(value: unknown): AuthzenAnswer | string {
  if (!isObject(value)) return 'the decision is no object';
  const { decision, context } = value;
  if (typeof decision !== 'boolean') return 'the decision has no boolean decision';
  if (context === undefined) return { decision };
  return isObject(context) ? { decision, context } : 'the context of the decision is no object';
}

/** Whether the delegate may read what follows is said only when he may. */
function readFollowUp(value: unknown): unknown {
  if (!isObject(value)) return value ?? null;
  return { to: value.to, delegate_may_read: value.delegate_may_read ?? false };
}

function isFollowUp(value: unknown): boolean {
  return isObject(value) && isOneOf(FOLLOW_UPS, value.to) && isBoolean(value.delegate_may_read);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
