import { z } from 'zod';

/** Entrypoint that says whom or what a search may find; a policy that only decides has none. */
export const CANDIDATES_ENTRYPOINT = 'authz/candidates';

/** Somebody or something that might be a result: the decision says whether it is. */
export interface CandidateParty {
  type: string;
  id: string;
  properties?: Record<string, unknown>;
}

export interface CandidateAction {
  name: string;
  properties?: Record<string, unknown>;
}

export type Candidate = CandidateParty | CandidateAction;

/**
 * Texts as long as evaluation takes them, so that each result can be asked about (a test holds both together). All
 * candidates come of one evaluation, beside which no decision is made: so there is a most of them.
 */
export const CANDIDATE_LIMITS = { type: 64, id: 200, name: 256, properties: 8192, depth: 8, candidates: 10_000 };

const LEGIBLE = /^[^\p{Cc}\p{Cs}]+$/u;
const text = (max: number) => z.string().max(max).regex(LEGIBLE);
const properties = z
  .record(z.string(), z.unknown())
  .refine((value) => isWithin(value, CANDIDATE_LIMITS.depth))
  .refine((value) => JSON.stringify(value).length <= CANDIDATE_LIMITS.properties)
  .exactOptional();

const form: z.ZodType<Candidate[]> = z
  .array(
    z.union([
      z.strictObject({ type: text(CANDIDATE_LIMITS.type), id: text(CANDIDATE_LIMITS.id), properties }),
      z.strictObject({ name: text(CANDIDATE_LIMITS.name), properties }),
    ]),
  )
  .max(CANDIDATE_LIMITS.candidates);

/** What `authz/candidates` answered, or what is wrong with it; never with the ids that it holds. */
export function readCandidates(value: unknown): readonly Candidate[] | string {
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  const [at] = parsed.error.issues[0]?.path ?? [];
  if (at !== undefined) return `the candidate at ${String(at)} is none: {type, id} or {name}, and properties`;
  return `the candidates are no list of at most ${CANDIDATE_LIMITS.candidates}`;
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((item) => isWithin(item, depth - 1));
}
