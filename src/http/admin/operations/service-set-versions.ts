import { z } from 'zod';
import {
  consentToVersion,
  proposeVersion,
  rejectVersion,
  withdrawVersion,
} from '../../../administer/catalogue/set-versions.ts';
import { NEVER_CHANGED } from '../../../administer/if-match.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { uuid } from '../wire.ts';
import { oin, uuids } from './catalogue-schemas.ts';
import { setParams, setView } from './service-set-schemas.ts';

const params = setParams.extend({ version: z.coerce.number().int().min(2).max(1_000_000) });
const owner = oin.optional().meta({ description: 'By default the organisation that calls.' });

const propose = defineOperation({
  id: 'proposeServiceSetVersion',
  method: 'post',
  path: '/service-sets/{setId}/versions',
  tag: 'Service sets',
  summary: 'Propose services to join a set',
  description:
    'By the owner of the set. The version becomes current once each owner concerned has consented; mandates follow ' +
    'when their grantors confirm it. One version waits at a time, and is always the one after the current.',
  requirements: ['R41', 'R42', 'R46'],
  params: setParams,
  body: z.strictObject({ additions: uuids(200).min(1) }),
  answers: { 201: { description: 'The set, with the version that waits.', schema: setView } },
  etag: 'answered',
  async handle({ session, params: { setId }, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      proposeVersion(acting, { setId, ...body }),
    );
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const consent = defineOperation({
  id: 'consentToServiceSetVersion',
  method: 'post',
  path: '/service-sets/{setId}/versions/{version}/consents',
  tag: 'Service sets',
  summary: 'Agree that your services join the set',
  description:
    'By each owner concerned, who names all his services among the additions. With the last consent they join.',
  requirements: ['R41', 'R42'],
  params,
  body: z.strictObject({ owner, services: z.array(uuid).min(1).max(200) }),
  answers: { 201: { description: 'The set.', schema: setView } },
  etag: 'answered',
  async handle({ session, params: { setId, version }, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      consentToVersion(acting, { setId, version, ...body }),
    );
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const reject = defineOperation({
  id: 'rejectServiceSetVersion',
  method: 'post',
  path: '/service-sets/{setId}/versions/{version}/rejections',
  tag: 'Service sets',
  summary: 'Refuse that your services join the set',
  description: 'By an owner concerned. The version comes to nothing, whoever had consented.',
  requirements: ['R41', 'R42'],
  params,
  body: z.strictObject({ owner }),
  answers: { 201: { description: 'The set.', schema: setView } },
  etag: 'answered',
  async handle({ session, params: { setId, version }, body, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      rejectVersion(acting, { setId, version, ...body }),
    );
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const withdraw = defineOperation({
  id: 'withdrawServiceSetVersion',
  method: 'delete',
  path: '/service-sets/{setId}/versions/{version}',
  tag: 'Service sets',
  summary: 'Take back a version that waits',
  requirements: ['R42'],
  params,
  answers: { 200: { description: 'The set.', schema: setView } },
  etag: 'answered',
  async handle({ session, params: { setId, version }, administer, idempotency }) {
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      withdrawVersion(acting, { setId, version }),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

export const serviceSetVersionsOperations: readonly Operation[] = [propose, consent, reject, withdraw];
