import { z } from 'zod';
import type { Acting } from '../../../administer/acting.ts';
import { passOn } from '../../../administer/grants/pass-on.ts';
import { changeMandate } from '../../../administer/life/change.ts';
import { confirmSet } from '../../../administer/life/confirm-set.ts';
import { dryRun } from '../../../administer/life/dry-run.ts';
import { requireSight } from '../../../administer/life/permit.ts';
import { reactivateMandate } from '../../../administer/life/reactivate.ts';
import { renewMandate } from '../../../administer/life/renew.ts';
import { renounceMandate, revokeMandate, suspendMandate } from '../../../administer/life/stop.ts';
import { transferMandate } from '../../../administer/life/transfer.ts';
import { dismissManager } from '../../../administer/managers/change.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { evidence, moment, text, uuid } from '../wire.ts';
import { deviation, newDelegate, renewableTerms, verifiedBy } from './mandate-schemas.ts';

const mandate_id = uuid;
const of = <N extends string>(name: N) => z.literal(name);

const checkBody = z
  .discriminatedUnion('act', [
    z.strictObject({ act: of('mandate.view'), mandate_id }),
    z.strictObject({
      act: of('mandate.change'),
      mandate_id,
      change: z.strictObject({ ...renewableTerms, valid_until: moment.optional(), evidence: evidence.optional() }),
    }),
    z.strictObject({
      act: of('mandate.renew'),
      mandate_id,
      starts: z.enum(['at_end', 'now']).optional(),
      valid_until: moment,
      evidence: evidence.default([]),
      change: z.strictObject(renewableTerms).optional(),
    }),
    z.strictObject({
      act: of('mandate.suspend'),
      mandate_id,
      deviation: deviation.optional(),
      verified_by: verifiedBy.optional(),
    }),
    z.strictObject({ act: of('mandate.reactivate'), mandate_id, verified_by: verifiedBy.optional() }),
    z.strictObject({ act: of('mandate.revoke'), mandate_id, verified_by: verifiedBy.optional() }),
    z.strictObject({ act: of('mandate.renounce'), mandate_id }),
    z.strictObject({ act: of('mandate.transfer'), mandate_id, delegate: newDelegate }),
    z.strictObject({ act: of('mandate.pass_on'), mandate_id, delegate: newDelegate }),
    z.strictObject({ act: of('mandate.confirm_set'), mandate_id, set_id: uuid, version: z.number().int().min(1) }),
    z.strictObject({ act: of('manager.dismiss'), mandate_id }),
  ])
  .meta({ examples: [{ act: 'mandate.revoke', mandate_id: '3a000000-0000-4000-8000-000000000001' }] });

const check = defineOperation({
  id: 'checkAct',
  method: 'post',
  path: '/mandates/_check',
  tag: 'Mandates',
  summary: 'May I do this? An act on a mandate, done and undone',
  description:
    'For example: may I pass this on (right of substitution)? The rules answer with their reasons; what else stands in ' +
    'the way (its status, the register’s constraints) is answered as the act itself would answer it. Whoever may not ' +
    'see the mandate is told that there is none.',
  requirements: ['R50', 'R90', 'R112'],
  body: checkBody,
  answers: {
    200: {
      description: 'Whether the rules allow it, and why not.',
      schema: z.object({ allow: z.boolean(), reasons: z.array(text(64)) }),
    },
  },
  async handle({ session, body, administer }) {
    const tried = await dryRun(administer, session, (acting) => attempt(acting, body));
    return { status: 200, body: { allow: tried.allow, reasons: tried.reasons } };
  },
});

/** Kept nowhere, since all is undone. */
const TRIED = 'dry run';

async function attempt(acting: Acting, body: z.output<typeof checkBody>): Promise<unknown> {
  const mandateId = body.mandate_id;
  // First of all, for some acts look at more than the mandate before they ask the rules.
  await requireSight(acting, mandateId);
  switch (body.act) {
    case 'mandate.view':
      return;
    case 'mandate.change':
      return changeMandate(acting, { mandateId, change: body.change });
    case 'mandate.renew':
      return renewMandate(acting, {
        mandateId,
        starts: body.starts,
        validUntil: body.valid_until,
        evidence: body.evidence,
        change: body.change,
      });
    case 'mandate.suspend':
      return suspendMandate(acting, {
        mandateId,
        reason: TRIED,
        deviation: body.deviation,
        verifiedBy: body.verified_by,
      });
    case 'mandate.reactivate':
      return reactivateMandate(acting, { mandateId, verifiedBy: body.verified_by });
    case 'mandate.revoke':
      return revokeMandate(acting, { mandateId, reason: TRIED, verifiedBy: body.verified_by });
    case 'mandate.renounce':
      return renounceMandate(acting, { mandateId, reason: TRIED });
    case 'mandate.transfer':
      return transferMandate(acting, { mandateId, to: body.delegate, reason: TRIED });
    case 'mandate.pass_on':
      return passOn(acting, { parentId: mandateId, delegates: [body.delegate] });
    case 'mandate.confirm_set':
      return confirmSet(acting, { mandateId, setId: body.set_id, version: body.version });
    case 'manager.dismiss':
      return dismissManager(acting, { mandateId, reason: TRIED });
  }
}

export const checkOperations: readonly Operation[] = [check];
