import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { MandateFacts, ServiceFacts, ServiceTerms } from '../../src/domain/facts.ts';
import type { Write } from '../../src/mandates/projection.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';

export const KEY = { keyId: 'scaling', keyCheck: 'scaling' };
const FROM = Date.UTC(2026, 0, 1);
const SERVICE_ID = 'urn:etoegang:DV:00000003123456780000:services:1';

function hexOf(sort: string, n: number): string {
  return createHash('sha256').update(`${sort} ${n}`).digest('hex').slice(0, 32);
}

export function idOf(sort: string, n: number): string {
  const hex = hexOf(sort, n);
  return [0, 8, 12, 16, 20].map((from, part) => hex.slice(from, [8, 12, 16, 20, 32][part])).join('-');
}

const terms: ServiceTerms = {
  active: true,
  loa: 'eh3',
  kinds: { business: true },
  grounds: {},
  chains: true,
  branches: true,
};

const service: ServiceFacts = {
  ...{ service_id: SERVICE_ID, service_uuid: idOf('service', 1), owner: idOf('owner', 1), domain: 'assets' },
  ...{ definition: terms, instance: terms, sets: { [idOf('set', 1)]: 1, [idOf('set', 2)]: 1 } },
  ...{ sub_services: [], follow_up: 'delegate' },
};

const SCOPES = [
  scopeKey.service(idOf('service', 1)),
  scopeKey.set(idOf('set', 1)),
  scopeKey.set(idOf('set', 2)),
  scopeKey.owner(idOf('owner', 1)),
  scopeKey.everything,
];

function mandate(n: number): MandateFacts {
  return {
    ...{ mandate_id: idOf('mandate', n), kind: 'business', status: 'active', valid_from: FROM, loa: 'eh3' },
    ...{ scope: { by: 'service' }, operations: 'all', branches: 'all', cases: 'all', granted_at: FROM },
    valid_until: FROM + 94_608_000_000,
  };
}

/** One firm that acts for another by one mandate. */
function writesFor(n: number): Write[] {
  const [represented, delegate] = [idOf('represented', n), idOf('delegate', n)];
  const parties = [represented, delegate].flatMap((party, i): Write[] => [
    {
      put: 'party',
      party,
      facts: { party_id: party, kind: 'organisation', states: [], kvk: '12345678', has_branches: false },
    },
    { put: 'alias', hmac: hexOf(`alias ${i}`, n), facts: { party_id: party } },
  ]);
  return [...parties, { put: 'mandate', represented, delegate, scope: SCOPES[0] ?? 'e', facts: mandate(n) }];
}

/** What a question about it asks for, in its two steps. */
export function stepsFor(n: number): [RecordKey[], RecordKey[]] {
  const [represented, delegate] = [idOf('represented', n), idOf('delegate', n)];
  const first = [0, 1].map((i) => recordKey.alias(hexOf(`alias ${i}`, n)));
  const mandates = SCOPES.map((scope) => recordKey.mandates(represented, delegate, scope));
  return [
    [...first, recordKey.service(SERVICE_ID)],
    [...[represented, delegate].map(recordKey.party), ...mandates, recordKey.links(delegate)],
  ];
}

/** Fills Redis with so many mandates between as many pairs, each party with one, and makes that the live copy. */
export async function fillProjection(client: Redis, mandates: number): Promise<void> {
  const projection = await openRedisProjection({ client });
  const rebuild = await projection.rebuild({ layout: LAYOUT, ...KEY }, 1, mandates * 2);
  await rebuild.load([{ put: 'service', serviceId: SERVICE_ID, facts: service }]);
  for (let n = 0; n < mandates; n++) await rebuild.load(writesFor(n));
  await rebuild.swap({ epoch: 1, n: 1 }, '00');
}
