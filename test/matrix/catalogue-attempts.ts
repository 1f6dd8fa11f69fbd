import { catalogueXml } from '../support/catalogue-xml.ts';
import type { Attempt, Facts } from './attempt.ts';
import type { Sent } from './exchange.ts';
import { instanceOf, OTHER_SET, SET } from './register.ts';
import { ADDED, GENERAL, RIJNDAM, RVO, SHARED } from './roles.ts';
import type { MatrixWorld } from './world.ts';

/** What is done to services and sets; everybody tries all of it. */

const ANYBODY: Facts = { anybody: true, but: ['onbekend', 'beheer-dood'] };
const OF_RVO: Facts = { owners: [RVO] };
const OF_RIJNDAM: Facts = { owners: [RIJNDAM] };
const get = (path: string): Sent => ({ method: 'GET', path });
const post = (path: string, body?: unknown): Sent => ({ method: 'POST', path, ...(body !== undefined && { body }) });
const patch = ({ etag }: MatrixWorld, path: string, id: string, body: unknown): Sent => ({
  method: 'PATCH',
  path,
  body,
  headers: { 'if-match': `"${etag(id)}"` },
});

const NEW = {
  name: 'Nieuw',
  description: 'Iets nieuws.',
  consequence: 'Wie u machtigt, doet iets nieuws.',
  loa: 'eh3',
  kinds: [],
  grounds: [],
  domain: 'general',
  chains: false,
  branches: false,
  follow_up: 'delegate',
};
const serviceId = (owner: string, number: number) => `urn:etoegang:DV:${owner}:services:${number}`;

type Short = [operation: string, line: string, facts: Facts, send: Attempt['send']];

const SHORT: readonly Short[] = [
  ['listServiceOwners', 'see the catalogue', ANYBODY, () => get('/service-owners')],
  ['listServices', 'see the catalogue', ANYBODY, () => get('/services')],
  ['getService', 'see the catalogue', ANYBODY, () => get(`/services/${GENERAL}`)],
  ['getServiceInstance', 'see the catalogue', ANYBODY, () => get(`/service-instances/${instanceOf(GENERAL, RVO)}`)],
  ['listServiceSets', 'see the catalogue', ANYBODY, () => get('/service-sets')],
  ['getServiceSet', 'see the catalogue', ANYBODY, () => get(`/service-sets/${SET}`)],
  ['getServiceSetVersion', 'see the catalogue', ANYBODY, () => get(`/service-sets/${SET}/versions/1`)],
  [
    'registerServiceOwner',
    'register owners',
    {},
    () => post('/service-owners', { oin: '00000003800000990000', name: 'Nieuw' }),
  ],
  ...[RVO, RIJNDAM].flatMap((owner): Short[] => [
    [
      'defineService',
      'keep services',
      { owners: [owner] },
      () => post('/services', { ...NEW, instances: [{ service_id: serviceId(owner, 950), owner }] }),
    ],
    [
      'composeServiceSet',
      'keep services',
      { owners: [owner] },
      () => post('/service-sets', { name: 'Nieuw', owner, members: [] }),
    ],
  ]),
  [
    'changeService',
    'keep services',
    OF_RVO,
    (world) => patch(world, `/services/${GENERAL}`, GENERAL, { name: 'Anders' }),
  ],
  [
    'changeService',
    'keep services',
    OF_RVO,
    (world) => patch(world, `/services/${GENERAL}`, GENERAL, { name: 'Anders', dry_run: true }),
  ],
  [
    'changeService',
    'keep services',
    OF_RIJNDAM,
    (world) => patch(world, `/services/${SHARED}`, SHARED, { active: false }),
  ],
  [
    'defineServiceInstance',
    'keep services',
    OF_RVO,
    () => post('/service-instances', { service_uuid: ADDED, service_id: serviceId(RVO, 951), owner: RVO }),
  ],
  [
    'changeServiceInstance',
    'keep services',
    OF_RVO,
    (world) => patch(world, `/service-instances/${instanceOf(GENERAL, RVO)}`, instanceOf(GENERAL, RVO), { loa: 'eh3' }),
  ],
  [
    'renameServiceSet',
    'keep services',
    OF_RVO,
    (world) => patch(world, `/service-sets/${SET}`, SET, { name: 'Anders' }),
  ],
  [
    'removeServiceSetMember',
    'keep services',
    OF_RVO,
    () => ({ method: 'DELETE', path: `/service-sets/${SET}/members/${GENERAL}` }),
  ],
  [
    'removeServiceSetMember',
    'keep services',
    OF_RVO,
    () => ({ method: 'DELETE', path: `/service-sets/${SET}/members/${GENERAL}?dryRun=true` }),
  ],
  [
    'proposeServiceSetVersion',
    'keep services',
    OF_RVO,
    () => post(`/service-sets/${SET}/versions`, { additions: [SHARED] }),
  ],
  [
    'withdrawServiceSetVersion',
    'keep services',
    OF_RVO,
    () => ({ method: 'DELETE', path: `/service-sets/${OTHER_SET}/versions/2` }),
  ],
  [
    'consentToServiceSetVersion',
    'consent to a set',
    OF_RIJNDAM,
    () => post(`/service-sets/${OTHER_SET}/versions/2/consents`, { owner: RIJNDAM, services: [SHARED] }),
  ],
  [
    'rejectServiceSetVersion',
    'consent to a set',
    OF_RIJNDAM,
    () => post(`/service-sets/${OTHER_SET}/versions/2/rejections`, { owner: RIJNDAM }),
  ],
  [
    'importCatalogue',
    'keep services',
    OF_RVO,
    () => post('/catalogue-imports', catalogueXml({ oin: RVO, definitions: [], instances: [] })),
  ],
];

export const CATALOGUE_ATTEMPTS: readonly Attempt[] = SHORT.map(([operation, line, facts, send]) => ({
  name: `${operation}: ${line} (${facts.owners ?? 'all'})`,
  operation,
  line,
  facts,
  send,
  everybody: true,
  ...(facts.anybody && operation !== 'listServices' && { few: true as const }),
}));
