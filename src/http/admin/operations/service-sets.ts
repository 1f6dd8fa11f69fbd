import { z } from 'zod';
import { listSets, seeSet, seeVersion } from '../../../administer/catalogue/set-views.ts';
import { composeSet, removeMember, renameSet } from '../../../administer/catalogue/sets.ts';
import { NEVER_CHANGED } from '../../../administer/if-match.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { text, uuid } from '../wire.ts';
import { flag, listQuery, oin, uuids } from './catalogue-schemas.ts';
import { setParams as params, setView, versionView } from './service-set-schemas.ts';
import { serviceSetVersionsOperations } from './service-set-versions.ts';

const list = defineOperation({
  id: 'listServiceSets',
  method: 'get',
  path: '/service-sets',
  tag: 'Service sets',
  summary: 'Named sets of services, also of several organisations',
  requirements: ['R40', 'R41', 'R55'],
  query: z.object({ ...listQuery, service: uuid.optional(), owner: oin.optional() }),
  answers: {
    200: {
      description: 'One page, by name. Versions that wait for consent are shown to service owners only.',
      schema: z.object({ items: z.array(setView), next: z.string().optional() }),
    },
  },
  async handle({ session, query, administer, pages }) {
    const { limit, after: token, ...given } = query;
    const after = pages.read(token, given) as [string, string] | undefined; // As `write` was given it below.
    const filters = {
      ...(given.service !== undefined && { service_uuid: given.service }),
      ...(given.owner !== undefined && { oin: given.owner }),
    };
    const items = await administer.read(session, (acting) =>
      listSets(acting, filters, { limit, ...(after && { after }) }),
    );
    const last = items.at(-1);
    const more = last !== undefined && items.length === limit;
    return { status: 200, body: { items, ...(more && { next: pages.write([last.name, last.set_id], given) }) } };
  },
});

const see = defineOperation({
  id: 'getServiceSet',
  method: 'get',
  path: '/service-sets/{setId}',
  tag: 'Service sets',
  summary: 'One set, as it is now',
  requirements: ['R40', 'R41', 'R55'],
  params,
  answers: { 200: { description: 'The set.', schema: setView } },
  etag: 'answered',
  async handle({ session, params: { setId }, administer }) {
    const view = await administer.read(session, (acting) => seeSet(acting, setId));
    return { status: 200, body: view, etag: view.revision ?? NEVER_CHANGED };
  },
});

const seeOld = defineOperation({
  id: 'getServiceSetVersion',
  method: 'get',
  path: '/service-sets/{setId}/versions/{version}',
  tag: 'Service sets',
  summary: 'What a set held at a version that it has had',
  description: 'A mandate serves for what was in the version that its grantor confirmed, and still is.',
  requirements: ['R40', 'R46', 'R55'],
  params: params.extend({ version: z.coerce.number().int().min(1).max(1_000_000) }),
  answers: { 200: { description: 'Its members then.', schema: versionView } },
  async handle({ session, params: { setId, version }, administer }) {
    const view = await administer.read(session, (acting) => seeVersion(acting, setId, version));
    return { status: 200, body: view };
  },
});

const compose = defineOperation({
  id: 'composeServiceSet',
  method: 'post',
  path: '/service-sets',
  tag: 'Service sets',
  summary: 'Compose a set of services',
  description:
    'It begins empty at version 1. Its members join in version 2: at once when this owner alone offers all of them, ' +
    'otherwise when each owner concerned has consented.',
  requirements: ['R40', 'R41', 'R42', 'R134'],
  body: z.strictObject({ name: text(64), owner: oin.optional(), members: uuids(200).default([]) }),
  answers: { 201: { description: 'Composed.', schema: setView } },
  etag: 'answered',
  async handle({ session, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) => composeSet(acting, body));
    const location = `/v1/service-sets/${String(value.set_id)}`;
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision, location };
  },
});

const rename = defineOperation({
  id: 'renameServiceSet',
  method: 'patch',
  path: '/service-sets/{setId}',
  tag: 'Service sets',
  summary: 'Give a set another name',
  requirements: ['R42', 'R134'],
  params,
  body: z.strictObject({ name: text(64) }),
  answers: { 200: { description: 'The set.', schema: setView } },
  etag: 'required',
  async handle({ session, params: { setId }, body, administer, idempotency, ifMatch }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      renameSet(acting, { setId, ...body, ...(ifMatch !== undefined && { ifMatch }) }),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const remove = defineOperation({
  id: 'removeServiceSetMember',
  method: 'delete',
  path: '/service-sets/{setId}/members/{serviceUuid}',
  tag: 'Service sets',
  summary: 'Take a service out of a set, at once',
  description:
    "By the owner of the set, or by an owner of the service, without anybody's consent. From this moment no mandate " +
    'covers the service by this set.',
  requirements: ['R42', 'R46'],
  params: params.extend({ serviceUuid: uuid }),
  query: z.object({ dryRun: flag.default('false').meta({ description: 'Only tells how many mandates it touches.' }) }),
  answers: {
    200: {
      description: 'The set without it.',
      schema: setView.extend({ active_mandates: z.number().int().optional() }),
    },
  },
  etag: 'answered',
  async handle({ session, params: { setId, serviceUuid }, query, administer, idempotency, ifMatch }) {
    const dryRun = query.dryRun === 'true';
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      removeMember(acting, { setId, serviceUuid, dryRun, ...(ifMatch !== undefined && { ifMatch }) }),
    );
    const { set, active_mandates } = value;
    const body = { ...set, ...(active_mandates !== undefined && { active_mandates }) };
    return { status: 200, body, etag: set.revision ?? NEVER_CHANGED, revision };
  },
});

export const serviceSetsOperations: readonly Operation[] = [
  list,
  see,
  compose,
  rename,
  remove,
  seeOld,
  ...serviceSetVersionsOperations,
];
