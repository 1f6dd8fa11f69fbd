import { z } from 'zod';
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
import { parseIdentifier } from '../domain/identifier.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** As far from Greenwich as PostgreSQL reads an offset. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-](0\d|1[0-5]):[0-5]\d)$/;

const uuid = z.string().regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/, 'must be a lower-case UUID');
/** PostgreSQL has no place for NUL, and UTF-8 none for half of a pair. */
const isWritable = (value: string) => !value.includes('\0') && !/\p{Cs}/u.test(value);
const text = z
  .string()
  .regex(/\S/, 'must not be empty')
  .max(4000)
  .refine(isWritable, 'must not hold NUL or half of a surrogate pair');
const key = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be a short name: a-z, 0-9, dot, dash, underscore');
const oin = z.string().regex(/^[0-9]{20}$/, 'must be twenty digits in quotes');
const branch = z.string().regex(/^[0-9]{12}$/, 'must be twelve digits in quotes');
const serviceId = z.string().regex(/^[!-"$-~]{1,256}$/, 'must be a ServiceID without spaces or #');
const date = z.string().regex(DATE, 'must be YYYY-MM-DD').refine(isDay, 'is no day of the calendar');
const moment = z
  .string()
  .refine((value) => DATE.test(value) || MOMENT.test(value), 'must be YYYY-MM-DD or RFC 3339 with an offset')
  .refine((value) => isDay(value.slice(0, 10)), 'is no day of the calendar')
  .describe('YYYY-MM-DD is midnight in Europe/Amsterdam; otherwise RFC 3339 with an offset.');

const identifier = z
  .string()
  .refine((urn) => typeof parseIdentifier(urn) !== 'string', {
    error: (issue) => String(parseIdentifier(String(issue.input))),
  })
  .describe('urn:nl:kvk:…, urn:nl:rsin:…, urn:nl:oin:…, urn:nl:bsn:… or urn:etoegang:pseudonym:…');

const loa = z.enum(LOAS);
const kind = z.enum(MANDATE_KINDS);
const ground = z.enum(GROUNDS);
const followUp = z.enum(FOLLOW_UPS);

const serviceOwner = z.strictObject({ oin, name: text });

const instance = z
  .strictObject({
    service_id: serviceId,
    owner: oin,
    active: z.boolean().optional().describe('True for what is new; what is there keeps its own when not given.'),
    loa: loa.optional(),
    kinds: z.array(kind).optional(),
    grounds: z.array(ground).optional(),
    chains: z.boolean().optional(),
    branches: z.boolean().optional(),
  })
  .describe('One provider of the service. What it says may only narrow the definition.');

const service = z.strictObject({
  uuid,
  name: text,
  description: text,
  consequence: text.describe("What mandating it means, in the citizen's words (R55)."),
  classification: text.optional().describe('Code in the national classification of municipal services (R54).'),
  loa,
  kinds: z.array(kind),
  grounds: z.array(ground).default([]),
  domain: z.enum(DOMAINS),
  chains: z.boolean(),
  branches: z.boolean(),
  operations: z.array(text).min(1).optional(),
  follow_up: followUp,
  active: z.boolean().optional().describe('True for what is new; what is there keeps its own when not given.'),
  instances: z.array(instance).default([]),
});

const portal = z.strictObject({ service_id: serviceId, sub_services: z.array(serviceId).min(1) });

const version = z.int().min(1);
const set = z.strictObject({
  id: uuid,
  name: text,
  owner: oin,
  version,
  members: z.array(z.strictObject({ service: uuid, since: version, until: version.optional() })),
});

const states = z.enum(PARTY_STATES);
const party = z.strictObject({
  key: key.describe('Local name, used below; not stored.'),
  kind: z.enum(PARTY_KINDS),
  name: text,
  identifiers: z.array(identifier).default([]),
  means: z
    .array(
      z.strictObject({
        id: identifier,
        active: z.boolean().optional().describe('True for what is new; what is there keeps its own when not given.'),
        owner: key.optional(),
      }),
    )
    .default([]),
  birth_date: date.optional(),
  states: z
    .array(z.strictObject({ state: states, since: moment, until: moment.optional(), cause: text.optional() }))
    .optional()
    .describe('When given, all states of the party by this source: its others are taken away.'),
  branches: z
    .array(z.strictObject({ number: branch, name: text.optional() }))
    .optional()
    .describe('When given, all branches of the party: others are taken away.'),
});

const mandate = z.strictObject({
  id: uuid,
  name: text,
  kind,
  ground: ground.optional(),
  represented: key,
  delegate: key,
  delegate_branch: branch.optional(),
  status: z.enum(MANDATE_STATUSES).default('active'),
  services: z.array(uuid).default([]),
  sets: z.array(z.strictObject({ set: uuid, version })).default([]),
  owner: oin.optional(),
  all_services: z.boolean().default(false),
  operations: z.union([z.literal('all'), z.array(text).min(1)]),
  branches: z.union([z.literal('all'), z.array(branch).min(1)]),
  cases: z.union([
    z.literal('all'),
    z.array(z.strictObject({ service: serviceId, case: z.string().min(1).max(256) })).min(1),
  ]),
  loa,
  reach: z.enum(REACHES).optional().describe('Employees only; own when not given.'),
  substitution: z.boolean().default(false),
  derived_from: uuid.optional(),
  renews: uuid.optional(),
  joint: z.strictObject({ required: z.int().min(2), with: z.array(key).min(1) }).optional(),
  valid_from: moment,
  valid_until: moment.optional(),
  granted_by: key.optional(),
  granted_at: moment.optional().describe('valid_from when not given.'),
  granted_under: z.enum(AUTHORITIES).optional(),
  evidence: z
    .array(
      z.strictObject({
        kind: text,
        reference: text.optional(),
        checked_at: moment.optional().describe('Paper needs it.'),
        document_expires_at: date.optional(),
      }),
    )
    .default([]),
  channel: z.enum(['digital', 'paper']).default('digital'),
  survivor: z.boolean().default(false),
  follow_up: followUp.optional(),
  reads_messages: z.boolean().default(false),
});

/** What `machtig import` takes; published as schemas/register.json. */
export const registerFile = z
  .strictObject({
    source: text.describe('Source register of the mandates in this file (R110).'),
    service_owners: z.array(serviceOwner).default([]),
    services: z.array(service).default([]),
    portals: z.array(portal).default([]),
    sets: z.array(set).default([]),
    parties: z.array(party).default([]),
    mandates: z.array(mandate).default([]),
  })
  .meta({ title: 'Register file of machtig' });

export type RegisterFile = z.infer<typeof registerFile>;
export type FileParty = RegisterFile['parties'][number];
export type FileMandate = RegisterFile['mandates'][number];

/** The published JSON Schema, as text. */
export function registerJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(registerFile, { io: 'input', unrepresentable: 'any' }), null, 2)}\n`;
}

/** There is no year 0. */
function isDay(day: string): boolean {
  if (day.startsWith('0000')) return false;
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
