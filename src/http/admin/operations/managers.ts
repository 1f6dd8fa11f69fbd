import { z } from 'zod';
import { appointManager } from '../../../administer/managers/appoint.ts';
import { changeManager, dismissManager } from '../../../administer/managers/change.ts';
import { listManagers } from '../../../administer/managers/list.ts';
import { MANDATE_STATUSES } from '../../../domain/facts.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { branch, evidence, loa, moment, pageLimit, pageToken, party, partyView, plainText, uuid } from '../wire.ts';
import {
  allOr,
  newDelegate,
  params,
  reason,
  renewed,
  revision,
  stopped,
  verifiedBy,
  written,
} from './mandate-schemas.ts';
import { writeOptions } from './write-options.ts';

const tag = 'Managers';

const limits = {
  loa: loa.meta({ description: 'His ceiling: he registers nothing above it (R86).' }),
  branches: allOr(branch).meta({ description: 'Only mandates limited to these.' }),
  services: allOr(uuid).meta({ description: 'ServiceUUIDs: only mandates for these (R57).' }),
};

const appoint = defineOperation({
  id: 'appointManager',
  method: 'post',
  path: '/managers',
  tag,
  summary: 'Appoint a manager of mandates',
  description:
    'A manager has an employee mandate on the register’s own service *manage mandates*; its level is his ceiling, its ' +
    'branches and services limit him. By whoever may sign for the party; where several sign together it waits for them.',
  requirements: ['R18', 'R57', 'R86', 'R89', 'R91', 'R92', 'R93', 'R106'],
  body: z.strictObject({
    party,
    manager: newDelegate.omit({ branch: true }),
    name: plainText(200).optional(),
    loa: limits.loa,
    branches: limits.branches.default('all'),
    services: limits.services.default('all'),
    valid_from: moment.optional(),
    valid_until: moment,
    evidence: evidence.default([]),
    reason: reason.optional(),
  }),
  answers: { 201: { description: 'The mandate that makes him manager.', schema: renewed } },
  etag: 'answered',
  async handle({ session, body, administer, idempotency }) {
    const { valid_from: validFrom, valid_until: validUntil, reason: why, ...wish } = body;
    const { value, revision: at } = await administer.write(session, writeOptions(idempotency, why), (acting) =>
      appointManager(acting, { ...wish, validFrom, validUntil }),
    );
    const { etag, ...rest } = value;
    return { status: 201, body: { ...rest, revision: at }, etag, revision: at };
  },
});

const managerView = z.object({
  mandate_id: uuid,
  basis: z.enum(['manager', 'legal_representative']),
  manager: partyView,
  status: z.enum(MANDATE_STATUSES),
  loa,
  branches: z.union([z.literal('all'), z.array(branch)]),
  services: z.union([z.literal('all'), z.array(uuid)]),
  valid_from: moment,
  valid_until: moment.optional(),
});

const list = defineOperation({
  id: 'searchManagers',
  method: 'post',
  path: '/managers/_search',
  tag,
  summary: 'Who manages for a party: managers with their limits, and legal representatives',
  requirements: ['R89', 'R92', 'R123'],
  body: z.strictObject({
    party,
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).optional(),
  }),
  answers: {
    200: {
      description: 'One page, by mandate id.',
      schema: z.object({ items: z.array(managerView), next: z.string().nullable() }),
    },
  },
  async handle({ session, body, administer, pages }) {
    const filters = { party: body.party };
    const limit = body.page?.limit ?? 50;
    const [after] = pages.read(body.page?.token, filters) ?? [];
    const wish = { ...filters, limit, after: typeof after === 'string' ? after : undefined };
    const items = await administer.read(session, (acting) => listManagers(acting, wish));
    const last = items.at(-1);
    const next = last && items.length === limit ? pages.write([last.mandate_id], filters) : null;
    return { status: 200, body: { items, next } };
  },
});

const change = defineOperation({
  id: 'changeManager',
  method: 'patch',
  path: '/managers/{mandateId}',
  tag,
  summary: 'Change a manager’s limits',
  description: 'Whose mandate covers other services as well is changed as a mandate.',
  requirements: ['R57', 'R86', 'R92', 'R93'],
  params,
  body: z
    .strictObject({
      name: plainText(200).optional(),
      loa: limits.loa.optional(),
      branches: limits.branches.optional(),
      services: limits.services.optional(),
      valid_until: moment.optional(),
      reason: reason.optional(),
    })
    .refine(
      ({ reason: _, ...wish }) => Object.values(wish).some((value) => value !== undefined),
      'must change something',
    ),
  answers: { 200: { description: 'As it is now.', schema: written } },
  etag: 'required',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { name, valid_until: validUntil, reason: why, ...given } = body;
    const { value, revision: at } = await administer.write(session, writeOptions(idempotency, why), (acting) =>
      changeManager(acting, { mandateId, ifMatch, name, validUntil, limits: given }),
    );
    return { status: 200, body: { mandate: value.mandate, revision: at }, etag: value.etag, revision: at };
  },
});

const dismiss = defineOperation({
  id: 'dismissManager',
  method: 'post',
  path: '/managers/{mandateId}/dismissals',
  tag,
  summary: 'Dismiss a manager',
  description:
    'His mandate ends, or, when it covers other services as well, this service leaves it. A party that has managers ' +
    'keeps at least one, or a legal representative.',
  requirements: ['R92', 'R101'],
  params,
  body: z.strictObject({ reason, verified_by: verifiedBy.optional() }),
  answers: { 200: { description: 'What became of his mandate.', schema: stopped.extend({ revision }) } },
  etag: 'answered',
  async handle({ session, params: { mandateId }, body, administer, idempotency, ifMatch }) {
    const { value, revision: at } = await administer.write(session, writeOptions(idempotency, body.reason), (acting) =>
      dismissManager(acting, { mandateId, ifMatch, reason: body.reason, verifiedBy: body.verified_by }),
    );
    const { etag, ...rest } = value;
    return { status: 200, body: { ...rest, revision: at }, etag, revision: at };
  },
});

export const managersOperations: readonly Operation[] = [appoint, list, change, dismiss];
