import { z } from 'zod';
import { namedParty } from '../../../administer/parties/named-party.ts';
import { answerReconfirmation } from '../../../administer/reconfirmations/answer.ts';
import { listReconfirmations } from '../../../administer/reconfirmations/list.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { moment, pageLimit, pageToken, party, partyView, revision, uuid } from '../wire.ts';

const reconfirmation = z
  .object({
    reconfirmation_id: uuid,
    represented: partyView,
    delegate: partyView,
    mandates: z.array(uuid),
    asked_of: z.enum(['manager', 'legal_representative']),
    asked_at: moment,
    repeated_at: moment.optional(),
    due_at: moment.meta({ description: 'Without an answer it is asked once more, then the mandates end.' }),
    outcome: z.enum(['confirmed', 'deregistered', 'used', 'unanswered', 'ended']).optional(),
    settled_at: moment.optional(),
  })
  .meta({ title: 'A set of mandates that nobody used' });

const search = defineOperation({
  id: 'searchReconfirmations',
  method: 'post',
  path: '/reconfirmations/_search',
  tag: 'Reconfirmations',
  summary: 'What a party is asked to confirm: mandates at eh3 or eh4 that nobody used for 24 months',
  requirements: ['R81', 'R82'],
  body: z.strictObject({
    party,
    open: z.boolean().default(true).meta({ description: 'Only those that wait for an answer.' }),
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 }),
  }),
  answers: {
    200: {
      description: 'One page.',
      schema: z.object({ items: z.array(reconfirmation), next: z.string().optional() }),
    },
  },
  async handle({ session, body, administer, pages }) {
    const { page, ...filters } = body;
    const after = pages.read(page.token, filters) as [string, string] | undefined; // As `write` was given it below.
    const items = await administer.read(session, async (acting) =>
      listReconfirmations(acting, {
        party: await namedParty(acting, body.party, '/party'),
        open: body.open,
        limit: page.limit,
        ...(after && { after }),
      }),
    );
    const last = items.at(-1);
    const more = last !== undefined && items.length === page.limit;
    return {
      status: 200,
      body: { items, ...(more && { next: pages.write([last.asked_at, last.reconfirmation_id], filters) }) },
    };
  },
});

const answer = defineOperation({
  id: 'answerReconfirmation',
  method: 'post',
  path: '/reconfirmations/{reconfirmationId}/answers',
  tag: 'Reconfirmations',
  summary: 'Confirm a set of mandates, or end it',
  description:
    'The manager answers; where it is about the authority of a manager, the legal representative does. What should ' +
    'be other than it is, is changed first and confirmed then.',
  requirements: ['R81', 'R82', 'R83'],
  params: z.object({ reconfirmationId: uuid }),
  body: z.strictObject({
    answer: z.enum(['confirmed', 'deregistered']),
    mandates: z.array(uuid).min(1).max(1000).optional().meta({ description: 'Those to end; default all of the set.' }),
  }),
  answers: { 201: { description: 'Settled.', schema: z.object({ revoked: z.array(uuid), revision }) } },
  async handle({ session, params, body, administer, idempotency }) {
    const { reconfirmationId } = params;
    const { value, revision: at } = await administer.write(session, { idempotency }, (acting) =>
      answerReconfirmation(acting, {
        reconfirmationId,
        answer: body.answer,
        ...(body.mandates && { mandates: body.mandates }),
      }),
    );
    return { status: 201, body: { ...value, revision: at }, revision: at };
  },
});

export const reconfirmationsOperations: readonly Operation[] = [search, answer];
