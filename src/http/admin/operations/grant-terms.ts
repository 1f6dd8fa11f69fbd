import { z } from 'zod';
import { FOLLOW_UPS, GROUNDS, MANDATE_KINDS, REACHES } from '../../../domain/facts.ts';
import type { Answer } from '../operation.ts';
import { branch, date, evidence, loa, mandateView, moment, party, plainText, text, uuid } from '../wire.ts';

/** What the operations that make mandates ask and answer alike. */

const OIN = /^[0-9]{20}$/;
const CASE = /^[!-"$-~]{1,255}#.{1,256}$/;

const distinct = (list: readonly unknown[]) => new Set(list).size === list.length;
const ONCE = 'names something twice';

const limit = (item: z.ZodString) =>
  z.union([z.literal('all'), z.array(item).min(1).max(100).refine(distinct, ONCE)]).meta({
    description: 'Unlimited is said in so many words: `all`.',
  });

const scope = {
  services: z.array(uuid).max(200).refine(distinct, ONCE).optional().meta({ description: 'ServiceUUIDs (R39, R46).' }),
  sets: z
    .array(
      z.strictObject({
        set_id: uuid,
        version: z
          .int()
          .min(1)
          .max(1_000_000_000)
          .optional()
          .meta({ description: 'As it was shown; else the newest.' }),
      }),
    )
    .max(50)
    .refine((sets) => distinct(sets.map(({ set_id }) => set_id)), ONCE)
    .optional(),
  owner: z
    .string()
    .regex(OIN, 'must be twenty digits')
    .optional()
    .meta({ description: 'All services of this owner, by its OIN.' }),
  all_services: z.boolean().optional(),
};

const limits = {
  operations: limit(text(128)),
  branches: limit(branch),
  cases: limit(z.string().regex(CASE, 'must be a ServiceID, # and a case')).meta({
    description: 'For one application or file only (R36): `ServiceID#case`.',
  }),
};

const nature = {
  name: plainText(200).optional().meta({ description: 'Made up in the words of a citizen when absent.' }),
  reach: z
    .enum(REACHES)
    .optional()
    .meta({ description: 'Employees: for own affairs (the default), clients, or both.' }),
  substitution: z.boolean().optional().meta({ description: 'May be passed on (R50).' }),
  valid_from: moment.optional().meta({ description: 'Absent: at once.' }),
  valid_until: moment.optional().meta({ description: 'Exclusive; at most five calendar years after the start (R60).' }),
  survivor: z.boolean().optional().meta({ description: 'Outlives the represented.' }),
  follow_up: z.enum(FOLLOW_UPS).optional(),
  reads_messages: z.boolean().optional(),
  evidence: evidence.optional(),
};

const birthDate = date.optional().meta({
  description: 'Goes with a citizen service number: a number alone names nobody, unless it is that of the caller.',
});

export const representedWish = z.strictObject({ party, birth_date: birthDate });

const joint = z
  .strictObject({ required: z.int().min(2).max(11), with: z.array(representedWish).min(1).max(10) })
  .meta({ description: 'The delegate acts only together with others (R51): so many in all, of these.' });

/** A whole mandate, without its ends. */
export const mandateTerms = {
  kind: z.enum(MANDATE_KINDS),
  ground: z.enum(GROUNDS).optional().meta({ description: 'Of a statutory mandate.' }),
  ...scope,
  ...limits,
  loa,
  joint: joint.optional(),
  ...nature,
};

/** The same, where all of it is taken from another mandate unless it is said. */
export const onwardTerms = {
  kind: mandateTerms.kind.optional(),
  ...scope,
  operations: limits.operations.optional(),
  branches: limits.branches.optional(),
  cases: limits.cases.optional(),
  loa: loa.optional(),
  joint: joint.optional(),
  name: nature.name,
  reach: nature.reach,
  valid_from: nature.valid_from,
  valid_until: nature.valid_until,
  survivor: nature.survivor,
  follow_up: nature.follow_up,
  reads_messages: nature.reads_messages,
  evidence: nature.evidence,
};

/** What an approval may say otherwise; it only narrows. */
export const narrowingTerms = {
  ...scope,
  operations: limits.operations.optional(),
  branches: limits.branches.optional(),
  cases: limits.cases.optional(),
  loa: loa.optional(),
  ...nature,
};

export const delegateWish = z.strictObject({
  party,
  birth_date: birthDate,
  branch: branch.optional().meta({ description: "The delegate's own branch (R34)." }),
});

export const dryRun = z
  .boolean()
  .default(false)
  .meta({ description: 'Answer what would be granted and what it means, and grant nothing.' });

export const verifiedBy = z
  .array(text(100))
  .min(1)
  .max(10)
  .optional()
  .meta({ description: 'Courts: over which other channels the request was verified (R104).' });

const meaning = z
  .object({ service_uuid: uuid, name: z.string(), description: z.string(), consequence: z.string() })
  .meta({ title: 'What mandating a service means' });

export const consents = z
  .array(z.object({ mandate_id: uuid, required: z.number().int(), given: z.number().int() }))
  .meta({ description: 'Of each mandate that waits: how many grantors there must be, and have agreed (R51).' });

/** Mandates, with what they mean (R55). */
export const granted = z.object({
  mandates: z.array(mandateView),
  meaning: z.array(meaning).meta({ description: 'Each service covered; none when all services are.' }),
  consents: consents.optional(),
  revision: z.string().optional(),
});

export const meanings = z.array(meaning);
export const mandateParams = z.object({ mandateId: uuid });
export const reason = plainText(500);
export const changedMandate = z.object({ mandate: mandateView, revision: z.string() });

const tagged = z.looseObject({ revision: z.string() });

/** One mandate as it now stands, with its ETag. */
export function answerOne({ value, revision }: { value: unknown; revision: string }): Answer {
  const { data } = tagged.safeParse(value);
  return { status: 200, body: { mandate: value, revision }, revision, ...(data && { etag: data.revision }) };
}
