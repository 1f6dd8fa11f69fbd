import { z } from 'zod';
import type { Explained } from '../domain/explanation.ts';

/** Entrypoint that says why; a policy that only decides has none. */
export const EXPLAIN_ENTRYPOINT = 'authz/explain';

const codes = z.array(z.string());

const RuleVerdict = z.strictObject({
  rule: z.string(),
  holds: z.boolean(),
  reasons: codes,
  mandate: z.string().exactOptional(),
});

const ExplainedPath = z.strictObject({
  service_id: z.string(),
  basis: z.enum(['self', 'statutory', 'appointed', 'mandate', 'chain', 'portal', 'none']),
  mandates: z.array(z.string()),
  intermediary: z.string().exactOptional(),
  holds: z.boolean(),
  reasons: codes,
  rules: z.array(RuleVerdict),
});

const form: z.ZodType<Explained> = z.strictObject({
  allow: z.boolean(),
  reasons: codes,
  question: z.array(RuleVerdict),
  paths: z.array(ExplainedPath),
});

/** What `authz/explain` answered, or what is wrong with it: a path holds if, and only if, all of its rules do. */
export function readExplained(value: unknown): Explained | string {
  const parsed = form.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `the explanation has no well-formed ${issue?.path.join('.') || 'shape'}`;
  }
  const { paths } = parsed.data;
  const whole = paths.every(({ holds, rules }) => holds === rules.every((rule) => rule.holds));
  return whole ? parsed.data : 'a path holds though a rule on it fails, or the reverse';
}
