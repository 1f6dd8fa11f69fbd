import { z } from 'zod';
import { parseMoment } from './amsterdam.ts';

/**
 * The register file as cases and tests read it: a second reading, on purpose independent of the importer's own schema, so that
 * the two check each other (test/conformance/facts.test.ts).
 */
const moment = z.string().transform((text, context) => {
  const at = parseMoment(text);
  if (at !== undefined) return at;
  context.addIssue({ code: 'custom', message: `is no date and no RFC 3339 moment: ${text}` });
  return z.NEVER;
});

const loa = z.enum(['eh2', 'eh2plus', 'eh3', 'eh4']);
const kind = z.enum(['employee', 'business', 'voluntary', 'statutory', 'appointed']);
const ground = z.enum([
  'signatory',
  'owner',
  'parental_authority',
  'curatele',
  'bewind',
  'mentorschap',
  'bankruptcy_curator',
  'liquidator',
]);
const followUp = z.enum(['delegate', 'represented', 'both']);
const state = z.enum(['bankrupt', 'wsnp', 'dissolved', 'deregistered', 'deceased', 'curatele', 'bewind']);

const instance = z.strictObject({
  service_id: z.string(),
  owner: z.string(),
  active: z.boolean().optional(),
  loa: loa.optional(),
  kinds: z.array(kind).optional(),
  grounds: z.array(ground).optional(),
  chains: z.boolean().optional(),
  branches: z.boolean().optional(),
});

const service = z.strictObject({
  uuid: z.string(),
  name: z.string(),
  description: z.string().optional(),
  consequence: z.string().optional(),
  loa,
  kinds: z.array(kind),
  grounds: z.array(ground).default([]),
  domain: z.enum(['assets', 'personal_care', 'general']).default('general'),
  classification: z.string().optional(),
  chains: z.boolean().default(false),
  branches: z.boolean().default(false),
  operations: z.array(z.string()).optional(),
  follow_up: followUp.default('delegate'),
  active: z.boolean().default(true),
  instances: z.array(instance).default([]),
});

const party = z.strictObject({
  key: z.string(),
  kind: z.enum(['organisation', 'person']),
  name: z.string().optional(),
  identifiers: z.array(z.string()).default([]),
  means: z
    .array(z.strictObject({ id: z.string(), active: z.boolean().default(true), owner: z.string().optional() }))
    .default([]),
  birth_date: z.string().optional(),
  states: z
    .array(z.strictObject({ state, since: moment, until: moment.optional(), cause: z.string().optional() }))
    .default([]),
  branches: z.array(z.strictObject({ number: z.string(), name: z.string().optional() })).default([]),
});

const mandate = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  kind,
  ground: ground.optional(),
  represented: z.string(),
  delegate: z.string(),
  delegate_branch: z.string().optional(),
  status: z
    .enum(['requested', 'offered', 'active', 'suspended', 'revoked', 'rejected', 'withdrawn', 'lapsed'])
    .default('active'),
  services: z.array(z.string()).default([]),
  sets: z.array(z.strictObject({ set: z.string(), version: z.int() })).default([]),
  owner: z.string().optional(),
  all_services: z.boolean().default(false),
  operations: z.union([z.literal('all'), z.array(z.string())]),
  branches: z.union([z.literal('all'), z.array(z.string())]),
  cases: z.union([z.literal('all'), z.array(z.strictObject({ service: z.string(), case: z.string() }))]),
  loa,
  reach: z.enum(['own', 'clients', 'both']).optional(),
  substitution: z.boolean().default(false),
  derived_from: z.string().optional(),
  joint: z.strictObject({ required: z.int(), with: z.array(z.string()) }).optional(),
  valid_from: moment,
  valid_until: moment.optional(),
  granted_by: z.string().optional(),
  granted_at: moment.optional(),
  granted_under: z.enum(['bankruptcy_curator', 'liquidator', 'appointed', 'curatele', 'bewind']).optional(),
  evidence: z
    .array(z.strictObject({ kind: z.string(), reference: z.string().optional(), checked_at: z.string().optional() }))
    .optional(),
  channel: z.enum(['digital', 'paper']).optional(),
  survivor: z.boolean().default(false),
  follow_up: followUp.optional(),
  reads_messages: z.boolean().default(false),
});

export const registerFile = z.strictObject({
  source: z.string(),
  service_owners: z.array(z.strictObject({ oin: z.string(), name: z.string() })).default([]),
  services: z.array(service).default([]),
  portals: z.array(z.strictObject({ service_id: z.string(), sub_services: z.array(z.string()) })).default([]),
  sets: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        owner: z.string(),
        version: z.int(),
        members: z.array(z.strictObject({ service: z.string(), since: z.int(), until: z.int().optional() })),
      }),
    )
    .default([]),
  parties: z.array(party).default([]),
  mandates: z.array(mandate).default([]),
});

export type RegisterFile = z.output<typeof registerFile>;
export type RegisterFileText = z.input<typeof registerFile>;
