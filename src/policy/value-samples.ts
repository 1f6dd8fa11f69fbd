import type { PartyFacts, ServiceFacts, ServiceTerms } from '../domain/facts.ts';
import type { PathMandate, PolicyInput } from './input.ts';

/** Questions in which every kind of value stands that an input is made of, asked twice to write over what was kept. */
const NOW = 1_790_000_000_000;
const TERMS: ServiceTerms = {
  active: true,
  loa: 'eh3',
  kinds: { employee: true, business: true },
  grounds: {},
  chains: true,
  branches: true,
};
const SERVICE: ServiceFacts = {
  service_id: 'urn:etoegang:DV:00000000000000000000:services:1',
  service_uuid: 'service',
  owner: 'owner',
  domain: 'general',
  definition: TERMS,
  instance: TERMS,
  sets: { set: 2 },
  sub_services: [],
  follow_up: 'both',
};

const party = (party_id: string, kind: PartyFacts['kind'], more: Partial<PartyFacts> = {}): PartyFacts => {
  return { party_id, kind, states: [], has_branches: false, ...more };
};

const mandate = (mandate_id: string, more: Partial<PathMandate> = {}): PathMandate => ({
  mandate_id,
  kind: 'employee',
  status: 'active',
  valid_from: NOW - 60_000,
  valid_until: NOW + 60_000,
  loa: 'eh3',
  scope: { by: 'service' },
  operations: 'all',
  branches: 'all',
  cases: 'all',
  granted_at: -1,
  ...more,
});

function question(
  actor: string,
  more: Partial<PolicyInput>,
  direct: PathMandate[],
  second: PathMandate[],
): PolicyInput {
  const chains = second.map((link) => ({
    intermediary: party('office', 'organisation', { kvk: '00000001' }),
    first: [mandate('first', { kind: 'business' })],
    second: [link],
  }));
  return {
    now: NOW,
    request: { loa: 'eh3', operation: 'lezen é€🐄' },
    actor: { party: party(actor, 'person', { birth_date: '1990-01-01' }), loa: 'eh3', means: { active: true } },
    represented: { party: party('firm', 'organisation', { kvk: '00000002' }) },
    together: [{ party: party('other', 'person') }, {}],
    services: [{ service: SERVICE, direct, chains }],
    via_needed: true,
    ...more,
  };
}

const passedOn = mandate('passed on', {
  derived_from: { mandate_id: 'parent', delegate: 'office' },
  parent: { mandate: mandate('parent', { substitution: true }), delegate: party('office', 'organisation') },
});
const limited = mandate('limited', {
  valid_until: NOW + 157_800_000_000,
  scope: { by: 'set', set: 'set', version: 1 },
  operations: ['lezen é€🐄', 'view'],
  joint: { required: 2, with: ['other'] },
});

export const SAMPLES: readonly PolicyInput[] = [
  question('anna', {}, [mandate('one')], []),
  question(
    'bob',
    { request: { loa: 'eh4', min_loa: 'eh2', branch: '1', case: 'a#b' } },
    [],
    [mandate('two', { reach: 'both' }), passedOn],
  ),
  question('anna', { via: { party: party('office', 'organisation') } }, [limited, mandate('three')], []),
  question('firm', { portal: SERVICE, actor: {}, services: [], service_missing: 'unknown' }, [], []),
  question('carl', {}, [mandate('four', { status: 'revoked' }), mandate('five', { valid_until: NOW })], []),
];
