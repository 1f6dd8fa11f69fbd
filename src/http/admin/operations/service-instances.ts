import { z } from 'zod';
import { changeInstance, defineInstance, seeInstance } from '../../../administer/catalogue/instances.ts';
import { NEVER_CHANGED } from '../../../administer/if-match.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { uuid } from '../wire.ts';
import { effects, instancePatch, instanceView, newInstance, serviceId } from './catalogue-schemas.ts';

const params = z.object({ serviceId });

const see = defineOperation({
  id: 'getServiceInstance',
  method: 'get',
  path: '/service-instances/{serviceId}',
  tag: 'Services',
  summary: 'What one organisation makes of a service',
  requirements: ['R45', 'R53'],
  params,
  answers: { 200: { description: 'The instance.', schema: instanceView } },
  etag: 'answered',
  async handle({ session, params: { serviceId: id }, administer }) {
    const view = await administer.read(session, (acting) => seeInstance(acting, id));
    return { status: 200, body: view, etag: view.revision ?? NEVER_CHANGED };
  },
});

const define = defineOperation({
  id: 'defineServiceInstance',
  method: 'post',
  path: '/service-instances',
  tag: 'Services',
  summary: 'Offer a service that is defined already',
  description:
    'Mandates on the definition reach the new instance. By the organisation that alone offers it so far; where others ' +
    'do, or nobody yet, by whoever keeps the register. An instance may narrow its definition, never widen it.',
  requirements: ['R44', 'R45', 'R53'],
  body: newInstance.extend({ service_uuid: uuid }),
  answers: { 201: { description: 'Offered.', schema: instanceView } },
  etag: 'answered',
  async handle({ session, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      defineInstance(acting, body),
    );
    const location = `/v1/service-instances/${encodeURIComponent(body.service_id)}`;
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision, location };
  },
});

const change = defineOperation({
  id: 'changeServiceInstance',
  method: 'patch',
  path: '/service-instances/{serviceId}',
  tag: 'Services',
  summary: 'Narrow an instance, close it, or say what lies behind it as a portal',
  description:
    'By its owner. A service of another organisation comes behind a portal by whoever keeps the register: a mandate for ' +
    'that service opens the portal.',
  requirements: ['R43', 'R44', 'R45', 'R120'],
  params,
  body: instancePatch,
  answers: {
    200: {
      description: 'As it is now; of a dry run: as it would be.',
      schema: instanceView.extend({ effects: effects.optional() }),
    },
  },
  etag: 'required',
  async handle({ session, params: { serviceId: id }, body, administer, idempotency, ifMatch }) {
    const { dry_run: dryRun, ...patch } = body;
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      changeInstance(acting, { serviceId: id, patch, dryRun, ...(ifMatch !== undefined && { ifMatch }) }),
    );
    const { instance, effects: told } = value;
    return {
      status: 200,
      body: { ...instance, ...(told && { effects: told }) },
      etag: instance.revision ?? NEVER_CHANGED,
      revision,
    };
  },
});

export const serviceInstancesOperations: readonly Operation[] = [see, define, change];
