import { z } from 'zod';
import { copyMandates } from '../../../administer/employees/copy-mandates.ts';
import { endEmployee } from '../../../administer/employees/end-employee.ts';
import { enrolEmployee } from '../../../administer/employees/enrol-employee.ts';
import { type EmployeeSearch, searchEmployees } from '../../../administer/employees/search-employees.ts';
import { DOCUMENTS } from '../../../administer/parties/identifications.ts';
import { defineOperation, type Operation } from '../operation.ts';
import {
  date,
  evidence,
  identifier,
  loa,
  mandateView,
  moment,
  pageLimit,
  pageToken,
  party,
  partyView,
  text,
  uuid,
} from '../wire.ts';
import { consents, delegateWish, dryRun, granted, mandateTerms, meanings } from './grant-terms.ts';
import { toEvidence } from './means.ts';
import { meansId, meansView, partyDetails, partyParams, reason, reference } from './party-schemas.ts';

const TAG = 'Employees';
const { kind: _kind, ground: _ground, ...terms } = mandateTerms;

const seen = { loa, reference: reference.optional(), checked_at: moment };
const document = z.strictObject({
  kind: z.enum(DOCUMENTS),
  valid_until: date.meta({ description: 'Its last day. Never its number.' }),
});

const identification = z
  .discriminatedUnion('method', [
    z.strictObject({ method: z.literal('in_person'), document, ...seen }),
    z.strictObject({
      method: z.literal('document_copy'),
      check: z.enum(['lost_document_register', 'bank_transfer']),
      document,
      ...seen,
    }),
  ])
  .meta({
    description: 'How the employer established who he is (R138); at most at the level of the login that registers it.',
  });

function toIdentification({
  document: shown,
  checked_at,
  reference: refers,
  ...rest
}: z.output<typeof identification>) {
  return {
    ...(rest.method === 'in_person' ? { ...rest, check: 'in_person' as const } : rest),
    document: { kind: shown.kind, validUntil: shown.valid_until },
    checkedAt: new Date(checked_at),
    ...(refers !== undefined && { reference: refers }),
  };
}

const enrol = defineOperation({
  id: 'enrolEmployee',
  method: 'post',
  path: '/employees',
  tag: TAG,
  summary: 'Make an employee known whom the register does not know, with his means, and what he may do',
  description:
    'By a manager of the employer, or whoever represents it by law. He becomes a new person, known by the means that the ' +
    'employer issued and by nothing else: a means or a number that the register knows is never tied to him here, since ' +
    'whoever holds it could do all that its person may do. His citizen service number is added by the registrar. His ' +
    'name is marked as unverified until a source confirms it. Where others must agree to his mandate, `consents` says ' +
    'how many.',
  requirements: ['R2', 'R10', 'R13', 'R57', 'R71', 'R86', 'R92', 'R93', 'R94', 'R128', 'R138'],
  body: z.strictObject({
    employer: party,
    name: text(200),
    birth_date: date,
    means: z.strictObject({
      identifier: identifier.meta({ description: 'The pseudonym of the login scheme.' }),
      evidence: evidence.min(1),
    }),
    identification,
    mandate: z.strictObject(terms).optional().meta({ description: 'What he may do from now on.' }),
  }),
  answers: {
    201: {
      description: 'Known, with a means that works.',
      schema: z.object({
        employee: partyDetails,
        means: meansView,
        mandates: z.array(mandateView).optional(),
        meaning: meanings.optional(),
        consents: consents.optional(),
        revision: z.string(),
      }),
    },
  },
  async handle({ session, body, administer, idempotency }) {
    const { birth_date: birthDate, means, identification: identified, mandate, ...rest } = body;
    const wish = {
      ...rest,
      birthDate,
      means: { identifier: means.identifier, evidence: means.evidence.map(toEvidence) },
      identification: toIdentification(identified),
      ...(mandate && { mandate }),
    };
    const { value, revision } = await administer.write(session, idempotency ? { idempotency } : {}, (acting) =>
      enrolEmployee(acting, wish),
    );
    return { status: 201, body: { ...value, revision }, revision };
  },
});

const employee = z
  .object({
    employee: partyView,
    manages: z.boolean().meta({ description: 'He manages mandates for this employer.' }),
    means: z
      .array(z.object({ means_id: meansId, active: z.boolean() }))
      .optional()
      .meta({ description: 'Issued by this employer; for who manages without limits.' }),
    mandates: z.array(mandateView).meta({ description: 'In force, waiting, or suspended; at most 100.' }),
  })
  .meta({ title: 'An employee, and what he may do' });

