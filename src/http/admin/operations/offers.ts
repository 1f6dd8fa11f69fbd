import { z } from 'zod';
import { activateOffer, showOffer } from '../../../administer/grants/activate.ts';
import { offerMandate } from '../../../administer/grants/offer.ts';
import { openOffers, reissueCode, withdrawOffer } from '../../../administer/grants/offer-life.ts';
import { representedOf } from '../../../administer/grants/sides.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { date, identifier, mandateView, moment, party, uuid } from '../wire.ts';
import {
  answerOne,
  changedMandate,
  delegateWish,
  mandateParams,
  mandateTerms,
  meanings,
  reason,
} from './grant-terms.ts';

const TAG = 'Mandate offers';

const code = z.string().meta({
  description: 'Twelve letters and digits, shown this once; the last one tells a typing error.',
  examples: ['7KQ2-9XTM-4RBW'],
});

const offer = defineOperation({
  id: 'offerMandate',
  method: 'post',
  path: '/mandate-offers',
  tag: TAG,
  summary: 'Offer a mandate that its delegate activates with a code',
  description:
    'The grantor hands the code to the delegate, who activates it with his own login and the date of birth and number ' +
    'of the grantor. Without a named delegate it is for whoever does so first. It expires after fourteen days.',
  requirements: ['R48', 'R55', 'R67', 'R69'],
  body: z.strictObject({
    represented: party,
    delegate: delegateWish.optional(),
    ...mandateTerms,
    kind: z.enum(['employee', 'business', 'voluntary']),
    expires_at: moment.optional().meta({ description: 'At most thirty days from now.' }),
  }),
  answers: {
    201: {
      description: 'Offered. The code is kept nowhere and never shown again.',
      schema: z.object({
        mandate_id: uuid,
        code,
        expires_at: moment,
        mandate: mandateView.optional().meta({ description: 'Where the delegate was named.' }),
        meaning: meanings,
        revision: z.string(),
      }),
    },
  },
  async handle({ session, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, idempotency ? { idempotency } : {}, (acting) =>
      offerMandate(acting, body),
    );
    return { status: 201, body: { ...value, revision }, revision };
  },
});

const activate = defineOperation({
  id: 'activateMandateOffer',
  method: 'post',
  path: '/mandate-offers/_activate',
  tag: TAG,
  summary: 'Activate an offer with its code',
  description:
    'By the delegate with his own login. A code may be tried five times. Whatever is not right, the answer is the same: ' +
    '`act_refused` with `code_not_verified`. With `dry_run` it shows what would be accepted; that is a try as well.',
  requirements: ['R55', 'R64', 'R67', 'R68', 'R69'],
  body: z.strictObject({
    code: z.string().min(1).max(40),
    birth_date: date.meta({ description: 'Of whoever offered it.' }),
    bsn: identifier
      .refine((given) => given.scheme === 'bsn', 'must be a citizen service number: urn:nl:bsn:…')
      .meta({ type: 'string', examples: ['urn:nl:bsn:999990019'], description: 'Of whoever offered it.' }),
    dry_run: z.boolean().default(false).meta({ description: 'Only show what would be accepted.' }),
  }),
  answers: {
    200: {
      description: 'Active from now on, or what would be.',
      schema: changedMandate.extend({ meaning: meanings, revision: z.string().optional() }),
    },
  },
  async handle({ session, body: { dry_run: isDryRun, ...wish }, administer, idempotency }) {
    if (isDryRun) return { status: 200, body: { ...(await showOffer(administer, session, wish)) } };
    const { value, revision } = await activateOffer(administer, session, idempotency ? { idempotency } : {}, wish);
    return { ...answerOne({ value: value.mandate, revision }), body: { ...value, revision } };
  },
});

const withdraw = defineOperation({
  id: 'withdrawMandateOffer',
  method: 'post',
  path: '/mandate-offers/{mandateId}/withdrawals',
  tag: TAG,
  summary: 'Take back an offer; its code leads nowhere from now on',
  requirements: ['R67', 'R70'],
  params: mandateParams,
  body: z.strictObject({ reason: reason.optional() }),
  answers: { 204: { description: 'Withdrawn, for good.' } },
  async handle({ session, params, body, administer, idempotency }) {
    const options = { ...(body.reason !== undefined && { reason: body.reason }), idempotency };
    const { revision } = await administer.write(session, options, (acting) =>
      withdrawOffer(acting, { mandateId: params.mandateId, reason: body.reason }),
    );
    return { status: 204, revision };
  },
});

const reissue = defineOperation({
  id: 'reissueActivationCode',
  method: 'post',
  path: '/mandate-offers/{mandateId}/codes',
  tag: TAG,
  summary: 'Make a new code for an offer; the old one leads nowhere',
  description: 'It may be tried five times again, and goes with the date of birth and number of whoever asks for it.',
  requirements: ['R67'],
  params: mandateParams,
  answers: {
    201: {
      description: 'A new code, shown this once.',
      schema: z.object({ mandate_id: uuid, code, expires_at: moment, revision: z.string() }),
    },
  },
  async handle({ session, params, administer, idempotency }) {
    const { value, revision } = await administer.write(session, idempotency ? { idempotency } : {}, (acting) =>
      reissueCode(acting, { mandateId: params.mandateId }),
    );
    return { status: 201, body: { ...value, revision }, revision };
  },
});

const search = defineOperation({
  id: 'searchMandateOffers',
  method: 'post',
  path: '/mandate-offers/_search',
  tag: TAG,
  summary: 'The offers of a party that wait for a code',
  description: 'Newest first, the last two hundred.',
  requirements: ['R67', 'R122'],
  body: z.strictObject({ represented: party }),
  answers: {
    200: {
      description: 'What waits; never the codes.',
      schema: z.object({
        items: z.array(
          z.object({
            mandate_id: uuid,
            name: z.string(),
            kind: z.string(),
            offered_at: moment,
            expires_at: moment,
            exhausted: z.boolean().meta({ description: 'Tried too often: it takes a new code.' }),
            delegate_named: z.boolean(),
          }),
        ),
      }),
    },
  },
  async handle({ session, body, administer }) {
    const items = await administer.read(session, async (acting) => {
      const { partyId } = await representedOf(acting, body.represented);
      return openOffers(acting, partyId);
    });
    return { status: 200, body: { items } };
  },
});

export const offersOperations: readonly Operation[] = [offer, activate, withdraw, reissue, search];
