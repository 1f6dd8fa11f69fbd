import { z } from 'zod';
import type { Acting } from '../../../administer/acting.ts';
import type { Selection } from '../../../administer/life/bulk.ts';
import { revokeMany, transferMany } from '../../../administer/life/bulk-acts.ts';
import type { BulkFilter } from '../../../administer/life/bulk-select.ts';
import { dryRun } from '../../../administer/life/dry-run.ts';
import { AppError } from '../../../domain/errors.ts';
import { type Answer, defineOperation, type Operation, type Request } from '../operation.ts';
import { evidence } from '../wire.ts';
import { counted, isOneSelection, newDelegate, reason, selection, verifiedBy } from './mandate-schemas.ts';
import { writeOptions } from './write-options.ts';

const tag = 'Mandates';
const ONE_SELECTION = 'must have either ids or a filter';

const revokeAll = defineOperation({
  id: 'revokeMandates',
  method: 'post',
  path: '/mandates/_revoke',
  // Ten thousand ids.
  maxBytes: 512 * 1024,
  tag,
  summary: 'Revoke up to 10,000 mandates at once, or none',
  description:
    'By ids, or by a filter that names a party at one end: all that is active or suspended. Each is judged by the ' +
    'rules; one that may not be revoked stops them all. First ask with `dry_run` what it would do. Send an ' +
    'Idempotency-Key: after a broken connection the same request gives the same answer.',
  requirements: ['R70', 'R77', 'R92', 'R101', 'R102', 'R104', 'R113', 'R134'],
  body: z
    .strictObject({
      ...selection,
      act: z.enum(['mandate.revoke', 'mandate.renounce']).default('mandate.revoke').meta({
        description: 'As the represented, or as the delegate who lays them down.',
      }),
      reason,
      verified_by: verifiedBy.optional(),
    })
    .refine(isOneSelection, ONE_SELECTION),
  answers: { 200: { description: 'How many were revoked, or would be.', schema: counted('revoked') } },
  handle: (request) => {
    const { act, reason: why, verified_by: by } = request.body;
    return inBulk(request, (acting, selected) =>
      revokeMany(acting, { selection: selected, act, reason: why, verifiedBy: by }),
    );
  },
});

const transferAll = defineOperation({
  id: 'transferMandates',
  method: 'post',
  path: '/mandates/_transfer',
  // Ten thousand ids.
  maxBytes: 512 * 1024,
  tag,
  summary: 'Give up to 10,000 mandates to another delegate at once, or none',
  description:
    'By ids, or by a filter that names a party at one end: all that is active and not over. Each new mandate has the ' +
    'time that the old one had left. First ask with `dry_run` what it would do.',
  requirements: ['R47', 'R70', 'R78', 'R90', 'R134'],
  body: z
    .strictObject({ ...selection, delegate: newDelegate, reason, evidence: evidence.optional() })
    .refine(isOneSelection, ONE_SELECTION),
  answers: { 200: { description: 'How many were transferred, or would be.', schema: counted('transferred') } },
  handle: (request) => {
    const { delegate: to, reason: why, evidence: shown } = request.body;
    return inBulk(request, (acting, selected) =>
      transferMany(acting, { selection: selected, to, reason: why, evidence: shown }),
    );
  },
});

interface Bulk {
  ids?: readonly string[] | undefined;
  filter?: BulkFilter | undefined;
  dry_run?: boolean | undefined;
  reason: string;
}

async function inBulk(
  { session, body, administer, idempotency }: Request<unknown, unknown, Bulk>,
  act: (acting: Acting, selected: Selection) => Promise<object>,
): Promise<Answer> {
  const selected = body.filter ? { filter: body.filter } : { ids: body.ids ?? [] };
  if (body.dry_run) {
    const tried = await dryRun(administer, session, (acting) => act(acting, selected));
    if (!tried.allow) throw new AppError('act_refused', 'the rules do not allow this', { reasons: tried.reasons });
    return { status: 200, body: { ...tried.value, dry_run: true } };
  }
  const { value, revision } = await administer.write(session, writeOptions(idempotency, body.reason), (acting) =>
    act(acting, selected),
  );
  return { status: 200, body: { ...value, dry_run: false, revision }, revision };
}

export const bulkOperations: readonly Operation[] = [revokeAll, transferAll];
