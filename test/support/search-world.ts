import { randomBytes } from 'node:crypto';
import type { Caller } from '../../src/domain/caller.ts';
import type { MandateFacts, PartyFacts } from '../../src/domain/facts.ts';
import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import { makeSearch, type SearchDeps } from '../../src/evaluate/search/search.ts';
import { makeHandles } from '../../src/http/handles.ts';
import { makeMandateSearchPoint } from '../../src/http/search-mandates.ts';
import { makeSearchTokens } from '../../src/http/search-token.ts';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { type ScopeKey, scopeKey } from '../../src/mandates/record-key.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { aMandate, aParty, aService, fixed, id, identifier, kept, NOW } from './decide-world.ts';
import { anApp } from './http.ts';
import { committedPolicy } from './policy.ts';

/** A bakery with three branches, its accountants, a society without KvK number, and who works where. */
export const [BAKERY, OFFICE, SOCIETY, BEA, STAN, OLAF, PIET] = [id(11), id(12), id(13), id(1), id(2), id(3), id(4)];
export const [TAX, WASTE] = ['urn:etoegang:DV:00000003800000010000:services:1', 'urn:etoegang:DV:1:services:waste'];
const [TAX_UUID, WASTE_UUID, OTHERS] = [id(101), id(102), id(200)];
/** Owner of the one, and of the other service. */
export const OWNER = aService().owner;
export const BRANCHES = ['000090000041', '000090000042', '000090000043'];
export const BSN = { [BEA]: '999990019', [STAN]: '999990020', [OLAF]: '999990032' };

export const HMAC_KEY = randomBytes(32);
export const keys = makeKeys({ hmacKey: HMAC_KEY, hmacKeyId: 'test', sealKey: randomBytes(32) });

const mandate = (n: number, change: Partial<MandateFacts>): MandateFacts =>
  aMandate(id(n), { valid_from: NOW - 1000, granted_at: NOW - 1000, valid_until: NOW + 1000, ...change });

export function given(from: string, to: string, facts: MandateFacts, ...scopes: ScopeKey[]): Write[] {
  return (scopes.length > 0 ? scopes : [scopeKey.service(TAX_UUID)]).map((scope) => ({
    put: 'mandate',
    represented: from,
    delegate: to,
    scope,
    facts: { ...facts, scope: scope === scopeKey.everything ? { by: 'everything' } : { by: 'service' } },
  }));
}

function party(party_id: string, urns: string[], change: Partial<PartyFacts>): Write[] {
  return [
    { put: 'party', party: party_id, facts: aParty(party_id, change) },
    ...urns.map((urn): Write => ({ put: 'alias', hmac: keys.alias(identifier(urn)), facts: { party_id } })),
  ];
}

function person(party_id: string, name: string): Write[] {
  const bsn = BSN[party_id as keyof typeof BSN]; // Whoever is not in it has none.
  const facts = party(party_id, bsn ? [`urn:nl:bsn:${bsn}`] : [], { kind: 'person', birth_date: '1990-01-01' });
  const means = keys.alias(identifier(`urn:etoegang:pseudonym:${name}`));
  facts.push({ put: 'alias', hmac: means, facts: { party_id, means: { active: true } } });
  if (bsn === undefined) return facts;
  const alias = keys.alias({ scheme: 'bsn', value: bsn });
  const sealed = keys.seal({ scheme: 'bsn', value: bsn }, alias).toString('base64');
  return [...facts, { put: 'names', party: party_id, facts: { bsn: { alias, sealed } } }];
}

const kinds = { employee: true, business: true } as const;
const services: Write[] = [
  { put: 'service', serviceId: TAX, facts: { ...terms(TAX), service_uuid: TAX_UUID } },
  { put: 'service', serviceId: WASTE, facts: { ...terms(WASTE), service_uuid: WASTE_UUID, owner: OTHERS } },
];

function terms(service_id: string) {
  const { definition, ...facts } = aService({ service_id });
  const both = { ...definition, kinds };
  return { ...facts, definition: both, instance: both };
}

