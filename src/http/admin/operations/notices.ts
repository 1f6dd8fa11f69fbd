import { z } from 'zod';
import { acknowledgeNotice } from '../../../administer/notices/acknowledge.ts';
import { searchNotices } from '../../../administer/notices/search.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { moment, pageLimit, pageToken, party, partyView, revision, uuid } from '../wire.ts';

const notice = z
  .object({
    notice_id: uuid,
    party_id: uuid.meta({ description: 'To whom it is.' }),
    kind: z.string().meta({ description: 'granted, revoked, ends_soon, reconfirmation_asked, …' }),
    text: z.string().meta({ description: 'In plain Dutch, to be shown as it is.' }),
    created_at: moment,
    mandate_id: uuid.optional(),
    revision: revision.optional().meta({ description: 'The change that it tells of; see the history.' }),
    details: z.record(z.string(), z.unknown()),
    acknowledged_at: moment.optional(),
    acknowledged_by: partyView.optional(),
  })
  .meta({ title: 'A notice' });

const search = defineOperation({
  id: 'searchNotices',
  method: 'post',
  path: '/notices/_search',
  tag: 'Notices',
  summary: 'What a party was told of its mandates',
  description:
    'Every change of a mandate is confirmed to whoever manages for the represented, and told to the delegate. Loads ' +
    'in bulk tell nobody. Newest first.',
  requirements: ['R124'],
  body: z.strictObject({
    party: party.optional().meta({ description: 'By default the party that the login names, or the person himself.' }),
    unacknowledged: z.boolean().default(false),
    mandate_id: uuid.optional(),
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 }),
  }),
  answers: {
    200: { description: 'One page.', schema: z.object({ items: z.array(notice), next: z.string().optional() }) },
    404: { description: 'There is no such party, or its notices are not yours to see.' },
  },
  async handle({ session, body, administer, pages }) {
    const { page, ...filters } = body;
    const [after] = pages.read(page.token, filters) ?? [];
    const { items, next } = await administer.read(session, (acting) =>
      searchNotices(acting, {
        unacknowledged: filters.unacknowledged,
        limit: page.limit,
        ...(filters.party && { party: filters.party }),
        ...(filters.mandate_id !== undefined && { mandateId: filters.mandate_id }),
        ...(typeof after === 'number' && { after }),
      }),
    );
    return { status: 200, body: { items, ...(next !== undefined && { next: pages.write([next], filters) }) } };
  },
});

const acknowledge = defineOperation({
  id: 'acknowledgeNotice',
  method: 'post',
  path: '/notices/{noticeId}/acknowledgements',
  tag: 'Notices',
  summary: 'Note that a notice was read',
  description: 'The first time counts.',
  requirements: ['R124'],
  params: z.object({ noticeId: uuid }),
  answers: {
    200: { description: 'Noted.', schema: z.object({ notice_id: uuid, acknowledged_at: moment, revision }) },
  },
  async handle({ session, params: { noticeId }, administer, idempotency }) {
    const { value, revision: at } = await administer.write(session, { idempotency }, (acting) =>
      acknowledgeNotice(acting, noticeId),
    );
    return { status: 200, body: { notice_id: noticeId, ...value, revision: at }, revision: at };
  },
});

export const noticesOperations: readonly Operation[] = [search, acknowledge];
