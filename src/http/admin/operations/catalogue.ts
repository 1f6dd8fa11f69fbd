import { z } from 'zod';
import { importCatalogue } from '../../../administer/catalogue/import/import-catalogue.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { revision } from '../wire.ts';
import { effects, flag } from './catalogue-schemas.ts';

const entry = z
  .object({
    entity: z.enum(['owner', 'service', 'instance', 'portal']),
    id: z.string().meta({ description: 'OIN, ServiceUUID or ServiceID.' }),
    name: z.string(),
    change: z.enum(['added', 'changed', 'closed']),
    fields: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
    to_do: z.array(z.string()).optional().meta({ description: 'What its owner fills in before it can be mandatable.' }),
    effects: effects.optional(),
  })
  .meta({ title: 'A difference' });

const take = defineOperation({
  id: 'importCatalogue',
  method: 'post',
  path: '/catalogue-imports',
  tag: 'Services',
  summary: 'Take over an eHerkenning service catalogue',
  description:
    'XML of the namespace urn:etoegang:1.13:service-catalog; its signature is not verified. A dry run tells every ' +
    'difference from the register. To apply it, send the same catalogue again with dryRun=false and the diffId of ' +
    'that answer: refused when the result would not be the same any longer. What the catalogue names is added or ' +
    'changed, what its providers no longer offer is closed. What it does not hold (what mandating means, for which ' +
    'kinds, the domain, operations) stays as it is in the register; in a new service it is closed until its owner ' +
    'fills it in. An organisation imports its own services only.',
  requirements: ['R43', 'R44', 'R45', 'R53', 'R85', 'R107', 'R134'],
  query: z.object({
    dryRun: flag.default('true'),
    diffId: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the diff_id of a dry run')
      .optional(),
  }),
  consumes: 'application/xml',
  body: z.string().min(1),
  answers: {
    200: {
      description: 'What would change, or has changed.',
      schema: z.object({
        diff_id: z.string(),
        applied: z.boolean(),
        summary: z.object({
          added: z.number().int(),
          changed: z.number().int(),
          closed: z.number().int(),
          unchanged: z.number().int(),
        }),
        entries: z.array(entry),
        text: z.string().meta({ description: 'The same, for people.' }),
        revision,
      }),
    },
  },
  async handle({ session, query, body, administer, idempotency }) {
    const wish = { xml: body, dryRun: query.dryRun === 'true', diffId: query.diffId };
    const { value, revision: at } = await administer.write(session, { idempotency }, (acting) =>
      importCatalogue(acting, wish),
    );
    return { status: 200, body: { ...value, revision: at }, revision: at };
  },
});

export const catalogueOperations: readonly Operation[] = [take];
