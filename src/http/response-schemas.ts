import { z } from 'zod';
import { ADMIN_CODES, DECISION_CODES } from './problem.ts';

/** The answers as documented; tests hold what goes out against them. */
const described = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description });

const fields = {
  id: described(z.uuid(), 'Names this decision in the records.'),
  reasons: described(z.array(z.string()), 'Stable codes, sorted; empty on an allow. What each means: reasons.md.'),
  basis: described(
    z.enum(['self', 'statutory', 'appointed', 'mandate', 'chain', 'portal']).nullable(),
    'On what ground; null when there is none.',
  ),
  mandates: described(z.array(z.string()), 'Ids of the mandates on the reported path.'),
  branches: described(
    z.union([z.literal('all'), z.array(z.string())]).nullable(),
    'The branches for which it may be done: to fill in beforehand.',
  ),
  branch_verified: described(z.boolean(), 'False when the branch asked for could not be checked against a register.'),
  changes_at: described(
    z.iso.datetime().nullable(),
    'When this answer changes by itself at the earliest; null when no such moment can be told. No licence to cache.',
  ),
  loa_required: described(
    z.enum(['eh2', 'eh2plus', 'eh3', 'eh4']).nullable(),
    'On a denial that a stronger login would lift: the level it takes.',
  ),
  services: described(
    z.array(z.string()).nullable(),
    'Of a portal: the ServiceIDs behind it that are allowed. Ask each again before it is used.',
  ),
  holders_required: described(z.int().nullable(), 'Joint authority: how many must act together.'),
  follow_up: described(
    z.strictObject({ to: z.enum(['delegate', 'represented', 'both']), delegate_may_read: z.boolean() }).nullable(),
    'Who receives follow-up mail, and whether the delegate may read it.',
  ),
  policy_revision: described(z.string(), 'The policy that decided.'),
  data_revision: described(
    z.string(),
    'The data it decided on: epoch.n. Send it back as min_revision to read your own writes.',
  ),
  data_age_ms: described(z.number(), 'How old that data may be at most, in milliseconds.'),
};

const { id, ...said } = fields;

export const decisionAnswer = z.strictObject({ id, allow: z.boolean(), ...said }).meta({ title: 'The short answer' });

const { reasons, mandates, branch_verified, policy_revision, data_revision, data_age_ms, ...absentable } = said;
const always = { id, reasons, mandates, branch_verified, policy_revision, data_revision, data_age_ms };
const context = z.strictObject({ ...always, ...z.object(absentable).partial().shape });

/** AuthZEN omits what is null. */
export const evaluationResponse = z
  .strictObject({ decision: z.boolean(), context })
  .meta({ title: "AuthZEN's answer" });

const fault = z.strictObject({
  at: described(z.string(), 'JSON Pointer, or the name of a header.'),
  message: z.string(),
});
const itemError = z.strictObject({
  decision: z.literal(false),
  context: z.strictObject({
    error: z.strictObject({
      status: z.int(),
      code: z.enum(DECISION_CODES),
      message: z.string(),
      errors: z.array(fault).optional(),
    }),
  }),
});

export const evaluationsResponse = z
  .strictObject({ evaluations: z.array(z.union([evaluationResponse, itemError])) })
  .meta({ title: 'One answer for each item, in order; a semantic that ends early leaves the rest out' });

const problemOf = (codes: readonly string[]) =>
  z.strictObject({
    type: z.string(),
    status: z.int(),
    title: z.string(),
    detail: z.string(),
    code: z.enum(codes),
    request_id: z.string(),
    errors: z.array(fault).optional(),
  });

export const problem = problemOf(DECISION_CODES).meta({ title: 'Why there is no answer (RFC 9457)' });

const { errors } = problem.shape;

/** Of the admin API. */
export const adminProblem = problemOf(ADMIN_CODES)
  .extend({
    errors: described(
      errors,
      'Every fault: at is a JSON Pointer in the body, ?name in the query, {name} in the path, or the name of a header.',
    ),
    reasons: described(z.array(z.string()), 'Why the rules refuse the act; codes of reasons.md.').optional(),
  })
  .meta({ title: 'Why it was not done (RFC 9457)' });

export const metadata = z
  .strictObject({
    policy_decision_point: z.url(),
    access_evaluation_endpoint: z.url(),
    access_evaluations_endpoint: z.url(),
    search_subject_endpoint: z.url().optional(),
    search_resource_endpoint: z.url().optional(),
    search_action_endpoint: z.url().optional(),
  })
  .meta({ title: 'AuthZEN metadata' });
