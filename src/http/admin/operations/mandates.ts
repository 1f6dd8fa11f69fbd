import { changeMandate } from '../../../administer/life/change.ts';
import { confirmSet } from '../../../administer/life/confirm-set.ts';
import { dryRun } from '../../../administer/life/dry-run.ts';
import { reactivateMandate } from '../../../administer/life/reactivate.ts';
import { renewMandate } from '../../../administer/life/renew.ts';
import { renounceMandate, revokeMandate, suspendMandate } from '../../../administer/life/stop.ts';
import { transferMandate } from '../../../administer/life/transfer.ts';
import { AppError } from '../../../domain/errors.ts';
import { defineOperation, type Operation } from '../operation.ts';
import {
  changeBody,
  confirmationBody,
  confirmed,
  params,
  reactivationBody,
  renewalBody,
  renewed,
  renunciationBody,
  revocationBody,
  stopped,
  suspensionBody,
  transferBody,
  transferred,
  written,
} from './mandate-schemas.ts';
import { bulkOperations } from './mandates-bulk.ts';
import { checkOperations } from './mandates-check.ts';
import { writeOptions } from './write-options.ts';

const tag = 'Mandates';

const change = defineOperation({
  id: 'changeMandate',
  method: 'patch',
  path: '/mandates/{mandateId}',
  tag,
  summary: 'Change a mandate, narrower or wider, at once',
  description:
    'What is absent stays; null takes away. The two ends, the kind and the beginning never change, and the end never ' +
    'goes beyond five years after the beginning. The rules judge the mandate as it stands and as it would stand.',
  requirements: ['R37', 'R39', 'R46', 'R47', 'R48', 'R49', 'R57', 'R60', 'R70', 'R78', 'R90'],
  params,
  body: changeBody,
  answers: { 200: { description: 'As it is now.', schema: written } },
  etag: 'required',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { reason, verified_by: verifiedBy, ...wish } = body;
    const { value, revision } = await administer.write(session, writeOptions(idempotency, reason), (acting) =>
      changeMandate(acting, { mandateId, ifMatch, verifiedBy, change: wish }),
    );
    return { status: 200, body: { mandate: value.mandate, revision }, etag: value.etag, revision };
  },
});

const renew = defineOperation({
  id: 'renewMandate',
  method: 'post',
  path: '/mandates/{mandateId}/renewals',
  tag,
  summary: 'Renew a mandate: a new one that names the old',
  description:
    'It asks as much as a first grant: the same level, evidence shown anew. The old mandate is not extended. Where ' +
    'several must grant together, the new one waits for their consents.',
  requirements: ['R60', 'R72', 'R73', 'R74', 'R88', 'R90', 'R94'],
  params,
  body: renewalBody,
  answers: { 201: { description: 'The new mandate.', schema: renewed } },
  etag: 'required',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { value, revision } = await administer.write(session, writeOptions(idempotency, body.reason), (acting) =>
      renewMandate(acting, {
        mandateId,
        ifMatch,
        starts: body.starts,
        validUntil: body.valid_until,
        evidence: body.evidence,
        change: body.change,
        verifiedBy: body.verified_by,
      }),
    );
    const { etag, ...rest } = value;
    return { status: 201, body: { ...rest, revision }, etag, revision, location: locationOf(value.mandate) };
  },
});

const suspend = defineOperation({
  id: 'suspendMandate',
  method: 'post',
  path: '/mandates/{mandateId}/suspensions',
  tag,
  summary: 'Suspend a mandate, at once, until it is reactivated',
  description:
    'By the manager, a legal representative, his proxy or a court. If-Match is optional: speed matters more. A weaker ' +
    'login may do, if the deviation is named. Mandates of co-holders are suspended along with it.',
  requirements: ['R75', 'R101', 'R102', 'R103', 'R104'],
  params,
  body: suspensionBody,
  answers: { 200: { description: 'Suspended.', schema: stopped } },
  etag: 'answered',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { reason, deviation, verified_by: verifiedBy } = body;
    const { value, revision } = await administer.write(session, writeOptions(idempotency, reason), (acting) =>
      suspendMandate(acting, { mandateId, ifMatch, reason, deviation, verifiedBy }),
    );
    const { etag, ...rest } = value;
    return { status: 200, body: { ...rest, revision }, etag, revision };
  },
});

const reactivate = defineOperation({
  id: 'reactivateMandate',
  method: 'post',
  path: '/mandates/{mandateId}/reactivations',
  tag,
  summary: 'Reactivate a suspended mandate',
  description:
    'By the manager or a legal representative, at full strength. What a court or an intervention suspended is lifted ' +
    'by them only; of joint mandates each holder’s authority must stand.',
  requirements: ['R51', 'R76'],
  params,
  body: reactivationBody,
  answers: { 200: { description: 'Active again.', schema: written } },
  etag: 'required',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { reason, verified_by: verifiedBy } = body;
    const { value, revision } = await administer.write(session, writeOptions(idempotency, reason), (acting) =>
      reactivateMandate(acting, { mandateId, ifMatch, reason, verifiedBy }),
    );
    return { status: 200, body: { mandate: value.mandate, revision }, etag: value.etag, revision };
  },
});

