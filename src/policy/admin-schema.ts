import { z } from 'zod';
import { ACTS, INTERVENTIONS, SYSTEM_ROLES } from '../domain/administration.ts';
import {
  AUTHORITIES,
  DOMAINS,
  FOLLOW_UPS,
  GROUNDS,
  LOAS,
  MANDATE_KINDS,
  MANDATE_STATUSES,
  PARTY_KINDS,
  PARTY_STATES,
  REACHES,
} from '../domain/facts.ts';
import type { AdminInput } from './admin-input.ts';

/**
 * The schema of what `admin/decision` reads, which is an `AdminInput` as it is: `npm run build:policy` writes it to
 * policies/schemas/admin.json, against which `opa check` reads the rules. Evaluation does not use it.
 */
const moment = z.int().describe('milliseconds since 1970, UTC');
const id = z.string().min(1);
const truth = z.literal(true);
const allOrSome = z.union([z.literal('all'), z.array(z.string())]);

const Loa = z.enum(LOAS);
const Kind = z.enum(MANDATE_KINDS);
const Ground = z.enum(GROUNDS);
const FollowUp = z.enum(FOLLOW_UPS);

const Party = z
  .object({
    party_id: id,
    kind: z.enum(PARTY_KINDS),
    states: z.array(z.object({ state: z.enum(PARTY_STATES), since: moment, until: moment.exactOptional() })),
    birth_date: z.string().exactOptional(),
    kvk: z.string().exactOptional(),
    has_branches: z.boolean(),
  })
  .meta({ id: 'Party' });

const Participant = z.object({
  party: Party.exactOptional(),
  means: z.object({ active: z.boolean() }).exactOptional(),
  loa: z.string().exactOptional(),
});

const Terms = z
  .object({
    active: z.boolean(),
    loa: Loa,
    kinds: z.partialRecord(Kind, truth),
    grounds: z.partialRecord(Ground, truth),
    chains: z.boolean(),
    branches: z.boolean(),
  })
  .meta({ id: 'Terms' });

const Service = z
  .object({
    service_id: id,
    service_uuid: id,
    owner: id,
    domain: z.enum(DOMAINS),
    definition: Terms,
    instance: Terms,
    sets: z.record(z.string(), z.int()),
    sub_services: z.array(z.string()),
    follow_up: FollowUp,
  })
  .meta({ id: 'Service' });

const mandateFacts = {
  mandate_id: id,
  kind: Kind,
  ground: Ground.exactOptional(),
  status: z.enum(MANDATE_STATUSES),
  valid_from: moment,
  valid_until: moment.exactOptional(),
  loa: Loa,
  reach: z.enum(REACHES).exactOptional(),
  operations: allOrSome,
  branches: allOrSome,
  cases: allOrSome,
  joint: z.object({ required: z.int(), with: z.array(id) }).exactOptional(),
  granted_under: z.enum(AUTHORITIES).exactOptional(),
  granted_at: moment,
  survivor: truth.exactOptional(),
  derived_from: z.object({ mandate_id: id, delegate: id }).exactOptional(),
  follow_up: FollowUp.exactOptional(),
  reads_messages: truth.exactOptional(),
  substitution: truth.exactOptional(),
};

const Scope = z.discriminatedUnion('by', [
  z.object({ by: z.literal('service') }),
  z.object({ by: z.literal('set'), set: id, version: z.int() }),
  z.object({ by: z.literal('owner') }),
  z.object({ by: z.literal('everything') }),
]);
const Mandate = z.object({ ...mandateFacts, scope: Scope }).meta({ id: 'Mandate' });
const PathMandate = Mandate.extend({
  parent: z.object({ mandate: Mandate.exactOptional(), delegate: Party.exactOptional() }).exactOptional(),
}).meta({ id: 'PathMandate' });

const Managing = z
  .object({
    now: moment,
    request: z.object({
      loa: z.string().exactOptional(),
      min_loa: z.string().exactOptional(),
      branch: z.string().exactOptional(),
      operation: z.string().exactOptional(),
      case: z.string().exactOptional(),
    }),
    actor: Participant,
    represented: z.object({ party: Party.exactOptional(), branch_registered: z.boolean().exactOptional() }),
    via: z.object({ party: Party.exactOptional() }).exactOptional(),
    together: z.array(Participant),
    service_missing: z.enum(['unknown', 'ambiguous']).exactOptional(),
    portal: Service.exactOptional(),
    services: z.array(
      z.object({
        service: Service,
        direct: z.array(PathMandate),
        chains: z.array(z.object({ intermediary: Party, first: z.array(PathMandate), second: z.array(PathMandate) })),
      }),
    ),
    via_needed: z.boolean(),
  })
  .meta({ id: 'Managing' });

const Side = z
  .object({
    party: Party,
    managing: Managing.exactOptional(),
    representatives: z.array(z.object({ mandate: PathMandate, managing: Managing })),
  })
  .meta({ id: 'Side' });

const ActMandate = z
  .object({
    ...mandateFacts,
    represented: id,
    represented_kind: z.enum(PARTY_KINDS),
    delegate: id,
    delegate_kind: z.enum(PARTY_KINDS),
    services: z.array(z.object({ service_uuid: id, domain: z.enum(DOMAINS), owners: z.array(id), terms: Terms })),
    owner: id.exactOptional(),
    all_services: truth.exactOptional(),
    channel: z.enum(['digital', 'paper']),
    evidence: z.array(z.string()),
    granted_by: id.exactOptional(),
    renews: id.exactOptional(),
    suspended_by: z.string().exactOptional(),
  })
  .meta({ id: 'ActMandate' });

/** What `admin/decision` reads. */
export const AdminInputSchema = z.object({
  now: moment,
  act: z.object({
    name: z.enum(ACTS),
    current: ActMandate.exactOptional(),
    mandate: ActMandate.exactOptional(),
    parent: ActMandate.exactOptional(),
    owners: z.array(id).exactOptional(),
    code_verified: z.boolean().exactOptional(),
    deviation: z.string().exactOptional(),
    signed: z.boolean().exactOptional(),
    verified_by: z.array(z.string()).exactOptional(),
    managers_left: z.int().exactOptional(),
    paper: z.object({ signed_by: id, loa: Loa, evidence: z.array(z.string()) }).exactOptional(),
    identified_at: Loa.exactOptional(),
    means_owner: id.exactOptional(),
    intervention: z.enum(INTERVENTIONS).exactOptional(),
  }),
  actor: Participant.exactOptional(),
  system: z.object({ role: z.enum(SYSTEM_ROLES), owner: id.exactOptional() }).exactOptional(),
  manage_service: z.string(),
  represented: Side.exactOptional(),
  delegate: Side.exactOptional(),
  parent_delegate: Side.exactOptional(),
});

/** The schema takes what the type says, and the type what the schema takes: `tsc` fails when one of them moves. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
export const SAME_AS_TYPE: Same<z.infer<typeof AdminInputSchema>, AdminInput> = true;

/** The text of policies/schemas/admin.json. */
export function adminSchemaText(): string {
  const schema = z.toJSONSchema(AdminInputSchema, { target: 'draft-7', io: 'output', reused: 'inline' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
