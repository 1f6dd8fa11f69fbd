import { z } from 'zod';
import { type ClientSearch, searchClients } from '../../../administer/insight/clients.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { moment, pageLimit, pageToken, party, partyView, text } from '../wire.ts';

const count = z.number().int();

const client = z
  .object({
    client: partyView,
    in_force: count,
    requested: count.meta({ description: 'Asked, and not answered yet.' }),
    offered: count,
    suspended: count,
    ended: count.meta({ description: 'Revoked, rejected, withdrawn, lapsed or expired.' }),
    ends_at: moment.optional().meta({ description: 'When the last that is in force ends.' }),
    last_used_at: moment.optional(),
  })
  .meta({ title: 'For whom a party acts' });

const search = defineOperation({
  id: 'searchClients',
  method: 'post',
  path: '/clients/_search',
  tag: 'Insight',
  summary: 'For whom a party acts, by name, and how it stands with each',
  description:
    'One line for each party of whom it holds, asked or was offered a mandate: to find a client, to see which requests ' +
    'still wait, and what ends soon. The mandates themselves: `POST /mandates/_search` with `side: received` and `other`.',
  requirements: ['R63', 'R107', 'R108', 'R122', 'R128', 'R135'],
  body: z.strictObject({
    party: party.optional().meta({ description: 'By default the party that the login names, or the person himself.' }),
    text: text(100).optional().meta({ description: 'Stands in the name of the client.' }),
    service: text(256).optional().meta({ description: 'ServiceUUID or ServiceID for which it may act now.' }),
    with: z
      .enum(['in_force', 'requested', 'offered', 'suspended', 'ended'])
      .optional()
      .meta({ description: 'Clients of whom there is any of these.' }),
    ends_before: moment.optional().meta({ description: 'Nothing that is in force is so at this moment.' }),
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 }),
  }),
  answers: {
    404: { description: 'There is no such party, or its mandates are not all yours to see.' },
    200: { description: 'One page.', schema: z.object({ items: z.array(client), next: z.string().optional() }) },
  },
  async handle({ session, body, administer, pages }) {
    const { page, ...same } = body;
    const after = pages.read(page.token, same) as ClientSearch['after']; // As `write` was given it below.
    const wish: ClientSearch = {
      limit: page.limit,
      ...(same.party && { party: same.party }),
      ...(same.text !== undefined && { text: same.text }),
      ...(same.service !== undefined && { service: same.service }),
      ...(same.with !== undefined && { with: same.with }),
      ...(same.ends_before !== undefined && { endsBefore: same.ends_before }),
      ...(after && { after }),
    };
    const { items, next } = await administer.read(session, (acting) => searchClients(acting, wish));
    return { status: 200, body: { items, ...(next && { next: pages.write(next, same) }) } };
  },
});

export const clientsOperations: readonly Operation[] = [search];
