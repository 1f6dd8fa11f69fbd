import { z } from 'zod';
import { decisionAnswer } from './response-schemas.ts';
import { decisionRequest } from './schemas.ts';

/** Between these years the calendar of the rules is exact. */
const FIRST = Date.parse('1996-01-01T00:00:00Z');
const LAST = Date.parse('2099-12-31T23:59:59Z');

const described = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description });

/** POST /v1/explain: the question of POST /v1/decision, and a moment. */
export const explainRequest = decisionRequest
  .extend({
    at: z.iso
      .datetime({ offset: true, abort: true, error: 'must be a moment such as 2027-01-31T12:00:00+01:00' })
      .refine((text) => Date.parse(text) >= FIRST && Date.parse(text) <= LAST, 'must lie in the years 1996 to 2099')
      .meta({ description: 'What would be answered at this moment, on the facts of now? Absent: now.' })
      .optional(),
  })
  .meta({ title: 'Why may this actor act for that party, or not?' });

const reasons = described(z.array(z.string()), 'Codes that its failing gives; none when it holds.');
const ruleVerdict = z.strictObject({
  rule: described(z.string(), 'A key of rules.'),
  holds: z.boolean(),
  reasons,
  mandate: described(z.string(), 'Of which it was asked; absent: the question, or the path as a whole.').optional(),
});
const path = z.strictObject({
  service_id: z.string(),
  basis: z.enum(['self', 'statutory', 'appointed', 'mandate', 'chain', 'portal', 'none']),
  mandates: described(
    z.array(z.string()),
    'Ids, from the represented to the actor; a parent before its onward mandate.',
  ),
  intermediary: described(z.string(), "The intermediary's party_id.").optional(),
  holds: z.boolean(),
  reasons: z.array(z.string()),
  rules: z.array(ruleVerdict),
});
const nearMiss = z.strictObject({
  change: z.enum(['loa', 'branch', 'operation', 'via', 'case', 'moment', 'mandate', 'together']),
  from: described(z.string().nullable(), 'What it was; null: nothing was said.'),
  to: described(z.string(), 'What it would have to be: a level, a branch, a moment, a status, …'),
  mandate: described(z.string(), 'The mandate that would have to be another.').optional(),
  says: described(z.string(), 'The same as a sentence.'),
});
const ruleNote = z.strictObject({
  title: z.string(),
  description: z.string(),
  requirements: z.array(z.string()),
  links: z.array(z.strictObject({ ref: z.string(), description: z.string().optional() })),
  file: z.string(),
  reasons: z.record(z.string(), z.string()),
});

const { id: _, allow, policy_revision, data_revision, data_age_ms, ...verdict } = decisionAnswer.shape;

export const explainAnswer = z
  .strictObject({
    at: described(z.iso.datetime(), 'The moment for which it holds.'),
    allow: described(allow, 'The answer, where no moment was named.').optional(),
    would_allow: described(allow, 'What the answer would be at the moment named: nobody may act on it.').optional(),
    verdict: described(z.strictObject(verdict), 'What POST /v1/decision says besides.'),
    question: described(z.array(ruleVerdict), 'What the rules say of the question itself.'),
    paths: described(z.array(path), 'Every path that was found, those that do not count included.'),
    nearest: described(z.array(nearMiss), 'What, changed alone, would give the other answer.'),
    rules: described(z.record(z.string(), ruleNote), 'What the rules that occur here say of themselves.'),
    policy_revision,
    data_revision,
    data_age_ms,
  })
  .meta({ title: 'Every rule on every path, and what would turn the answer' });
