import { createHash } from 'node:crypto';
import type { Caller } from '../../src/domain/caller.ts';
import type { Question, Verdict } from '../../src/domain/evaluation.ts';
import type { MandateFacts, PartyFacts, ServiceFacts, ServiceTerms } from '../../src/domain/facts.ts';
import { type Identifier, parseIdentifier, toUrn } from '../../src/domain/identifier.ts';
import type { Revision } from '../../src/domain/revision.ts';
import { type EvaluateDeps, makeEvaluate } from '../../src/evaluate/evaluate.ts';
import type { Freshness, Lookups } from '../../src/mandates/lookups.ts';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { scopeKey } from '../../src/mandates/record-key.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { type Engine, makeEngine } from '../../src/policy/engine.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import type { Entry, EntryBody, Records } from '../../src/records/entry.ts';
import { fixtureBundle } from './policy-fixtures.ts';

/** A few parties and one service, in terms of writes to a projection: enough to follow a decision through. */
export const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const NOW = Date.UTC(2026, 5, 1);

export const actor = identifier('urn:etoegang:pseudonym:anna');
export const firm = identifier('urn:nl:kvk:11111111');
export const office = identifier('urn:nl:kvk:22222222');
export const stranger = identifier('urn:nl:kvk:99999999');
export const [ANNA, FIRM, OFFICE, OWNER, PASSER_ON] = [id(1), id(2), id(3), id(4), id(5)];
export const SERVICE = 'urn:etoegang:DV:00000003111111110000:services:1';
export const SERVICE_UUID = id(100);

export function identifier(urn: string): Identifier {
  const parsed = parseIdentifier(urn);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

export const alias = (of: Identifier): string => createHash('sha256').update(toUrn(of)).digest('hex').slice(0, 32);

export function aParty(party_id: string, change: Partial<PartyFacts> = {}): PartyFacts {
  return { party_id, kind: 'organisation', states: [], has_branches: false, ...change };
}

export function aService(change: Partial<ServiceFacts> = {}): ServiceFacts {
  const terms: ServiceTerms = {
    active: true,
    loa: 'eh3',
    kinds: { employee: true },
    grounds: {},
    chains: true,
    branches: true,
  };
  return {
    service_id: SERVICE,
    service_uuid: SERVICE_UUID,
    owner: OWNER,
    domain: 'general',
    definition: terms,
    instance: terms,
    sets: {},
    sub_services: [],
    follow_up: 'delegate',
    ...change,
  };
}

export function aMandate(mandate_id: string, change: Partial<MandateFacts> = {}): MandateFacts {
  return {
    mandate_id,
    kind: 'employee',
    status: 'active',
    valid_from: 0,
    valid_until: NOW + 1,
    loa: 'eh3',
    scope: { by: 'service' },
    operations: 'all',
    branches: 'all',
    cases: 'all',
    granted_at: 0,
    ...change,
  };
}

export function mandateWrite(
  represented: string,
  delegate: string,
  facts: MandateFacts,
  scope = scopeKey.service(SERVICE_UUID),
): Write {
  return { put: 'mandate', represented, delegate, scope, facts };
}

export const PEOPLE: Write[] = [
  { put: 'alias', hmac: alias(actor), facts: { party_id: ANNA, means: { active: true } } },
  { put: 'alias', hmac: alias(firm), facts: { party_id: FIRM } },
  { put: 'alias', hmac: alias(office), facts: { party_id: OFFICE } },
  { put: 'party', party: ANNA, facts: aParty(ANNA, { kind: 'person', birth_date: '1990-01-01' }) },
  { put: 'party', party: FIRM, facts: aParty(FIRM, { kvk: '11111111' }) },
  { put: 'party', party: OFFICE, facts: aParty(OFFICE, { kvk: '22222222' }) },
  { put: 'party', party: PASSER_ON, facts: aParty(PASSER_ON) },
  { put: 'service', serviceId: SERVICE, facts: aService() },
  { put: 'definition', serviceUuid: SERVICE_UUID, instances: [SERVICE] },
];
export const DIRECT: Write = mandateWrite(FIRM, ANNA, aMandate(id(10)));
export const CHAIN: Write[] = [
  { put: 'link', actor: ANNA, organisation: OFFICE, mandateId: id(12) },
  mandateWrite(FIRM, OFFICE, aMandate(id(11), { kind: 'business' })),
  mandateWrite(OFFICE, ANNA, aMandate(id(12), { reach: 'clients' })),
];

export const question: Question = { actor, loa: 'eh3', represented: firm, service: SERVICE };

export async function projected(writes: readonly Write[]): Promise<Lookups> {
  const { projection, lookups } = makeMemoryStore();
  const rebuild = await projection.rebuild({ layout: 1, keyId: 'test', keyCheck: 'test' }, 1);
  await rebuild.load(writes);
  await rebuild.swap({ epoch: 1, n: 7 }, '');
  return lookups;
}

/** The same records, but only by round trips, which are counted. */
export function remote(lookups: Lookups): Lookups & { trips: number } {
  const far = {
    trips: 0,
    peek: () => undefined,
    read(keys: Parameters<Lookups['read']>[0]) {
      far.trips += 1;
      return lookups.read(keys);
    },
  };
  return far;
}

export function fixed(revision: Revision = { epoch: 1, n: 7 }, ageMs = 12): Freshness {
  return {
    position: () => ({ revision, ageMs }),
    reach: async () => {},
    isTogether: () => true,
    together: async () => {},
    maxAgeMs: 5000,
  };
}

/** Records in memory, read again; `fail` makes the next ones fail. */
type Kept = Records & { entries: (Entry & { body: EntryBody })[]; fail?: Error };

export function kept(): Kept {
  const records: Kept = {
    entries: [],
    wantsInput: false,
    async append(entry) {
      if (records.fail) throw records.fail;
      const { body } = entry;
      records.entries.push({ ...entry, body: typeof body === 'string' ? JSON.parse(body) : body });
    },
  };
  return records;
}

export async function miniPolicy(): Promise<Engine<Verdict>> {
  return makeEngine(await readBundle(fixtureBundle('mini')), readVerdict);
}

export const caller: Caller = { name: 'portal', owners: 'all', rights: { search: false, bsn: true, details: true } };

export async function aWorld(writes: readonly Write[], change: Partial<EvaluateDeps> = {}) {
  const records = kept();
  const metrics = makeMetrics();
  const used: string[] = [];
  const evaluate = makeEvaluate({
    lookups: await projected(writes),
    freshness: fixed(),
    policy: await miniPolicy(),
    alias,
    records,
    uses: { note: (mandates) => used.push(...mandates) },
    now: () => NOW,
    metrics,
    ...change,
  });
  return { evaluate, records, metrics, used };
}
