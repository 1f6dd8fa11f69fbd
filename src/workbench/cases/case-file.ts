import { z } from 'zod';

/** A conformance case as it is written; docs/conformance.md tells how. Moments stay text here. */
const loa = z.string();
const moment = z.string();

const party = z.strictObject({
  key: z.string(),
  kind: z.enum(['organisation', 'person']).default('organisation'),
  identifiers: z.array(z.string()).optional(),
  means: z.array(z.strictObject({ active: z.boolean() })).optional(),
  birth_date: z.string().optional(),
  states: z.array(z.strictObject({ state: z.string(), since: moment, until: moment.optional() })).optional(),
  /** `#n` stands for a branch number that only this case uses. */
  branches: z.array(z.string()).optional(),
});

const mandate = z.strictObject({
  name: z.string(),
  id: z.uuid().optional(),
  kind: z.enum(['employee', 'business', 'voluntary', 'statutory', 'appointed']),
  ground: z.string().optional(),
  represented: z.string(),
  delegate: z.string(),
  status: z.string().optional(),
  services: z.array(z.string()).optional(),
  sets: z.array(z.strictObject({ set: z.string(), version: z.int() })).optional(),
  owner: z.string().optional(),
  all_services: z.boolean().optional(),
  operations: z.union([z.literal('all'), z.array(z.string())]).default('all'),
  branches: z.union([z.literal('all'), z.array(z.string())]).default('all'),
  cases: z.union([z.literal('all'), z.array(z.strictObject({ service: z.string(), case: z.string() }))]).default('all'),
  loa: loa.default('eh4'),
  reach: z.enum(['own', 'clients', 'both']).optional(),
  substitution: z.boolean().optional(),
  derived_from: z.string().optional(),
  joint: z.strictObject({ required: z.int(), with: z.array(z.string()) }).optional(),
  valid_from: moment.default('2026-01-01'),
  /** null: open-ended. */
  valid_until: moment.nullable().optional(),
  granted_at: moment.optional(),
  granted_under: z.string().optional(),
  survivor: z.boolean().optional(),
  follow_up: z.string().optional(),
  reads_messages: z.boolean().optional(),
});

const request = z.strictObject({
  actor: z.string(),
  loa: loa.optional(),
  represented: z.string(),
  branch: z.string().optional(),
  service: z.string(),
  operation: z.string().optional(),
  case: z.string().optional(),
  via: z.string().optional(),
  min_loa: z.string().optional(),
  together: z.array(z.strictObject({ id: z.string(), loa: loa.optional() })).optional(),
  time: moment.optional(),
});

const expectation = z
  .strictObject({
    allow: z.boolean(),
    reasons: z.array(z.string()).optional(),
    basis: z.enum(['self', 'mandate', 'chain', 'statutory', 'appointed', 'portal']).nullable().optional(),
    mandates: z.array(z.string()).optional(),
    branches: z
      .union([z.literal('all'), z.array(z.string())])
      .nullable()
      .optional(),
    branch_verified: z.boolean().optional(),
    changes_at: moment.nullable().optional(),
    loa_required: z.string().nullable().optional(),
    services: z.array(z.string()).nullable().optional(),
    holders_required: z.int().nullable().optional(),
    follow_up: z.strictObject({ to: z.string(), delegate_may_read: z.boolean() }).nullable().optional(),
  })
  .refine(({ allow, basis }) => !allow || typeof basis === 'string', 'an allow says its basis')
  .refine(({ allow, reasons }) => allow || (reasons?.length ?? 0) > 0, 'a denial gives its reasons')
  .refine(({ allow, reasons }) => !allow || reasons === undefined, 'an allow has no reasons');

export const caseFile = z.array(
  z.strictObject({
    title: z.string().min(10),
    requirements: z.array(z.string().regex(/^R([1-9]\d?|1[0-3]\d|140)$/)).min(1),
    at: moment.default('2026-11-21T12:00:00+01:00'),
    register: z
      .strictObject({
        organisations: z.array(z.string()).default([]),
        people: z.array(z.string()).default([]),
        parties: z.array(party).default([]),
        mandates: z.array(mandate).default([]),
      })
      .prefault({}),
    /** Why no register can hold this: the database refuses it, so that it is not tried over HTTP. */
    unstorable: z.string().optional(),
    request,
    expect: expectation,
  }),
);

export type CaseText = z.output<typeof caseFile>[number];
