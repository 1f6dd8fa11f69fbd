import { z } from 'zod';
import { changeService, defineService, listServices, seeService } from '../../../administer/catalogue/services.ts';
import { NEVER_CHANGED } from '../../../administer/if-match.ts';
import { MANDATE_KINDS } from '../../../domain/facts.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { text, uuid } from '../wire.ts';
import { effects, flag, listQuery, newService, oin, servicePatch, serviceView, toFlag } from './catalogue-schemas.ts';
import { serviceInstancesOperations } from './service-instances.ts';
import { serviceOwnersOperations } from './service-owners.ts';

const params = z.object({ serviceUuid: uuid });

const list = defineOperation({
  id: 'listServices',
  method: 'get',
  path: '/services',
  tag: 'Services',
  summary: 'Services: what each is, what mandating somebody for it means, and for which mandates it is open',
  requirements: ['R39', 'R43', 'R44', 'R53', 'R54', 'R55'],
  query: z.object({
    ...listQuery,
    owner: oin.optional(),
    active: flag.optional(),
    mandatableFor: z.enum(MANDATE_KINDS).optional(),
    name: text(64).optional().meta({ description: 'Part of the name.' }),
    classification: text(128).optional().meta({ description: 'How its place in a national list begins (R54).' }),
  }),
  answers: {
    200: {
      description: 'One page, by name.',
      schema: z.object({ items: z.array(serviceView), next: z.string().optional() }),
    },
  },
  async handle({ session, query, administer, pages }) {
    const { limit, after: token, ...given } = query;
    const after = pages.read(token, given) as [string, string] | undefined; // As `write` was given it below.
    const active = toFlag(given.active);
    const filters = {
      ...(given.owner !== undefined && { oin: given.owner }),
      ...(active !== undefined && { active }),
      ...(given.mandatableFor !== undefined && { kind: given.mandatableFor }),
      ...(given.name !== undefined && { name: given.name }),
      ...(given.classification !== undefined && { classification: given.classification }),
    };
    const items = await administer.read(session, (acting) =>
      listServices(acting, filters, { limit, ...(after && { after }) }),
    );
    const last = items.at(-1);
    const more = last !== undefined && items.length === limit;
    return { status: 200, body: { items, ...(more && { next: pages.write([last.name, last.service_uuid], given) }) } };
  },
});

const see = defineOperation({
  id: 'getService',
  method: 'get',
  path: '/services/{serviceUuid}',
  tag: 'Services',
  summary: 'One service, with its instances',
  requirements: ['R53', 'R55'],
  params,
  answers: { 200: { description: 'The service.', schema: serviceView } },
  etag: 'answered',
  async handle({ session, params: { serviceUuid }, administer }) {
    const view = await administer.read(session, (acting) => seeService(acting, serviceUuid));
    return { status: 200, body: view, etag: view.revision ?? NEVER_CHANGED };
  },
});

const define = defineOperation({
  id: 'defineService',
  method: 'post',
  path: '/services',
  tag: 'Services',
  summary: 'Define a service, with the instances that offer it',
  description:
    'Mandates hang on the definition; portals ask decisions about an instance. An organisation defines what it alone ' +
    'offers. What several share, or what is defined for all before anybody offers it, comes from whoever keeps the register. ' +
    'A service without kinds is not mandatable.',
  requirements: ['R43', 'R44', 'R53', 'R54', 'R55', 'R56', 'R120', 'R126', 'R134'],
  body: newService,
  answers: { 201: { description: 'Defined.', schema: serviceView } },
  etag: 'answered',
  async handle({ session, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      defineService(acting, body),
    );
    const location = `/v1/services/${String(value.service_uuid)}`;
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision, location };
  },
});

const change = defineOperation({
  id: 'changeService',
  method: 'patch',
  path: '/services/{serviceUuid}',
  tag: 'Services',
  summary: 'Change a service, make it mandatable, or close it',
  description:
    'By the organisation that alone offers it; what several offer, by whoever keeps the register. Mandates are never ' +
    'changed by it: what they no longer serve for is denied, and told beforehand in the answer to a dry run.',
  requirements: ['R43', 'R44', 'R55', 'R120', 'R126', 'R134'],
  params,
  body: servicePatch,
  answers: {
    200: {
      description: 'As it is now; of a dry run: as it would be.',
      schema: serviceView.extend({ effects: effects.optional() }),
    },
  },
  etag: 'required',
  async handle({ session, params: { serviceUuid }, body, administer, idempotency, ifMatch }) {
    const { dry_run: dryRun, ...patch } = body;
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      changeService(acting, { serviceUuid, patch, dryRun, ...(ifMatch !== undefined && { ifMatch }) }),
    );
    const { service, effects: told } = value;
    return {
      status: 200,
      body: { ...service, ...(told && { effects: told }) },
      etag: service.revision ?? NEVER_CHANGED,
      revision,
    };
  },
});

export const servicesOperations: readonly Operation[] = [
  ...serviceOwnersOperations,
  list,
  see,
  define,
  change,
  ...serviceInstancesOperations,
];
