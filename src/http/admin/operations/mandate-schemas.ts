import { z } from 'zod';
import { FOLLOW_UPS, MANDATE_KINDS, MANDATE_STATUSES, REACHES } from '../../../domain/facts.ts';
import { branch, date, evidence, loa, mandateView, moment, party, plainText, text, uuid } from '../wire.ts';
import { representedWish } from './grant-terms.ts';

/** What the operations on the life of a mandate have in common on the wire. */

export const params = z.object({ mandateId: uuid });

const listOf = <T extends z.ZodType>(item: T, max: number) => z.array(item).min(1).max(max);
export const allOr = <T extends z.ZodType>(item: T) => z.union([z.literal('all'), listOf(item, 1000)]);

export const reason = plainText(500).meta({
  description: 'Kept with the change, and shown to both sides. Never a personal number.',
  examples: ['Uit dienst per 1 december'],
});
export const deviation = plainText(500).meta({
  description: 'Why a weaker login had to do; it is recorded (R103).',
  examples: ['Telefonische melding van misbruik buiten kantooruren'],
});
export const verifiedBy = listOf(text(64), 10).meta({
  description: 'Channels over which a court’s request was verified (R104).',
  examples: [['terugbellen', 'beschikking in het register']],
});

/** Somebody who becomes a delegate; a citizen service number goes with a date of birth, so that numbers cannot be tried. */
export const newDelegate = z.strictObject({
  party,
  birth_date: date.optional(),
  branch: branch.optional(),
});

const scope = {
  services: z.array(uuid).max(200).optional(),
  sets: z
    .array(z.strictObject({ set_id: uuid, version: z.number().int().min(1).max(1_000_000).optional() }))
    .max(50)
    .optional()
    .meta({ description: 'Without a version: the one confirmed before, or of a set that is new to it the newest.' }),
  owner: z
    .string()
    .regex(/^[0-9]{20}$/, 'must be an OIN: twenty digits')
    .nullable()
    .optional()
    .meta({ description: 'OIN of the owner all of whose services it covers.', examples: ['00000003800000010000'] }),
  all_services: z.boolean().optional(),
  operations: allOr(text(64)).optional(),
  branches: allOr(branch).optional(),
  cases: allOr(text(512)).optional().meta({ description: 'ServiceID#case id' }),
};

/** What a renewal may change as well. */
export const renewableTerms = {
  name: plainText(200).optional(),
  ...scope,
  loa: loa.optional(),
  reach: z.enum(REACHES).optional(),
  substitution: z.boolean().optional().meta({ description: 'The right of substitution (R50).' }),
  joint: z
    .strictObject({ required: z.number().int().min(2).max(20), with: listOf(representedWish, 19) })
    .nullable()
    .optional()
    .meta({ description: 'So many act together, the delegate included; null: he acts alone (R51).' }),
  delegate_branch: branch.nullable().optional(),
  follow_up: z.enum(FOLLOW_UPS).nullable().optional(),
  reads_messages: z.boolean().optional(),
};

const something = (body: object) => Object.values(body).some((value) => value !== undefined);

export const changeBody = z
  .strictObject({
    ...renewableTerms,
    valid_until: moment.optional(),
    evidence: evidence.optional(),
    reason: reason.optional(),
    verified_by: verifiedBy.optional(),
  })
  .refine(({ reason: _, verified_by: __, ...change }) => something(change), 'must change something')
  .meta({ examples: [{ operations: ['view'], valid_until: '2027-01-01T00:00:00Z' }] });

export const renewalBody = z.strictObject({
  starts: z.enum(['at_end', 'now']).optional().meta({ description: 'Default: where the old one ends, or now.' }),
  valid_until: moment.meta({ description: 'At most five years after its start (R60).' }),
  evidence: evidence.meta({ description: 'Shown anew: what proved the old mandate proves nothing now (R72).' }),
  change: z.strictObject(renewableTerms).optional(),
  reason: reason.optional(),
  verified_by: verifiedBy.optional(),
});

export const suspensionBody = z.strictObject({
  reason,
  deviation: deviation.optional(),
  verified_by: verifiedBy.optional(),
});

export const revocationBody = z.strictObject({ reason, verified_by: verifiedBy.optional() });
export const renunciationBody = z.strictObject({ reason });
export const reactivationBody = z.strictObject({ reason: reason.optional(), verified_by: verifiedBy.optional() });

export const transferBody = z.strictObject({
  delegate: newDelegate,
  name: plainText(200).optional(),
  reason,
  evidence: evidence.optional(),
});

export const confirmationBody = z.strictObject({
  set_id: uuid,
  version: z.number().int().min(1).max(1_000_000).meta({ description: 'As it was shown; it must be the newest.' }),
  dry_run: z.boolean().optional().meta({ description: 'Only show what would be added.' }),
});

export const filter = z
  .strictObject({
    represented: party.optional(),
    delegate: party.optional(),
    kind: z.enum(MANDATE_KINDS).optional(),
    service: uuid.optional(),
    set: uuid.optional(),
    branch: branch.optional(),
  })
  .refine(({ represented, delegate }) => represented ?? delegate, 'must name a represented or a delegate')
  .meta({ examples: [{ represented: 'urn:nl:kvk:90000004', delegate: 'urn:nl:kvk:90000006' }] });

export const selection = {
  ids: listOf(uuid, 10_000).optional(),
  filter: filter.optional(),
  dry_run: z.boolean().optional().meta({ description: 'Only count.' }),
};
export const isOneSelection = ({ ids, filter: by }: { ids?: unknown; filter?: unknown }) =>
  (ids === undefined) !== (by === undefined);

const alsoStopped = z.array(z.object({ mandate_id: uuid, name: z.string(), status: z.enum(MANDATE_STATUSES) }));
const consequences = {
  onward: alsoStopped.meta({ description: 'Passed on from it (R50), or meant to renew it, and ended with it.' }),
  suspended: alsoStopped.meta({
    description: 'Of co-holders (R51), or meant to renew it: they wait until somebody has looked.',
  }),
};

export const revision = z.string().meta({ description: '`epoch.n`: a decision may ask for it as `min_revision`.' });
export const written = z.object({ mandate: mandateView, revision });
export const stopped = written.extend(consequences);
export const renewed = written.extend({ waits: z.boolean().meta({ description: 'For co-grantors (R51).' }) });
export const transferred = written.extend({ revoked: uuid, ...consequences });
export const confirmed = z.object({
  mandate: mandateView,
  added: z.array(z.object({ service_uuid: uuid, name: z.string(), description: z.string(), consequence: z.string() })),
  revision: revision.optional(),
});
export const counted = (name: 'revoked' | 'transferred') =>
  z.object({
    [name]: z.number().int(),
    onward: z.number().int(),
    suspended: z.number().int(),
    dry_run: z.boolean(),
    revision: revision.optional(),
  });