export const WORLD: Write[] = [
  ...services,
  ...party(BAKERY, ['urn:nl:kvk:90000004'], { kvk: '90000004', has_branches: true }),
  ...BRANCHES.map((branch): Write => ({ put: 'branch', party: BAKERY, branch })),
  ...party(OFFICE, ['urn:nl:kvk:90000003'], { kvk: '90000003' }),
  ...party(SOCIETY, ['urn:nl:rsin:800000006'], {}),
  { put: 'names', party: SOCIETY, facts: { rsin: '800000006' } },
  ...person(BEA, 'bea'),
  ...person(STAN, 'stan'),
  ...person(OLAF, 'olaf'),
  ...person(PIET, 'piet'),
  ...given(BAKERY, OFFICE, mandate(21, { kind: 'business' }), scopeKey.service(TAX_UUID), scopeKey.service(WASTE_UUID)),
  ...given(SOCIETY, OFFICE, mandate(22, { kind: 'business' })),
  ...given(OFFICE, BEA, mandate(23, { reach: 'both' }), scopeKey.everything),
  { put: 'link', actor: BEA, organisation: OFFICE, mandateId: id(23) },
  ...given(OFFICE, OLAF, mandate(24, { reach: 'own' })),
  ...given(BAKERY, STAN, mandate(25, { branches: BRANCHES.slice(0, 2), reach: 'own' })),
  ...given(BAKERY, PIET, mandate(26, { operations: ['view'], reach: 'own' })),
];

export const [bea, bakery] = [
  { type: 'person', id: 'urn:etoegang:pseudonym:bea', properties: { loa: 'eh3' } },
  { type: 'organisation', id: 'urn:nl:kvk:90000004' },
];
export const somebody = { type: 'person', properties: { loa: 'eh3' } };

export const caller: Caller = { name: 'portal', owners: 'all', rights: { search: true, bsn: true, details: true } };
export const withoutBsn: Caller = { ...caller, rights: { search: true, bsn: false, details: false } };

export interface Result {
  type: string;
  id: string;
  properties?: object;
}

/** What may stand in an answer of these doors; tests say what does. */
export interface Body {
  decision: boolean;
  code: string;
  results: Result[];
  page: { next_token: string; count: number; total?: number };
  context: { id: string; reasons?: string[]; policy_revision: string };
  errors: { at: string; message: string }[];
}

interface Change extends Partial<Omit<SearchDeps, 'metrics' | 'records'>> {
  writes?: readonly Write[];
  caller?: Caller;
  hmacKey?: Buffer;
  /** The clock of page tokens. */
  tokenClock?: () => number;
}

const policy = await committedPolicy();

/** The doors over that world; `post` answers with status and body. */
export async function searchWorld({ writes = WORLD, hmacKey = HMAC_KEY, tokenClock, ...change }: Change = {}) {
  const store = makeMemoryStore(undefined, 3);
  const rebuild = await store.projection.rebuild({ layout: 1, keyId: 'test', keyCheck: 'test' }, 1);
  await rebuild.load(writes);
  await rebuild.swap({ epoch: 1, n: 7 }, '');
  const records = kept();
  const metrics = makeMetrics();
  const deps = {
    ...{ lookups: store.lookups, reach: store.reach, freshness: fixed(), policy, alias: keys.alias, records, metrics },
    ...{ now: () => NOW, deadlineMs: 60_000, atOnce: 2, ...change },
  };
  const { mac } = makeKeys({ hmacKey, hmacKeyId: 'test' });
  const handles = makeHandles(mac);
  const search = makeMandateSearchPoint({
    ...{ search: makeSearch(deps), handles, unseal: keys.unseal },
    tokens: makeSearchTokens(mac, tokenClock ?? deps.now),
  });
  const evaluate = makeEvaluate({ ...deps, metrics, uses: { note: () => {} } });
  let asking = change.caller ?? caller;
  const publicUrl = 'https://pdp.example.com';
  const app = anApp({ policy: { input: 'mandates', evaluate }, search, handles, identify: () => asking, publicUrl });
  async function post(path: string, body: object) {
    const response = await app.post(`/access/v1/${path}`, body);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  }
  return {
    ...{ post, send: app.send, records, metrics, store },
    as(other: Caller) {
      asking = other;
    },
  };
}