const search = defineOperation({
  id: 'searchEmployees',
  method: 'post',
  path: '/employees/_search',
  tag: TAG,
  summary: 'The people of an organisation, by name, and what each may do',
  description:
    'Whoever has a mandate as its employee, or a means that it issued. A manager for some branches or services sees ' +
    'what is within his own; then a page may hold fewer than asked while another follows.',
  requirements: ['R57', 'R71', 'R93', 'R122', 'R123'],
  body: z.strictObject({
    employer: party.optional().meta({ description: 'By default the party that the login names.' }),
    employee: uuid.optional().meta({ description: 'This one only.' }),
    text: text(100).optional().meta({ description: 'Stands in the name.' }),
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 }),
  }),
  answers: {
    404: { description: 'There is no such party, or its people are not yours to see.' },
    200: { description: 'One page.', schema: z.object({ items: z.array(employee), next: z.string().optional() }) },
  },
  async handle({ session, body, administer, pages }) {
    const { page, ...same } = body;
    const after = pages.read(page.token, same) as EmployeeSearch['after']; // As `write` was given it below.
    const { items, next } = await administer.read(session, (acting) =>
      searchEmployees(acting, {
        limit: page.limit,
        ...(same.employer && { employer: same.employer }),
        ...(same.employee !== undefined && { employee: same.employee }),
        ...(same.text !== undefined && { text: same.text }),
        ...(after && { after }),
      }),
    );
    return { status: 200, body: { items, ...(next && { next: pages.write(next, same) }) } };
  },
});

const depart = defineOperation({
  id: 'endEmployee',
  method: 'post',
  path: '/employees/{partyId}/departures',
  tag: TAG,
  summary: 'An employee leaves: everything he may do for this employer ends at once',
  description:
    'His mandates as an employee with all that was passed on from them, requests and offers that wait, and the means ' +
    'that this employer issued: all of it, or nothing. What the law gives him is not the employer’s to end, and stands ' +
    'in `remaining`; what others granted him stays his. The last manager appoints another first.',
  requirements: ['R57', 'R70', 'R71', 'R77', 'R92', 'R93'],
  params: partyParams,
  body: z.strictObject({ employer: party, reason }),
  answers: {
    200: {
      description: 'Ended.',
      schema: z.object({
        revoked: z.number().int(),
        onward: z.number().int().meta({ description: 'Passed on from them, and ended with them (R50).' }),
        suspended: z.number().int().meta({ description: 'Of co-holders, who wait until somebody has looked (R51).' }),
        withdrawn: z.number().int().meta({ description: 'Requests and offers that waited.' }),
        means_deactivated: z.number().int(),
        remaining: z.array(z.object({ mandate_id: uuid, name: z.string(), kind: z.string() })),
        revision: z.string(),
      }),
    },
  },
  async handle({ session, params, body, administer, idempotency }) {
    const options = { reason: body.reason, idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      endEmployee(acting, { ...body, employee: params.partyId }),
    );
    return { status: 200, body: { ...value, revision }, revision };
  },
});

const copy = defineOperation({
  id: 'copyEmployeeMandates',
  method: 'post',
  path: '/employees/{partyId}/copies',
  tag: TAG,
  summary: 'Give another employee what this one may do, as far as he may not do it yet',
  description:
    'Each for the time that it has left. A dry run tells what the other lacks, and grants nothing. What is held jointly, ' +
    'or was passed on, is granted by itself.',
  requirements: ['R57', 'R93', 'R128', 'R135'],
  params: partyParams,
  body: z.strictObject({
    employer: party,
    to: delegateWish,
    mandates: z.array(uuid).min(1).max(100).optional().meta({ description: 'Of his mandates only these.' }),
    dry_run: dryRun,
  }),
  answers: {
    201: {
      description: 'Granted: active at once, or `offered` until the other grantors agree (R51).',
      schema: granted,
    },
    200: { description: 'A dry run: this would be granted.', schema: granted },
  },
  async handle({ session, params, body, administer, idempotency }) {
    const options = body.dry_run || !idempotency ? {} : { idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      copyMandates(acting, { ...body, employee: params.partyId }),
    );
    if (body.dry_run) return { status: 200, body: value };
    return { status: 201, body: { ...value, revision }, revision };
  },
});

export const employeesOperations: readonly Operation[] = [enrol, search, depart, copy];
