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
const isTexts: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');
const isOneOf =
  (names: object): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(names, value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

const CHECKS: Record<keyof Verdict, Check> = {
  allow: isBoolean,
  reasons: isTexts,
  basis: orNull(isOneOf(BASES)),
  mandates: isTexts,
  branches: orNull((value) => value === 'all' || isTexts(value)),
  branch_verified: isBoolean,
  changes_at: orNull(Number.isSafeInteger),
  loa_required: orNull(isOneOf(LOAS)),
  services: orNull(isTexts),
  holders_required: orNull(Number.isSafeInteger),
  follow_up: orNull(isFollowUp),
};
const FIELDS = Object.keys(CHECKS) as (keyof Verdict)[];
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
  for (const field in value) if (!Object.hasOwn(CHECKS, field)) return `the decision has an unknown field ${field}`;
  for (const field of FIELDS) if (!CHECKS[field](verdict[field])) return `the decision has no well-formed ${field}`;
  // All fields have just been checked.
  return whole(verdict as Verdict);
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
  return isObject(value) && isOneOf(FOLLOW_UPS)(value.to) && isBoolean(value.delegate_may_read);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