const revoke = defineOperation({
  id: 'revokeMandate',
  method: 'post',
  path: '/mandates/{mandateId}/revocations',
  tag,
  summary: 'Revoke a mandate, at once and for good',
  description:
    'By the manager, a legal representative, his proxy or a court. What was passed on from it ends in the same ' +
    'transaction. If-Match is optional: speed matters more.',
  requirements: ['R50', 'R70', 'R77', 'R92', 'R101', 'R102', 'R104', 'R121'],
  params,
  body: revocationBody,
  answers: { 200: { description: 'Revoked.', schema: stopped } },
  etag: 'answered',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { reason, verified_by: verifiedBy } = body;
    const { value, revision } = await administer.write(session, writeOptions(idempotency, reason), (acting) =>
      revokeMandate(acting, { mandateId, ifMatch, reason, verifiedBy }),
    );
    const { etag, ...rest } = value;
    return { status: 200, body: { ...rest, revision }, etag, revision };
  },
});

const renounce = defineOperation({
  id: 'renounceMandate',
  method: 'post',
  path: '/mandates/{mandateId}/renunciations',
  tag,
  summary: 'Lay down a mandate that one holds',
  requirements: ['R70', 'R77', 'R92'],
  params,
  body: renunciationBody,
  answers: { 200: { description: 'Revoked.', schema: stopped } },
  etag: 'answered',
  async handle({ session, params: { mandateId }, body: { reason }, administer, idempotency, ifMatch }) {
    const { value, revision } = await administer.write(session, writeOptions(idempotency, reason), (acting) =>
      renounceMandate(acting, { mandateId, ifMatch, reason }),
    );
    const { etag, ...rest } = value;
    return { status: 200, body: { ...rest, revision }, etag, revision };
  },
});

const transfer = defineOperation({
  id: 'transferMandate',
  method: 'post',
  path: '/mandates/{mandateId}/transfers',
  tag,
  summary: 'Give a mandate to another delegate, for the time that is left',
  description: 'The old mandate ends and the new one begins in one transaction.',
  requirements: ['R34', 'R35', 'R47', 'R70', 'R78', 'R90'],
  params,
  body: transferBody,
  answers: { 201: { description: 'The new mandate.', schema: transferred } },
  etag: 'required',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { delegate: to, name, reason, evidence } = body;
    const { value, revision } = await administer.write(session, writeOptions(idempotency, reason), (acting) =>
      transferMandate(acting, { mandateId, ifMatch, to, name, reason, evidence }),
    );
    const { etag, ...rest } = value;
    return { status: 201, body: { ...rest, revision }, etag, revision, location: locationOf(value.mandate) };
  },
});

const confirm = defineOperation({
  id: 'confirmSet',
  method: 'post',
  path: '/mandates/{mandateId}/set-confirmations',
  tag,
  summary: 'Confirm what a service set has gained',
  description:
    'Services added to a set reach a mandate only when its grantor confirms the new version; the answer says what ' +
    'each is and what mandating it means. With `dry_run` nothing is confirmed.',
  requirements: ['R40', 'R46', 'R55'],
  params,
  body: confirmationBody,
  answers: { 200: { description: 'Confirmed, or what would be.', schema: confirmed } },
  etag: 'required',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const wish = { mandateId, ifMatch, setId: body.set_id, version: body.version };
    if (body.dry_run) {
      const tried = await dryRun(administer, session, (acting) => confirmSet(acting, wish));
      if (!tried.allow) throw new AppError('act_refused', 'the rules do not allow this', { reasons: tried.reasons });
      return { status: 200, body: tried.value, etag: ifMatch ?? '' };
    }
    const { value, revision } = await administer.write(session, writeOptions(idempotency, undefined), (acting) =>
      confirmSet(acting, wish),
    );
    const { etag, ...rest } = value;
    return { status: 200, body: { ...rest, revision }, etag, revision };
  },
});

/** Where a new mandate is found; the view is as SQL made it. */
function locationOf(view: unknown): string {
  const id = typeof view === 'object' && view !== null && 'mandate_id' in view ? String(view.mandate_id) : '';
  return `/mandates/${id}`;
}

export const mandatesOperations: readonly Operation[] = [
  change,
  renew,
  suspend,
  reactivate,
  revoke,
  renounce,
  transfer,
  confirm,
  ...bulkOperations,
  ...checkOperations,
];
