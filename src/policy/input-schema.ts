import { z } from 'zod';
import { AUTHORITIES, FOLLOW_UPS, GROUNDS, LOAS, MANDATE_KINDS, PARTY_STATES } from '../domain/facts.ts';

/**
 * The schema of what rules read, which is a `PolicyInput` trimmed (trim.ts): `npm run build:policy` writes it to
 * policies/schemas/input.json, against which `opa check` reads the rules. Evaluation does not use it: the input is made
 * of facts that were checked at their edge.
 */
const moment = z.int().describe('milliseconds since 1970, UTC');
const id = z.string().min(1);
const truth = z.literal(true);

const Loa = z.enum(LOAS);
const Kind = z.enum(MANDATE_KINDS);
const Ground = z.enum(GROUNDS);
const FollowUp = z.enum(FOLLOW_UPS);

const State = z
  .object({
    state: z.enum(PARTY_STATES),
    since: moment,
    until: moment.exactOptional(),
  })
  .meta({ id: 'State' });

const Party = z
  .object({
    party_id: id.exactOptional(),
    kind: z.enum(['organisation', 'person']),
    states: z.array(State),
    birth_date: z.iso.date().exactOptional(),
    kvk: z
      .string()
      .regex(/^[0-9]{8}$/)
      .exactOptional(),
    has_branches: z.boolean().exactOptional(),
  })
  .meta({ id: 'Party' });

const Means = z.object({ active: z.boolean() });

const Participant = z.object({
  party: Party.exactOptional(),
  means: Means.exactOptional(),
  loa: z.string().exactOptional(),
});

const Terms = z
  .object({
    active: truth.exactOptional(),
    loa: Loa,
    kinds: z.partialRecord(Kind, truth),
    grounds: z.partialRecord(Ground, truth).exactOptional(),
    chains: truth.exactOptional(),
    branches: truth.exactOptional(),
  })
  .meta({ id: 'Terms' });

const Service = z
  .object({
    service_id: id,
    domain: z.enum(['assets', 'personal_care', 'general']),
    definition: Terms,
    instance: Terms,
    sets: z.record(z.string(), z.int()).exactOptional(),
    follow_up: FollowUp,
  })
  .meta({ id: 'Service' });

const Scope = z.discriminatedUnion('by', [
  z.object({ by: z.literal('service') }),
  z.object({ by: z.literal('set'), set: id, version: z.int() }),
  z.object({ by: z.literal('owner') }),
  z.object({ by: z.literal('everything') }),
]);

const allOrSome = z.union([z.literal('all'), z.array(z.string())]);

const Mandate = z
  .object({
    mandate_id: id,
    kind: Kind,
    ground: Ground.exactOptional(),
    status: z.enum(['requested', 'offered', 'active', 'suspended', 'revoked', 'rejected', 'withdrawn', 'lapsed']),
    valid_from: moment,
    valid_until: moment.exactOptional(),
    years: z.int().describe('calendar years begun between valid_from and valid_until').exactOptional(),
    loa: Loa,
    reach: z.enum(['own', 'clients', 'both']).exactOptional(),
    scope: Scope,
    operations: allOrSome,
    branches: allOrSome,
    cases: allOrSome,
    joint: z.object({ required: z.int(), with: z.array(id) }).exactOptional(),
    granted_under: z.enum(AUTHORITIES).exactOptional(),
    granted_at: moment.exactOptional(),
    survivor: truth.exactOptional(),
    derived_from: z.object({ mandate_id: id, delegate: id }).exactOptional(),
    follow_up: FollowUp.exactOptional(),
    reads_messages: truth.exactOptional(),
    substitution: truth.exactOptional(),
  })
  .meta({ id: 'Mandate' });

const PathMandate = Mandate.extend({
  parent: z.object({ mandate: Mandate.exactOptional(), delegate: Party.exactOptional() }).exactOptional(),
}).meta({ id: 'PathMandate' });

const Chain = z.object({ intermediary: Party, first: z.array(PathMandate), second: z.array(PathMandate) });

const Asked = z.object({
  service: Service,
  direct: z.array(PathMandate).exactOptional(),
  chains: z.array(Chain).exactOptional(),
});

/** What `authz/decision` reads. */
export const PolicyInputSchema = z.object({
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
  together: z.array(Participant).exactOptional(),
  service_missing: z.enum(['unknown', 'ambiguous']).exactOptional(),
  portal: Service.exactOptional(),
  services: z.array(Asked),
  via_needed: truth.exactOptional(),
});

/** The text of policies/schemas/input.json. */
export function inputSchemaText(): string {
  const schema = z.toJSONSchema(PolicyInputSchema, { target: 'draft-7', io: 'output', reused: 'inline' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
