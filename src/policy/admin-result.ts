import { type AdminVerdict, CAPACITIES } from '../domain/administration.ts';

type Check = (value: unknown) => boolean;

const CAPACITY_NAMES: ReadonlySet<unknown> = new Set(CAPACITIES);
const isTexts: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');

const CHECKS: Record<keyof AdminVerdict, Check> = {
  allow: (value) => typeof value === 'boolean',
  reasons: isTexts,
  capacity: (value) => value === null || CAPACITY_NAMES.has(value),
  authority: isTexts,
  holders_required: (value) => value === null || Number.isSafeInteger(value),
};
const FIELDS = Object.keys(CHECKS) as (keyof AdminVerdict)[];

/**
 * The verdict of `admin/decision`, or what is wrong with it. It is always whole: an allow has a capacity and no reasons,
 * a denial has reasons and nothing else.
 */
export function readAdminVerdict(value: unknown): AdminVerdict | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'the decision is no object';
  for (const field in value) if (!Object.hasOwn(CHECKS, field)) return `the decision has an unknown field ${field}`;
  // Its own fields are all named in CHECKS, and are checked one by one.
  const verdict = value as AdminVerdict;
  for (const field of FIELDS) if (!CHECKS[field](verdict[field])) return `the decision has no well-formed ${field}`;
  return whole(verdict);
}

function whole(verdict: AdminVerdict): AdminVerdict | string {
  const { allow, reasons, capacity, authority, holders_required } = verdict;
  if (allow) return capacity === null || reasons.length > 0 ? 'an allow with reasons or no capacity' : verdict;
  if (reasons.length === 0) return 'a denial without reasons';
  const empty = capacity === null && authority.length === 0 && holders_required === null;
  return empty ? verdict : 'a denial that says more than its reasons';
}
