import { z } from 'zod';
import { explain } from '../../../administer/insight/explain.ts';
import { READERS } from '../../../administer/insight/explanation-names.ts';
import { readHistory } from '../../../administer/insight/history.ts';
import { readMandate } from '../../../administer/insight/mandate.ts';
import { readUses } from '../../../administer/insight/uses.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { date, mandateView, moment, pageLimit, pageToken, partyView, revision, uuid } from '../wire.ts';
import { insightSearches } from './insight-search.ts';

const params = z.object({ mandateId: uuid });

const read = defineOperation({
  id: 'readMandate',
  method: 'get',
  path: '/mandates/{mandateId}',
  tag: 'Insight',
  summary: 'One mandate',
  description: 'A mandate that is not yours to see looks like one that does not exist.',
  requirements: ['R16', 'R122', 'R123'],
  params,
  etag: 'answered',
  answers: { 200: { description: 'The mandate as it stands.', schema: mandateView } },
  async handle({ session, params: { mandateId }, administer }) {
    const { view, revision: etag } = await administer.read(session, (acting) => readMandate(acting, mandateId));
    return { status: 200, body: view, ...(etag !== undefined && { etag }) };
  },
});

const historyItem = z.object({
  revision,
  at: moment,
  event: z.string().meta({ description: 'granted, changed, suspended, revoked, …' }),
  by: z
    .object({
      channel: z.string(),
      act: z.string().optional(),
      capacity: z.string().optional(),
      person: partyView.optional().meta({ description: 'Where you may know who it was.' }),
      system: z.string().optional(),
      on_behalf_of: partyView.optional(),
      authority: z.array(z.string()).optional().meta({ description: 'Mandates by which it was allowed.' }),
      means_id: z.string().optional().meta({ description: 'The means of that login, without its number.' }),
      loa: z.string().optional(),
      signature: z.string().optional(),
      deviation: z.string().optional(),
      verified_by: z.array(z.string()).optional(),
      reason: z.string().optional(),
    })
    .meta({ description: 'Who acted for whom, in which capacity, by which authority, with what evidence.' }),
  changes: z.array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
});

const history = defineOperation({
  id: 'readMandateHistory',
  method: 'get',
  path: '/mandates/{mandateId}/history',
  tag: 'Insight',
  summary: 'What was done to a mandate, by whom and for whom',
  description:
    'Oldest first. You see by name who acted for your own side; of the other side, for whom was acted. A mandate ' +
    'that was loaded in bulk has no history from before.',
  requirements: ['R16', 'R94', 'R96', 'R125'],
  params,
  query: z.object({ limit: pageLimit, after: pageToken.optional() }),
  answers: {
    200: { description: 'One page.', schema: z.object({ items: z.array(historyItem), next: z.string().optional() }) },
  },
  async handle({ session, params: { mandateId }, query, administer, pages }) {
    const [after] = pages.read(query.after, { mandateId }) ?? [];
    const wish = { mandateId, limit: query.limit, ...(typeof after === 'number' && { after }) };
    const { items, next } = await administer.read(session, (acting) => readHistory(acting, wish));
    return { status: 200, body: { items, ...(next !== undefined && { next: pages.write([next], { mandateId }) }) } };
  },
});

const uses = defineOperation({
  id: 'readMandateUses',
  method: 'get',
  path: '/mandates/{mandateId}/uses',
  tag: 'Insight',
  summary: 'When and how often a mandate was used',
  description: 'Days are those of the Netherlands; without dates the last 90. Days without use are left out.',
  requirements: ['R81', 'R123'],
  params,
  query: z.object({ from: date.optional(), to: date.optional() }),
  answers: {
    200: {
      description: 'As far as sidecars have reported it.',
      schema: z.object({
        last_used_at: moment.optional(),
        uses: z.number().int(),
        days: z.array(z.object({ day: date, uses: z.number().int() })),
      }),
    },
  },
  async handle({ session, params: { mandateId }, query: { from, to }, administer }) {
    const wish = { mandateId, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    return { status: 200, body: await administer.read(session, (acting) => readUses(acting, wish)) };
  },
});

const explanation = defineOperation({
  id: 'explainMandate',
  method: 'get',
  path: '/mandates/{mandateId}/explanation',
  tag: 'Insight',
  summary: 'What a mandate means, in plain Dutch',
  requirements: ['R55', 'R122', 'R128'],
  params,
  query: z.object({
    reader: z.enum(READERS).optional().meta({ description: 'By default the side on which you stand.' }),
  }),
  answers: {
    200: {
      description: 'To be shown as it is.',
      schema: z.object({
        language: z.literal('nl'),
        reader: z.enum(READERS),
        title: z.string(),
        paragraphs: z.array(z.string()),
        services: z.array(z.object({ name: z.string(), description: z.string(), consequence: z.string() })),
      }),
    },
  },
  async handle({ session, params: { mandateId }, query: { reader }, administer }) {
    return { status: 200, body: await administer.read(session, (acting) => explain(acting, mandateId, reader)) };
  },
});

export const insightOperations: readonly Operation[] = [...insightSearches, read, history, uses, explanation];
