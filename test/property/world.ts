import fc from 'fast-check';
import type {
  Ground,
  Loa,
  MandateKind,
  PartyFacts,
  PartyState,
  ServiceFacts,
  ServiceTerms,
} from '../../src/domain/facts.ts';
import { namedUuid } from '../../src/workbench/cases/register-facts.ts';
import { mostly, nearNow } from './arbitraries.ts';

/** Everyone there is. Small on purpose: paths meet, and boundaries coincide. */
export const PEOPLE = ['actor', 'client', 'holder', 'other'] as const;
export const FIRMS = ['firm', 'office', 'bureau'] as const;
export const SERVICES = ['one', 'two', 'three', 'portal'] as const;
export const BRANCHES = ['000000000001', '000000000002'] as const;
export const CASES = ['Z-1', 'Z-2'] as const;
export const OPERATIONS = ['view', 'submit'] as const;
export const SETS = [namedUuid('set 1'), namedUuid('set 2')] as const;
export const OWNERS = [namedUuid('owner 1'), namedUuid('owner 2')] as const;
const KVK = '12345678';

export type Name = (typeof PEOPLE)[number] | (typeof FIRMS)[number];

export const partyId = (name: Name): string => namedUuid(`party ${name}`);
export const serviceUuid = (name: string): string => namedUuid(`service ${name}`);
export const serviceId = (name: string): string => `urn:etoegang:DV:1:services:${name}`;
/** Noughts and the KvK number of the firm. */
export const NO_BRANCH = `0000${KVK}`;

export const LOAS: Loa[] = ['eh2', 'eh2plus', 'eh3', 'eh4'];
export const KINDS: MandateKind[] = ['employee', 'business', 'voluntary', 'statutory', 'appointed'];
export const GROUNDS: Ground[] = [
  'signatory',
  'owner',
  'parental_authority',
  'curatele',
  'bewind',
  'mentorschap',
  'bankruptcy_curator',
  'liquidator',
];
const STATES: PartyState[] = ['bankrupt', 'wsnp', 'dissolved', 'deregistered', 'deceased', 'curatele', 'bewind'];

/** Bewind is more frequent among persons: it matters to one domain only, for oneself and for who stands in. */
const OF_PERSONS: PartyState[] = [...STATES, 'curatele', 'bewind', 'bewind', 'bewind'];
/** Bankruptcy and dissolution often come together. */
const OF_FIRM: PartyState[] = [...STATES, 'bankrupt', 'bankrupt', 'dissolved', 'dissolved'];
const OFTEN: Partial<Record<Name, fc.Arbitrary<PartyFacts['states']>>> = {
  actor: states(6, OF_PERSONS),
  client: states(3, OF_PERSONS),
  firm: states(4, OF_FIRM),
  holder: states(4),
};

function states(oneIn: number, among = STATES): fc.Arbitrary<PartyFacts['states']> {
  return mostly(
    fc.constant<PartyFacts['states']>([]),
    fc.array(
      fc
        .record({
          state: fc.constantFrom(...among),
          since: nearNow,
          until: mostly(fc.constant(undefined), nearNow, 3),
        })
        .map(({ state, since, until }) => ({ state, since, ...(until !== undefined && until > since && { until }) })),
      { minLength: 1, maxLength: 2 },
    ),
    oneIn,
  );
}

const birthDate = fc.constantFrom('1980-01-01', '2008-11-20', '2008-11-21', '2008-11-22', '2008-02-29', '2015-05-05');

export function party(name: Name): fc.Arbitrary<PartyFacts> {
  const person = (PEOPLE as readonly string[]).includes(name);
  return fc
    .record({
      states: OFTEN[name] ?? states(10),
      birth: birthDate,
      branches: fc.boolean(),
    })
    .map((made) => ({
      party_id: partyId(name),
      kind: person ? 'person' : 'organisation',
      states: made.states,
      ...(person && { birth_date: made.birth }),
      ...(name === 'firm' && { kvk: KVK }),
      has_branches: name === 'firm' && made.branches,
    }));
}

function subset<T extends string>(all: readonly T[]): fc.Arbitrary<Partial<Record<T, true>>> {
  const every = Object.fromEntries(all.map((one) => [one, true])) as Partial<Record<T, true>>;
  const some = fc.subarray([...all]).map((few) => Object.fromEntries(few.map((one) => [one, true])) as typeof every);
  return mostly(fc.constant(every), some, 8);
}

const terms: fc.Arbitrary<ServiceTerms> = fc.record({
  active: mostly(fc.constant(true), fc.constant(false), 20),
  loa: mostly(fc.constant<Loa>('eh2'), fc.constantFrom(...LOAS), 3),
  kinds: subset(KINDS),
  grounds: subset(GROUNDS),
  chains: mostly(fc.constant(true), fc.constant(false), 10),
  branches: mostly(fc.constant(true), fc.constant(false), 6),
});

export function service(name: (typeof SERVICES)[number]): fc.Arbitrary<ServiceFacts> {
  return fc
    .record({
      owner: fc.constantFrom(...OWNERS),
      domain: fc.constantFrom('assets' as const, 'personal_care' as const, 'general' as const),
      definition: terms,
      instance: terms,
      sets: fc.array(fc.tuple(fc.constantFrom(...SETS), fc.integer({ min: 1, max: 3 })), { maxLength: 2 }),
    })
    .map((made) => ({
      ...made,
      service_id: serviceId(name),
      service_uuid: serviceUuid(name === 'three' ? 'two' : name),
      sets: Object.fromEntries(made.sets),
      sub_services: name === 'portal' ? [serviceId('one'), serviceId('two')] : [],
      follow_up: 'delegate' as const,
    }));
}
