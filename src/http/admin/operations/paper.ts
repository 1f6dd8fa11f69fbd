import { z } from 'zod';
import { PAPER_KINDS, searchPaper, viewPaper } from '../../../administer/paper/paper-request.ts';
import { registerPaper } from '../../../administer/paper/register-paper.ts';
import { type Settlement, settlePaper } from '../../../administer/paper/settle-paper.ts';
import { namedParty } from '../../../administer/parties/named-party.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { evidence, loa, moment, pageLimit, pageToken, party, partyView, text, uuid } from '../wire.ts';
import { delegateWish, mandateTerms } from './grant-terms.ts';
import { renewableTerms } from './mandate-schemas.ts';
import { toEvidence } from './means.ts';

const params = z.object({ paperRequestId: uuid });

const paperView = z
  .object({
    paper_request_id: uuid,
    kind: z.enum(PAPER_KINDS),
    represented: partyView,
    signed_by: partyView,
    asked: z.string(),
    mandates: z.array(uuid),
    loa,
    received_at: moment,
    due_at: moment.meta({ description: 'Exclusive: midnight in Amsterdam after the second working day.' }),
    overdue: z.boolean(),
    evidence: z.array(z.looseObject({ kind: z.string() })),
    recorded_at: moment,
    outcome: z.enum(['executed', 'refused']).optional(),
    settled_at: moment.optional(),
    refusal: z.string().optional(),
    signature_verified: z.object({ by: z.string(), at: moment, reference: z.string() }).optional(),
    settled_mandates: z.array(uuid).optional(),
  })
  .meta({ title: 'A request on paper' });

const register = defineOperation({
  id: 'registerPaperRequest',
  method: 'post',
  path: '/paper-requests',
  tag: 'Paper',
  summary: 'Register a request that came on paper, with the moment until which it may wait',
  description: 'Due two working days after receipt, by the holidays of the Algemene termijnenwet.',
  requirements: ['R79', 'R94', 'R98', 'R99', 'R110'],
  body: z.strictObject({
    kind: z.enum(PAPER_KINDS),
    represented: party,
    signed_by: party.meta({ description: 'The manager or legal representative who signed it.' }),
    asked: text(2000).meta({ description: 'In words. Never a personal number.' }),
    mandates: z.array(uuid).max(100).default([]),
    loa,
    received_at: moment,
    evidence: evidence.default([]),
  }),
  answers: { 201: { description: 'Registered.', schema: paperView } },
  async handle({ session, body, administer, idempotency }) {
    const { signed_by, received_at, evidence: shown, ...wish } = body;
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      registerPaper(acting, {
        ...wish,
        signedBy: signed_by,
        receivedAt: new Date(received_at),
        evidence: shown.map(toEvidence),
      }),
    );
    return { status: 201, body: value, revision, location: `/v1/paper-requests/${value.paper_request_id}` };
  },
});

const search = defineOperation({
  id: 'searchPaperRequests',
  method: 'post',
  path: '/paper-requests/_search',
  tag: 'Paper',
  summary: 'Requests on paper by the moment at which they are due',
  requirements: ['R79'],
  body: z.strictObject({
    represented: party.optional(),
    kind: z.enum(PAPER_KINDS).optional(),
    outcome: z.enum(['open', 'executed', 'refused', 'any']).default('open'),
    overdue: z.boolean().optional(),
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 }),
  }),
  answers: {
    200: { description: 'One page.', schema: z.object({ items: z.array(paperView), next: z.string().optional() }) },
  },
  async handle({ session, body, administer, pages }) {
    const { page, ...filters } = body;
    const after = pages.read(page.token, filters) as [string, string] | undefined; // As `write` was given it below.
    const items = await administer.read(session, async (acting) =>
      searchPaper(acting, {
        limit: page.limit,
        outcome: filters.outcome,
        ...(filters.represented && { represented: await namedParty(acting, filters.represented, '/represented') }),
        ...(filters.kind && { kind: filters.kind }),
        ...(filters.overdue !== undefined && { overdue: filters.overdue }),
        ...(after && { after: { dueAt: after[0], id: after[1] } }),
      }),
    );
    const last = items.at(-1);
    const more = last !== undefined && items.length === page.limit;
    return {
      status: 200,
      body: { items, ...(more && { next: pages.write([last.due_at, last.paper_request_id], filters) }) },
    };
  },
});

const view = defineOperation({
  id: 'getPaperRequest',
  method: 'get',
  path: '/paper-requests/{paperRequestId}',
  tag: 'Paper',
  summary: 'One request on paper',
  requirements: ['R79', 'R99'],
  params,
  answers: { 200: { description: 'The request.', schema: paperView } },
  async handle({ session, params: { paperRequestId }, administer }) {
    const body = await administer.read(session, (acting) => viewPaper(acting, paperRequestId));
    return { status: 200, body };
  },
});

const execution = z.strictObject({
  decision: z.literal('executed'),
  signature_verified: z
    .strictObject({ by: text(128), at: moment, reference: text(256) })
    .meta({ description: 'Compared with the archived signature: by whom, when, and where that lies (R99).' }),
  identifications: z.array(uuid).max(5).default([]).meta({
    description:
      'Of the signer. Up to eh2plus one whose copy of a document was checked for this request, at eh3 one in person (R97, R98).',
  }),
  grant: z
    .strictObject({ delegates: z.array(delegateWish).min(1).max(100), ...mandateTerms })
    .optional()
    .meta({ description: 'What is granted, where a grant was asked.' }),
  change: z
    .strictObject({ ...renewableTerms, valid_until: moment.optional() })
    .optional()
    .meta({ description: 'What becomes of each mandate, where a change was asked.' }),
  deviation: text(500).optional().meta({ description: 'For a suspension: why weaker proof had to do (R103).' }),
});

const settle = defineOperation({
  id: 'settlePaperRequest',
  method: 'post',
  path: '/paper-requests/{paperRequestId}/decisions',
  tag: 'Paper',
  summary: 'Do what was asked on paper, or refuse it',
  description:
    'What comes of it happens in the same transaction. What the signer may ask is judged as if he had come himself. ' +
    'Nothing is granted at eh4 on paper.',
  requirements: ['R79', 'R90', 'R94', 'R97', 'R98', 'R99', 'R103', 'R110', 'R138'],
  params,
  body: z.discriminatedUnion('decision', [
    execution,
    z.strictObject({ decision: z.literal('refused'), reason: text(500) }),
  ]),
  answers: { 200: { description: 'Settled.', schema: paperView } },
  async handle({ session, params: { paperRequestId }, body, administer, idempotency }) {
    const options = { reason: `paper request ${paperRequestId}`, idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      settlePaper(acting, paperRequestId, body.decision === 'refused' ? body : toExecution(body)),
    );
    return { status: 200, body: value, revision };
  },
});

function toExecution({ decision, identifications, ...wish }: z.output<typeof execution>): Settlement {
  const { by, at, reference } = wish.signature_verified;
  return {
    decision,
    identifications,
    signature: { by, at: new Date(at), reference },
    ...(wish.grant && { grant: wish.grant }),
    ...(wish.change && { change: wish.change }),
    ...(wish.deviation !== undefined && { deviation: wish.deviation }),
  };
}

export const paperOperations: readonly Operation[] = [register, search, view, settle];
