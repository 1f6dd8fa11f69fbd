import { z } from 'zod';
import { FOLLOW_UPS, GROUNDS, MANDATE_KINDS } from '../../../domain/facts.ts';
import { loa, pageLimit, pageToken, text, uuid } from '../wire.ts';

/** What the operations on the catalogue have in common on the wire. */

export const oin = z
  .string()
  .regex(/^[0-9]{20}$/, 'must be an OIN: twenty digits')
  .meta({ examples: ['00000003800000020000'] });
export const serviceId = z
  .string()
  .max(255)
  .regex(/^[!-"$-~]+$/, 'must be printable, without spaces and #')
  .meta({ examples: ['urn:etoegang:DV:00000003800000020000:services:1'] });
const newServiceId = serviceId
  .regex(/^urn:etoegang:DV:[0-9]{20}:services:[0-9]{1,9}$/, 'must be urn:etoegang:DV:<OIN>:services:<number>')
  .meta({ examples: ['urn:etoegang:DV:00000003800000020000:services:40'] });

const listOf = <T extends z.ZodType>(item: T, max: number) =>
  z
    .array(item)
    .max(max)
    .refine((list) => new Set(list).size === list.length, 'must name each once');
const kinds = listOf(z.enum(MANDATE_KINDS), 5).meta({
  description: 'For which mandates it can be named (R43). None: it is not mandatable.',
});
const grounds = listOf(z.enum(GROUNDS), 8).meta({
  description: 'Legal grounds that count for this service; they are opened one by one (R120).',
});
export const uuids = (max: number) => listOf(uuid, max);

const definitionTerms = {
  name: text(64).meta({ examples: ['Mestboekhouding'] }),
  description: text(1024).meta({ description: 'What the service is, in the words of a citizen (R55).' }),
  consequence: text(1024).meta({
    description: 'What it means to mandate somebody for it, in the words of a citizen (R55).',
  }),
  classification: text(128).nullable().meta({ description: 'Place in a national list of services (R54).' }),
  loa: loa.meta({ description: 'The level that login and mandates must reach (R85: at least eh2).' }),
  kinds,
  grounds,
  domain: z.enum(['assets', 'personal_care', 'general']),
  chains: z.boolean().meta({ description: 'An intermediary may act (R107).' }),
  branches: z.boolean().meta({ description: 'Mandates may be limited to branches (R37).' }),
  operations: listOf(text(64), 50)
    .min(1)
    .nullable()
    .meta({ description: 'What can be done in it (R49, R52); null: it tells no operations apart.' }),
  follow_up: z.enum(FOLLOW_UPS).meta({ description: 'Who gets the letters that follow (R126).' }),
};

const instanceTerms = {
  loa: loa.nullable(),
  kinds: kinds.nullable(),
  grounds: grounds.nullable(),
  chains: z.boolean().nullable(),
  branches: z.boolean().nullable(),
};
const narrowing = z.strictObject(instanceTerms).partial().shape;

export const newInstance = z.strictObject({
  service_id: newServiceId,
  owner: oin.optional().meta({ description: 'By default the organisation that calls.' }),
  ...narrowing,
});

export const newService = z.strictObject({
  service_uuid: uuid.optional().meta({ description: 'Where it has one already, as in a service catalogue.' }),
  ...definitionTerms,
  classification: text(128).optional(),
  operations: definitionTerms.operations.unwrap().optional(),
  instances: z.array(newInstance).max(50).default([]),
});

const dry_run = z
  .boolean()
  .default(false)
  .meta({ description: 'Only tells what it would do, to mandates that are there too.' });

export const servicePatch = z.strictObject({
  ...z.strictObject(definitionTerms).partial().shape,
  active: z.boolean().optional().meta({ description: 'false closes it: mandates stay, decisions deny.' }),
  dry_run,
});

export const instancePatch = z.strictObject({
  ...narrowing,
  active: z.boolean().optional(),
  sub_services: listOf(serviceId, 200)
    .optional()
    .meta({ description: 'What lies behind it as a portal (R45): all of it.' }),
  dry_run,
});

export const ownerView = z.object({ owner_id: uuid, oin, name: z.string() }).meta({ title: 'A service owner' });

export const instanceView = z
  .object({
    service_id: serviceId,
    service_uuid: uuid,
    owner: ownerView,
    active: z.boolean(),
    ...z.object(instanceTerms).partial().shape,
    sub_services: z.array(serviceId).optional(),
    revision: z.string().optional(),
  })
  .meta({ title: 'An instance of a service', description: 'A term that is not there is as in its definition.' });

export const serviceView = z
  .object({
    service_uuid: uuid,
    ...definitionTerms,
    name: z.string(),
    description: z.string(),
    consequence: z.string(),
    classification: z.string().optional(),
    operations: z.array(z.string()).optional(),
    active: z.boolean(),
    owners: z.array(ownerView),
    instances: z.array(instanceView),
    revision: z.string().optional(),
  })
  .meta({ title: 'A service' });

export const effects = z
  .object({
    active_mandates: z.number().int(),
    covered_by: z.object({
      service: z.number().int(),
      set: z.number().int(),
      owner: z.number().int(),
      everything: z.number().int(),
    }),
    no_longer_serve: z.number().int(),
    begin_to_serve: z.number().int(),
    because: z.record(z.string(), z.number().int()),
  })
  .meta({
    title: 'What a change does to mandates',
    description: 'Only in the answer to a dry run. Mandates stay as they are; those that no longer serve are denied.',
  });

export const listQuery = { limit: pageLimit, after: pageToken.optional() };
export const flag = z.enum(['true', 'false']);

/** As JSON spells it. */
export function toFlag(value: 'true' | 'false' | undefined): boolean | undefined {
  return value === undefined ? undefined : value === 'true';
}
