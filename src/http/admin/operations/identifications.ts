import { z } from 'zod';
import {
  CHECKS,
  DOCUMENTS,
  endIdentification,
  listIdentifications,
  METHODS,
  recordIdentification,
} from '../../../administer/parties/identifications.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { branch, date, loa, moment, text, uuid } from '../wire.ts';
import { identificationView, partyParams, reason, reference } from './party-schemas.ts';

const record = defineOperation({
  id: 'recordIdentification',
  method: 'post',
  path: '/parties/{partyId}/identifications',
  tag: 'Identifications',
  summary: 'Record that a party was identified: how, by whom, when and on what document',
  description:
    'A copy of a document is checked in the register of lost documents or against a bank transfer, and reaches eh2plus at ' +
    'most. While the document is valid its copy may be used again (`reuses`). The number of a document is never kept.',
  requirements: ['R18', 'R19', 'R94', 'R97', 'R98', 'R138'],
  params: partyParams,
  body: z.strictObject({
    method: z.enum(METHODS),
    check: z.enum(CHECKS),
    loa,
    document: z.strictObject({ kind: z.enum(DOCUMENTS), valid_until: date }).optional(),
    reuses: uuid.optional().meta({ description: 'The identification whose copy was checked again (R98).' }),
    branch: branch.optional().meta({ description: 'The one branch that was identified (R19).' }),
    reference: reference.optional(),
    checked_by: text(128).meta({ description: 'Who checked, as the registrar names his people.' }),
    checked_at: moment,
  }),
  answers: { 201: { description: 'Recorded.', schema: identificationView } },
  async handle({ session, params, body, administer, idempotency }) {
    const { document, reuses, branch: number, reference: given, ...wish } = body;
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      recordIdentification(acting, params.partyId, {
        method: wish.method,
        check: wish.check,
        loa: wish.loa,
        checkedBy: wish.checked_by,
        checkedAt: new Date(wish.checked_at),
        ...(document && { document: { kind: document.kind, validUntil: document.valid_until } }),
        ...(reuses !== undefined && { reuses }),
        ...(number !== undefined && { branch: number }),
        ...(given !== undefined && { reference: given }),
      }),
    );
    return { status: 201, body: value, revision };
  },
});

const list = defineOperation({
  id: 'listIdentifications',
  method: 'get',
  path: '/parties/{partyId}/identifications',
  tag: 'Identifications',
  summary: 'What tells who a party is; with `loa`: what holds now at that level or above',
  requirements: ['R18', 'R94', 'R98', 'R138'],
  params: partyParams,
  query: z.object({ loa: loa.optional() }),
  answers: {
    200: {
      description: 'The strongest first.',
      schema: z.object({
        items: z.array(identificationView),
        new_copy_needed: z.boolean().meta({ description: 'No valid document was seen before (R98).' }),
      }),
    },
  },
  async handle({ session, params, query, administer }) {
    const body = await administer.read(session, (acting) => listIdentifications(acting, params.partyId, query.loa));
    return { status: 200, body };
  },
});

const end = defineOperation({
  id: 'endIdentification',
  method: 'post',
  path: '/parties/{partyId}/identifications/{identificationId}/endings',
  tag: 'Identifications',
  summary: 'Say that an identification tells nothing any more: the document was lost, or the check was wrong',
  requirements: ['R94', 'R98'],
  params: partyParams.extend({ identificationId: uuid }),
  body: z.strictObject({ reason }),
  answers: { 200: { description: 'Ended.', schema: identificationView } },
  async handle({ session, params, body, administer, idempotency }) {
    const options = { reason: body.reason, idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      endIdentification(acting, params.partyId, params.identificationId),
    );
    return { status: 200, body: value, revision };
  },
});

export const identificationsOperations: readonly Operation[] = [record, list, end];
