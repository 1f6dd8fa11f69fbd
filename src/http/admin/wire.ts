import { z } from 'zod';
import { holdsPersonalNumber } from '../../administer/parties/personal-number.ts';
import {
  AUTHORITIES,
  FOLLOW_UPS,
  GROUNDS,
  LOAS,
  MANDATE_KINDS,
  MANDATE_STATUSES,
  PARTY_KINDS,
  REACHES,
} from '../../domain/facts.ts';
import { parseIdentifier } from '../../domain/identifier.ts';
import { BRANCH, REVISION } from '../schemas.ts';

/** What several operations of the admin API have in common on the wire. Bodies are closed: `z.strictObject`. */

export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be a UUID in lower case')
  .meta({ format: 'uuid', examples: ['3a000000-0000-4000-8000-000000000001'] });
export const moment = z.iso
  .datetime({ offset: true })
  .meta({ description: 'RFC 3339; answers are in UTC.', examples: ['2026-12-01T00:00:00Z'] });
export const date = z.iso.date().meta({ format: 'date', examples: ['1968-05-04'] });
export const text = (max: number) => z.string().min(1).max(max).regex(/\S/, 'must not be blank');
/** Text that is kept and shown to others as it is: people write numbers into it that have no place there. */
export const plainText = (max: number) =>
  text(max).refine(
    (value) => !holdsPersonalNumber(value),
    'looks like a BSN or the number of a document, which are never kept here',
  );
export const loa = z.enum(LOAS);
export const branch = z.string().regex(BRANCH, 'must be twelve digits');
export const revision = z.string().regex(REVISION, 'must be epoch.n');

/** An identifier as URN, never repeated in an error. */
export const identifier = z
  .string()
  .max(200)
  .transform((value, context) => {
    const parsed = parseIdentifier(value);
    if (typeof parsed !== 'string') return parsed;
    context.addIssue({ code: 'custom', message: parsed });
    return z.NEVER;
  })
  .meta({ type: 'string', description: 'As URN: KvK, RSIN, OIN, BSN or means.', examples: ['urn:nl:kvk:90000001'] });

const PARTY_URN = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A party: by an identifier, or by `urn:uuid:` and the id that the API answered. */
export const party = z
  .string()
  .max(200)
  .transform((value, context) => {
    const id = PARTY_URN.exec(value)?.[1];
    if (id !== undefined) return { partyId: id };
    const parsed = parseIdentifier(value);
    if (typeof parsed !== 'string') return { identifier: parsed };
    context.addIssue({ code: 'custom', message: `${parsed}, or urn:uuid: with a party_id` });
    return z.NEVER;
  })
  .meta({
    type: 'string',
    description: 'A party as URN: KvK, RSIN, OIN, BSN, a means, or urn:uuid: with its party_id.',
    examples: ['urn:nl:kvk:90000001'],
  });
export type PartyRef = z.output<typeof party>;

export const evidence = z
  .array(
    z.strictObject({
      kind: text(64),
      reference: plainText(256).optional(),
      checked_at: moment.optional(),
      valid_until: date.optional(),
    }),
  )
  .max(20)
  .meta({ description: 'What was shown or checked (R94). Never a personal number.' });

export const pageLimit = z.coerce.number().int().min(1).max(200).default(50);
export const pageToken = z.string().max(2048);

export const partyView = z.object({
  party_id: uuid,
  kind: z.enum(PARTY_KINDS),
  name: z.string(),
  identifiers: z.array(z.string()).optional().meta({ description: 'Public numbers only: KvK, RSIN, OIN.' }),
  unverified: z
    .boolean()
    .optional()
    .meta({ description: 'His name is what he, or his employer, said: no source has confirmed it yet.' }),
});

const allOr = (item: z.ZodType) => z.union([z.literal('all'), z.array(item)]);

/** As SQL's `mandate_view` makes it. */
export const mandateView = z
  .object({
    mandate_id: uuid,
    name: z.string(),
    kind: z.enum(MANDATE_KINDS),
    ground: z.enum(GROUNDS).optional(),
    status: z.enum(MANDATE_STATUSES),
    status_since: moment,
    status_cause: z.string().optional(),
    lapses_at: moment.optional().meta({ description: 'Until when a request or an offer waits.' }),
    represented: partyView,
    delegate: partyView,
    delegate_branch: branch.optional(),
    services: z.array(z.object({ service_uuid: uuid, name: z.string() })),
    sets: z.array(
      z.object({ set_id: uuid, name: z.string(), version: z.number().int(), newest_version: z.number().int() }),
    ),
    owner: z.object({ owner_id: uuid, oin: z.string(), name: z.string() }).optional(),
    all_services: z.boolean(),
    operations: allOr(z.string()),
    branches: allOr(branch),
    cases: allOr(z.string()).meta({ description: 'ServiceID#case id' }),
    loa,
    reach: z.enum(REACHES).optional(),
    substitution: z.boolean(),
    derived_from: uuid.optional(),
    joint: z.object({ required: z.number().int(), with: z.array(partyView) }).optional(),
    valid_from: moment,
    valid_until: moment.optional(),
    granted_by: partyView.optional(),
    granted_at: moment,
    granted_under: z.enum(AUTHORITIES).optional(),
    survivor: z.boolean(),
    renews: uuid.optional(),
    evidence: z.array(z.looseObject({ kind: z.string() })),
    channel: z.enum(['digital', 'paper']),
    source: z.string(),
    follow_up: z.enum(FOLLOW_UPS).optional(),
    reads_messages: z.boolean(),
    revision: z.string().optional(),
  })
  .meta({ title: 'A mandate' });
