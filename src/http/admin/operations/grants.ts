import { z } from 'zod';
import { consent } from '../../../administer/grants/consent.ts';
import { grantMandates } from '../../../administer/grants/grant.ts';
import { passOn } from '../../../administer/grants/pass-on.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { party } from '../wire.ts';
import {
  answerOne,
  changedMandate,
  delegateWish,
  dryRun,
  granted,
  mandateParams,
  mandateTerms,
  onwardTerms,
  verifiedBy,
} from './grant-terms.ts';

const delegates = z
  .array(delegateWish)
  .min(1)
  .max(100)
  .meta({ description: 'Each gets a mandate of his own: all of them, or none.' });

const answers = {
  201: { description: 'Granted: active at once, or `offered` until the other grantors agree (R51).', schema: granted },
  200: { description: 'A dry run: this would be granted.', schema: granted },
};

const grant = defineOperation({
  id: 'grantMandates',
  method: 'post',
  path: '/mandates',
  tag: 'Grants',
  summary: 'Grant a mandate to one or several delegates',
  description:
    'By the represented himself, whoever represents him by law, or a manager; `appointed` ones by a service owner ' +
    'for its own services, `statutory` ones by a court or the registrar.',
  requirements: [
    ...['R1', 'R2', 'R4', 'R6', 'R7', 'R10', 'R11', 'R15', 'R16', 'R17', 'R26', 'R34', 'R35', 'R36', 'R37', 'R39'],
    ...['R46', 'R47', 'R48', 'R49', 'R50', 'R51', 'R52', 'R55', 'R57', 'R59', 'R60', 'R62', 'R94', 'R115', 'R116'],
    ...['R19', 'R104', 'R117', 'R118', 'R119', 'R121', 'R126', 'R138'],
  ],
  body: z.strictObject({ represented: party, delegates, ...mandateTerms, verified_by: verifiedBy, dry_run: dryRun }),
  answers,
  async handle({ session, body, administer, idempotency }) {
    const options = body.dry_run || !idempotency ? {} : { idempotency };
    const { value, revision } = await administer.write(session, options, (acting) => grantMandates(acting, body));
    if (body.dry_run) return { status: 200, body: value };
    return { status: 201, body: { ...value, revision }, revision };
  },
});

const onward = defineOperation({
  id: 'passOnMandate',
  method: 'post',
  path: '/mandates/{mandateId}/onward-mandates',
  tag: 'Grants',
  summary: 'Pass a mandate on, under the right of substitution',
  description:
    'What is not said is taken from the mandate itself. An onward mandate stays within it in every respect, ends with ' +
    'it, and cannot be passed on in turn.',
  requirements: ['R50', 'R112'],
  params: mandateParams,
  body: z.strictObject({ delegates, ...onwardTerms, dry_run: dryRun }),
  answers,
  async handle({ session, params, body, administer, idempotency }) {
    const options = body.dry_run || !idempotency ? {} : { idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      passOn(acting, { ...body, parentId: params.mandateId }),
    );
    if (body.dry_run) return { status: 200, body: value };
    return { status: 201, body: { ...value, revision }, revision };
  },
});

const consenting = defineOperation({
  id: 'consentToMandate',
  method: 'post',
  path: '/mandates/{mandateId}/consents',
  tag: 'Grants',
  summary: 'Agree, as one of several who grant together',
  description: 'With the last whom the grantor’s rules ask for, the mandate is active.',
  requirements: ['R51'],
  params: mandateParams,
  etag: 'required',
  answers: { 200: { description: 'Agreed: the mandate as it now stands.', schema: changedMandate } },
  async handle({ session, params, ifMatch, administer, idempotency }) {
    return answerOne(
      await administer.write(session, idempotency ? { idempotency } : {}, (acting) =>
        consent(acting, { mandateId: params.mandateId, seen: ifMatch }),
      ),
    );
  },
});

export const grantsOperations: readonly Operation[] = [grant, onward, consenting];
