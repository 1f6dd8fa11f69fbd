import { z } from 'zod';
import { NEVER_CHANGED } from '../../../administer/if-match.ts';
import { putBranch, removeBranch } from '../../../administer/parties/branches.ts';
import { changeParty } from '../../../administer/parties/change-party.ts';
import { viewParty } from '../../../administer/parties/find-parties.ts';
import { addIdentifier, removeIdentifier } from '../../../administer/parties/identifiers.ts';
import { registerParty } from '../../../administer/parties/register-party.ts';
import { recordState } from '../../../administer/parties/states.ts';
import { PARTY_KINDS, PARTY_STATES } from '../../../domain/facts.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { branch, date, identifier, moment, text } from '../wire.ts';
import { identificationsOperations } from './identifications.ts';
import { branchWish, partyDetails, partyParams, reference, verifiedBy } from './party-schemas.ts';
import { partySearchOperations } from './party-search.ts';

const register = defineOperation({
  id: 'registerParty',
  method: 'post',
  path: '/parties',
  tag: 'Parties',
  summary: 'Register an organisation or a person',
  description:
    'By the registrar. An identifier that names a party already is refused: one firm is one party, whatever its numbers.',
  requirements: ['R4', 'R8', 'R9', 'R20', 'R24', 'R25', 'R26', 'R109'],
  body: z.strictObject({
    kind: z.enum(PARTY_KINDS),
    name: text(200),
    birth_date: date.optional(),
    identifiers: z.array(identifier).max(10).default([]),
    branches: z.array(branchWish).max(1000).optional(),
  }),
  answers: { 201: { description: 'Registered.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, body, administer, idempotency }) {
    const { birth_date: birthDate, branches, ...wish } = body;
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      registerParty(acting, {
        ...wish,
        ...(birthDate !== undefined && { birthDate }),
        ...(branches && { branches: branches.map(toBranch) }),
      }),
    );
    const location = `/v1/parties/${value.party_id}`;
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision, location };
  },
});

const view = defineOperation({
  id: 'getParty',
  method: 'get',
  path: '/parties/{partyId}',
  tag: 'Parties',
  summary: 'One party: its public numbers, states and branches',
  description: 'Of personal numbers only which schemes are known. A party that may not be seen is not found.',
  requirements: ['R8', 'R20', 'R25'],
  params: partyParams,
  answers: { 200: { description: 'The party.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, params, administer }) {
    const found = await administer.read(session, (acting) => viewParty(acting, params.partyId));
    return { status: 200, body: found, etag: found.revision ?? NEVER_CHANGED };
  },
});

const change = defineOperation({
  id: 'changeParty',
  method: 'patch',
  path: '/parties/{partyId}',
  tag: 'Parties',
  summary: 'Correct a name or a date of birth',
  requirements: ['R8', 'R9', 'R68'],
  params: partyParams,
  body: z.strictObject({ name: text(200).optional(), birth_date: date.nullable().optional() }),
  answers: { 200: { description: 'As it is now.', schema: partyDetails } },
  etag: 'required',
  async handle({ session, params, body, administer, idempotency, ifMatch }) {
    const { name, birth_date: birthDate } = body;
    const wish = { ...(name !== undefined && { name }), ...(birthDate !== undefined && { birthDate }) };
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      changeParty(acting, params.partyId, wish, ifMatch),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const identifierBody = z.strictObject({ identifier });

const giveIdentifier = defineOperation({
  id: 'addPartyIdentifier',
  method: 'post',
  path: '/parties/{partyId}/identifiers',
  tag: 'Parties',
  summary: 'Give a party one more identifier',
  requirements: ['R14', 'R20', 'R35'],
  params: partyParams,
  body: identifierBody,
  answers: { 200: { description: 'As it is now.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, params, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      addIdentifier(acting, params.partyId, body.identifier),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const takeIdentifier = defineOperation({
  id: 'removePartyIdentifier',
  method: 'post',
  path: '/parties/{partyId}/identifiers/_remove',
  tag: 'Parties',
  summary: 'Take away an identifier that was wrong',
  description: 'Not the last one. A KvK number goes only after its branches. The number stands in the body alone.',
  requirements: ['R20'],
  params: partyParams,
  body: identifierBody,
  answers: { 200: { description: 'As it is now.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, params, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      removeIdentifier(acting, params.partyId, body.identifier),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const branchParams = partyParams.extend({ branch });

const giveBranch = defineOperation({
  id: 'putBranch',
  method: 'put',
  path: '/parties/{partyId}/branches/{branch}',
  tag: 'Parties',
  summary: 'Register a branch, or give it another name',
  description:
    'Twelve digits, of one party with a KvK number. 0000 and that number stand for having no branches, and are no branch.',
  requirements: ['R24', 'R25', 'R26'],
  params: branchParams,
  body: z.strictObject({ name: text(200).optional() }),
  answers: { 200: { description: 'The party as it is now.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, params, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      putBranch(acting, params.partyId, toBranch({ branch: params.branch, name: body.name })),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const takeBranch = defineOperation({
  id: 'removeBranch',
  method: 'delete',
  path: '/parties/{partyId}/branches/{branch}',
  tag: 'Parties',
  summary: 'Take away a branch that no mandate names',
  requirements: ['R26', 'R37'],
  params: branchParams,
  answers: { 200: { description: 'The party as it is now.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, params, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      removeBranch(acting, params.partyId, params.branch),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const state = defineOperation({
  id: 'recordPartyState',
  method: 'post',
  path: '/parties/{partyId}/states',
  tag: 'Parties',
  summary: 'Say that a party is in a state, or no longer is, without ending its mandates',
  description:
    'The rules stop what the state stops for as long as it lasts. Each source speaks for itself: the same state and moment ' +
    'again, with another end, replaces what this source said. To end mandates for good, see interventions.',
  requirements: ['R84', 'R113', 'R118'],
  params: partyParams,
  body: z.strictObject({
    state: z.enum(PARTY_STATES),
    since: moment,
    until: moment.optional(),
    reference,
    verified_by: verifiedBy.optional(),
  }),
  answers: { 200: { description: 'The party as it is now.', schema: partyDetails } },
  etag: 'answered',
  async handle({ session, params, body, administer, idempotency }) {
    const { verified_by: channels, since, until, ...wish } = body;
    const options = { reason: body.reference, idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      recordState(acting, params.partyId, {
        ...wish,
        since: new Date(since),
        ...(until !== undefined && { until: new Date(until) }),
        ...(channels && { verifiedBy: channels }),
      }),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

function toBranch({ branch: number, name }: { branch: string; name?: string | undefined }) {
  return { branch: number, ...(name !== undefined && { name }) };
}

export const partiesOperations: readonly Operation[] = [
  register,
  ...partySearchOperations,
  view,
  change,
  giveIdentifier,
  takeIdentifier,
  giveBranch,
  takeBranch,
  state,
  ...identificationsOperations,
];
