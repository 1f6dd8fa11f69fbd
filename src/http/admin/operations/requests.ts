import { z } from 'zod';
import { approveRequest, rejectRequest, withdrawRequest } from '../../../administer/grants/answer-request.ts';
import { requestMandates } from '../../../administer/grants/request.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { branch, moment, party } from '../wire.ts';
import {
  answerOne,
  changedMandate,
  granted,
  mandateParams,
  mandateTerms,
  narrowingTerms,
  reason,
  representedWish,
} from './grant-terms.ts';

const TAG = 'Mandate requests';

const request = defineOperation({
  id: 'requestMandates',
  method: 'post',
  path: '/mandate-requests',
  tag: TAG,
  summary: 'Ask to be mandated, by one or several parties',
  description:
    'The intended delegate prepares the whole mandate (machtigingsclaim); it counts for nothing until the represented ' +
    'approves it, and lapses after thirty days unless another moment is said.',
  requirements: ['R63', 'R65', 'R66'],
  body: z.strictObject({
    represented: z.array(representedWish).min(1).max(100).meta({ description: 'Of whom it is asked.' }),
    delegate: party.meta({ description: 'Who wants to act: the caller, or an organisation that he manages.' }),
    delegate_branch: branch.optional(),
    lapses_at: moment.optional().meta({ description: 'Until when it waits; at most ninety days from now.' }),
    ...mandateTerms,
  }),
  answers: { 201: { description: 'Asked: one request for each represented.', schema: granted } },
  async handle({ session, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, idempotency ? { idempotency } : {}, (acting) =>
      requestMandates(acting, body),
    );
    return { status: 201, body: { ...value, revision }, revision };
  },
});

const approve = defineOperation({
  id: 'approveMandateRequest',
  method: 'post',
  path: '/mandate-requests/{mandateId}/approvals',
  tag: TAG,
  summary: 'Approve a request, or less than was asked',
  description:
    'From now on it is a mandate. What the body says narrows what was asked and never widens it; an empty body ' +
    'approves it as it is. If-Match makes sure that what is approved is what was seen.',
  requirements: ['R51', 'R62', 'R64', 'R65'],
  params: mandateParams,
  body: z.strictObject(narrowingTerms),
  etag: 'required',
  answers: { 200: { description: 'Approved: the mandate as it now stands.', schema: changedMandate } },
  async handle({ session, params, body, ifMatch, administer, idempotency }) {
    return answerOne(
      await administer.write(session, idempotency ? { idempotency } : {}, (acting) =>
        approveRequest(acting, { mandateId: params.mandateId, seen: ifMatch, narrowing: body }),
      ),
    );
  },
});

const reject = defineOperation({
  id: 'rejectMandateRequest',
  method: 'post',
  path: '/mandate-requests/{mandateId}/rejections',
  tag: TAG,
  summary: 'Reject a request, or an offer that waits for one’s own agreement',
  requirements: ['R65'],
  params: mandateParams,
  body: z.strictObject({ reason }),
  etag: 'required',
  answers: { 200: { description: 'Rejected, for good.', schema: changedMandate } },
  async handle({ session, params, body, ifMatch, administer, idempotency }) {
    const options = { reason: body.reason, idempotency };
    return answerOne(
      await administer.write(session, options, (acting) =>
        rejectRequest(acting, { mandateId: params.mandateId, seen: ifMatch, reason: body.reason }),
      ),
    );
  },
});

const withdraw = defineOperation({
  id: 'withdrawMandateRequest',
  method: 'post',
  path: '/mandate-requests/{mandateId}/withdrawals',
  tag: TAG,
  summary: 'Take back a request',
  requirements: ['R65'],
  params: mandateParams,
  body: z.strictObject({ reason: reason.optional() }),
  etag: 'required',
  answers: { 200: { description: 'Withdrawn, for good.', schema: changedMandate } },
  async handle({ session, params, body, ifMatch, administer, idempotency }) {
    const options = { ...(body.reason !== undefined && { reason: body.reason }), idempotency };
    return answerOne(
      await administer.write(session, options, (acting) =>
        withdrawRequest(acting, { mandateId: params.mandateId, seen: ifMatch, reason: body.reason }),
      ),
    );
  },
});

export const requestsOperations: readonly Operation[] = [request, approve, reject, withdraw];
