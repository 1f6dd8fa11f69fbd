import { z } from 'zod';
import { exportMandates } from '../../../administer/insight/export.ts';
import { readHolders } from '../../../administer/insight/holders.ts';
import { type SearchWish, searchMandates } from '../../../administer/insight/search.ts';
import { DERIVED_STATUSES, ORDERS, SIDES } from '../../../administer/insight/search-sql.ts';
import { MANDATE_KINDS, MANDATE_STATUSES } from '../../../domain/facts.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { branch, loa, mandateView, moment, pageLimit, pageToken, party, partyView, text, uuid } from '../wire.ts';

const own = party.optional().meta({
  description: 'Whose mandates. By default the party that the login names, or the person himself.',
});
const service = text(256).meta({ description: 'ServiceUUID or ServiceID.' });
const page = z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 });

const hidden = { 404: { description: 'There is no such party, or its mandates are not yours to see.' } };

const filters = {
  side: z.enum(SIDES).meta({ description: 'What the party granted, or what it received.' }),
  party: own,
  status: z
    .array(z.enum([...MANDATE_STATUSES, ...DERIVED_STATUSES]))
    .min(1)
    .max(11)
    .optional()
    .meta({
      description:
        'One of these. `in_force`, `not_started` and `expired` are facts about the clock: they look at `at`, with the ' +
        'status that the mandate has now.',
    }),
  kind: z.array(z.enum(MANDATE_KINDS)).min(1).max(5).optional(),
  loa: z.array(loa).min(1).max(4).optional(),
  service: service.optional().meta({
    description: 'ServiceUUID or ServiceID that the mandate covers: by name, by owner, by a set or by all services.',
  }),
  set: uuid.optional().meta({ description: 'The mandate names this set.' }),
  other: party.optional().meta({ description: 'The party at the other end: the delegate, or the represented.' }),
  branch: branch.optional().meta({ description: 'The mandate covers this branch.' }),
  at: moment.optional().meta({ description: 'The moment that these statuses are about; by default now.' }),
  valid_at: moment.optional().meta({ description: 'Its period of validity contains this moment.' }),
  unused_since: moment.optional().meta({ description: 'Granted before this moment, and not used since.' }),
  ends_before: moment.optional(),
  text: text(100).optional().meta({ description: 'Stands in its name, or in that of the other party.' }),
};

type Filters = z.output<z.ZodObject<typeof filters>>;

/** As the use case reads it; absent stays absent. */
function toWish(asked: Filters): Omit<SearchWish, 'order' | 'limit'> {
  const { side, status, kind, loa: loas, at, valid_at, unused_since, ends_before, party: ref, other, ...same } = asked;
  return {
    side,
    ...(same.service !== undefined && { service: same.service }),
    ...(same.set !== undefined && { set: same.set }),
    ...(same.branch !== undefined && { branch: same.branch }),
    ...(same.text !== undefined && { text: same.text }),
    ...(ref && { party: ref }),
    ...(other && { other }),
    ...(status && { statuses: status }),
    ...(kind && { kinds: kind }),
    ...(loas && { loas }),
    ...(at !== undefined && { reference: at }),
    ...(valid_at !== undefined && { validAt: valid_at }),
    ...(unused_since !== undefined && { unusedSince: unused_since }),
    ...(ends_before !== undefined && { endsBefore: ends_before }),
  };
}

const search = defineOperation({
  id: 'searchMandates',
  method: 'post',
  path: '/mandates/_search',
  tag: 'Insight',
  summary: 'Mandates that a party granted or received',
  description: 'Each with its last use. A party that is not yours to see looks like one that does not exist.',
  requirements: ['R122', 'R123', 'R128'],
  body: z.strictObject({
    ...filters,
    order: z.enum(ORDERS).default('newest').meta({ description: 'Newest first, soonest to end first, or by name.' }),
    with_total: z.boolean().default(false).meta({ description: 'Count them as well, up to 10,000.' }),
    page,
  }),
  answers: {
    ...hidden,
    200: {
      description: 'One page.',
      schema: z.object({
        items: z.array(mandateView.extend({ last_used_at: moment.optional() })),
        next: z.string().optional(),
        total: z
          .object({ count: z.number().int(), exact: z.boolean() })
          .optional()
          .meta({ description: 'Not exact: there are at least so many.' }),
      }),
    },
  },
  async handle({ session, body, administer, pages }) {
    const { page: asked, order, with_total, ...rest } = body;
    const same = { ...rest, order };
    const after = pages.read(asked.token, same) as SearchWish['after']; // As `write` was given it below.
    const wish = { ...toWish(rest), order, limit: asked.limit, withTotal: with_total, ...(after && { after }) };
    const { items, next, total } = await administer.read(session, (acting) => searchMandates(acting, wish));
    return { status: 200, body: { items, ...(total && { total }), ...(next && { next: pages.write(next, same) }) } };
  },
});

const holders = defineOperation({
  id: 'searchHolders',
  method: 'post',
  path: '/mandates/_holders',
  tag: 'Insight',
  summary: 'Who may act for a party with a service',
  description:
    'Everyone to whom the party granted a mandate that covers the service and is in force at `at`. Who acts for such ' +
    'an organisation in turn is for that organisation to see.',
  requirements: ['R122', 'R123', 'R128'],
  body: z.strictObject({ party: own, service, at: moment.optional(), page }),
  answers: {
    ...hidden,
    200: {
      description: 'One page, by party.',
      schema: z.object({
        items: z.array(z.object({ holder: partyView, mandates: z.array(mandateView) })),
        next: z.string().optional(),
      }),
    },
  },
  async handle({ session, body, administer, pages }) {
    const { page: asked, ...same } = body;
    const [after] = pages.read(asked.token, same) ?? [];
    const { items, next } = await administer.read(session, (acting) =>
      readHolders(acting, {
        service: same.service,
        limit: asked.limit,
        ...(same.party && { party: same.party }),
        ...(same.at !== undefined && { at: same.at }),
        ...(typeof after === 'string' && { after }),
      }),
    );
    return { status: 200, body: { items, ...(next !== undefined && { next: pages.write([next], same) }) } };
  },
});

const csv = defineOperation({
  id: 'exportMandates',
  method: 'post',
  path: '/mandates/_export',
  tag: 'Insight',
  summary: 'A search as a table for a spreadsheet',
  description:
    'All that is found, newest first, at most 100,000 lines: UTF-8, comma, CRLF, a line of headings. A cell that a ' +
    'spreadsheet would take for a formula begins with an apostrophe.',
  requirements: ['R122', 'R128'],
  body: z.strictObject(filters),
  produces: 'text/csv',
  answers: { ...hidden, 200: { description: 'The table.', schema: z.string() } },
  async handle({ session, body, administer }) {
    const wish = { ...toWish(body), order: 'newest' as const };
    return { status: 200, body: await administer.read(session, (acting) => exportMandates(acting, wish)) };
  },
});

export const insightSearches: readonly Operation[] = [search, holders, csv];
