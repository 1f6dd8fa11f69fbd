import { z } from 'zod';
import type { Acting } from '../../../administer/acting.ts';
import { endIntervention, listInterventions } from '../../../administer/interventions/end-intervention.ts';
import { type InterventionWish, intervene } from '../../../administer/interventions/intervene.ts';
import type { SuccessorWish } from '../../../administer/interventions/successor.ts';
import { namedParty } from '../../../administer/parties/named-party.ts';
import { INTERVENTIONS } from '../../../domain/administration.ts';
import { type Answer, defineOperation, type Operation, type Request } from '../operation.ts';
import { evidence, loa, moment, party, text, uuid } from '../wire.ts';
import { toEvidence } from './means.ts';
import { interventionView, partyParams, reference, verifiedBy } from './party-schemas.ts';

const successor = z
  .strictObject({
    as: z.enum(['legal_representative', 'appointed']),
    delegate: party,
    name: text(200).optional(),
    loa: loa.optional().meta({ description: 'Default eh3.' }),
    services: z.array(uuid).min(1).max(500).optional(),
    granted_by: party
      .optional()
      .meta({ description: 'The public organisation that appoints, where a court or the registrar calls for it.' }),
    valid_until: moment.optional(),
    evidence: evidence.default([]),
  })
  .meta({
    description:
      'A curator, liquidator or bewindvoerder by law, or whoever a public organisation appoints for named services, ' +
      'such as the new owner.',
  });

const body = z.strictObject({
  kind: z.enum(INTERVENTIONS),
  since: moment,
  reference,
  verified_by: verifiedBy.optional(),
  successor: successor.optional(),
});

const DESCRIPTION =
  'A service owner speaks of businesses only (bankruptcy, WSNP, dissolution, deregistration, the end of a business) and says ' +
  'in verified_by where it saw it; of a death, curatele or bewind a court or the registrar speaks. ' +
  'In one transaction the party is put in its state and everything ends that ends by it; a curator or new owner may be ' +
  'mandated at once. What ended stays so, also when the intervention ends. The same reference from the same source is the ' +
  'same intervention: it is answered again, with 200.';
const answers = {
  200: { description: 'Known already; nothing was done.', schema: interventionView },
  201: { description: 'Done.', schema: interventionView },
};

const one = defineOperation({
  id: 'interveneOnParty',
  method: 'post',
  path: '/parties/{partyId}/interventions',
  tag: 'Interventions',
  summary: 'Say what became of a party: bankruptcy, death, the end of a business, …',
  description: DESCRIPTION,
  requirements: ['R84', 'R104', 'R113', 'R114', 'R115', 'R116', 'R121'],
  params: partyParams,
  body,
  answers,
  handle: (request) => handled(request, request.body, async () => request.params.partyId),
});

const named = defineOperation({
  id: 'intervene',
  method: 'post',
  path: '/interventions',
  tag: 'Interventions',
  summary: 'The same for a party by its identifier: for machines that hear of it',
  description: DESCRIPTION,
  requirements: ['R84', 'R104', 'R113', 'R114', 'R115', 'R116', 'R121'],
  body: body.extend({ party }),
  answers,
  handle: (request) => handled(request, request.body, (acting) => namedParty(acting, request.body.party, '/party')),
});

type Common = Pick<Request<unknown, unknown, unknown>, 'session' | 'administer' | 'idempotency'>;

async function handled(
  { session, administer, idempotency }: Common,
  wish: z.output<typeof body>,
  find: (acting: Acting) => Promise<string>,
): Promise<Answer> {
  const options = { reason: `${wish.kind} ${wish.reference}`, idempotency };
  const { value, revision } = await administer.write(session, options, async (acting) =>
    intervene(acting, await find(acting), toWish(wish)),
  );
  return { status: value.created ? 201 : 200, body: value.intervention, revision };
}

function toWish(wish: z.output<typeof body>): InterventionWish {
  return {
    kind: wish.kind,
    since: new Date(wish.since),
    reference: wish.reference,
    ...(wish.verified_by && { verifiedBy: wish.verified_by }),
    ...(wish.successor && { successor: toSuccessor(wish.successor) }),
  };
}

function toSuccessor({ valid_until, granted_by, ...wish }: z.output<typeof successor>): SuccessorWish {
  return {
    as: wish.as,
    delegate: wish.delegate,
    evidence: wish.evidence.map(toEvidence),
    ...(wish.name !== undefined && { name: wish.name }),
    ...(wish.loa && { loa: wish.loa }),
    ...(wish.services && { services: wish.services }),
    ...(granted_by && { grantedBy: granted_by }),
    ...(valid_until !== undefined && { validUntil: new Date(valid_until) }),
  };
}

const list = defineOperation({
  id: 'listInterventions',
  method: 'get',
  path: '/parties/{partyId}/interventions',
  tag: 'Interventions',
  summary: 'What became of a party, and what ended by it',
  requirements: ['R84', 'R113', 'R125'],
  params: partyParams,
  answers: { 200: { description: 'The oldest first.', schema: z.object({ items: z.array(interventionView) }) } },
  async handle({ session, params, administer }) {
    const items = await administer.read(session, (acting) => listInterventions(acting, params.partyId));
    return { status: 200, body: { items } };
  },
});

const end = defineOperation({
  id: 'endIntervention',
  method: 'post',
  path: '/parties/{partyId}/interventions/{interventionId}/endings',
  tag: 'Interventions',
  summary: 'Say that it is over: the state ends, and nothing that ended comes back',
  requirements: ['R104', 'R113'],
  params: partyParams.extend({ interventionId: uuid }),
  body: z.strictObject({ ended_at: moment, reference, verified_by: verifiedBy.optional() }),
  answers: { 200: { description: 'Over.', schema: interventionView } },
  async handle({ session, params, body: wish, administer, idempotency }) {
    const options = { reason: wish.reference, idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      endIntervention(acting, {
        ...params,
        endedAt: new Date(wish.ended_at),
        reference: wish.reference,
        ...(wish.verified_by && { verifiedBy: wish.verified_by }),
      }),
    );
    return { status: 200, body: value, revision };
  },
});

export const interventionsOperations: readonly Operation[] = [one, named, list, end];
