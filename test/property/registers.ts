import fc from 'fast-check';
import type {
  AliasFacts,
  Ground,
  Loa,
  MandateFacts,
  MandateKind,
  PartyFacts,
  PartyState,
  ServiceFacts,
  ServiceTerms,
} from '../../src/domain/facts.ts';
import type { MandateRow, Register } from '../oracle/register.ts';
import { lastEnd } from '../oracle/rules.ts';
import { namedUuid } from '../support/register-facts.ts';
import { DAY, mostly, NOW, nearNow } from './arbitraries.ts';

/** Everyone there is. Small on purpose: paths meet, and boundaries coincide. */
export const PEOPLE = ['actor', 'client', 'holder', 'other'] as const;
export const FIRMS = ['firm', 'office', 'bureau'] as const;
export const SERVICES = ['one', 'two', 'three', 'portal'] as const;
export const BRANCHES = ['000000000001', '000000000002'] as const;
export const CASES = ['Z-1', 'Z-2'] as const;
export const OPERATIONS = ['view', 'submit'] as const;
const SETS = [namedUuid('set 1'), namedUuid('set 2')] as const;
const OWNERS = [namedUuid('owner 1'), namedUuid('owner 2')] as const;
const KVK = '12345678';

type Name = (typeof PEOPLE)[number] | (typeof FIRMS)[number];

export const partyId = (name: Name): string => namedUuid(`party ${name}`);
export const serviceUuid = (name: string): string => namedUuid(`service ${name}`);
export const serviceId = (name: string): string => `urn:etoegang:DV:1:services:${name}`;
/** Noughts and the KvK number of the firm. */
export const NO_BRANCH = `0000${KVK}`;

const LOAS: Loa[] = ['eh2', 'eh2plus', 'eh3', 'eh4'];
const KINDS: MandateKind[] = ['employee', 'business', 'voluntary', 'statutory', 'appointed'];
const GROUNDS: Ground[] = [
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

/** The actor is more often under curatele or bewind: that matters to acting for oneself. */
const OF_ACTOR: PartyState[] = [...STATES, 'curatele', 'bewind', 'bewind', 'bewind'];

const states = (oneIn: number, among = STATES) =>
  mostly(
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

const birthDate = fc.constantFrom('1980-01-01', '2008-11-20', '2008-11-21', '2008-11-22', '2008-02-29', '2015-05-05');

function party(name: Name): fc.Arbitrary<PartyFacts> {
  const person = (PEOPLE as readonly string[]).includes(name);
  return fc
    .record({
      states: name === 'actor' ? states(6, OF_ACTOR) : states(name === 'firm' || name === 'client' ? 5 : 10),
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

function service(name: (typeof SERVICES)[number]): fc.Arbitrary<ServiceFacts> {
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

/** Ways from the firm or the client to the actor, as the two ends of each mandate. */
const routes = fc.constantFrom<[Name, Name][]>(
  [['firm', 'actor']],
  [['client', 'actor']],
  [
    ['firm', 'office'],
    ['office', 'actor'],
  ],
  [
    ['firm', 'office'],
    ['office', 'actor'],
  ],
  [
    ['client', 'office'],
    ['office', 'actor'],
  ],
  [
    ['firm', 'bureau'],
    ['bureau', 'actor'],
  ],
  [
    ['firm', 'other'],
    ['other', 'actor'],
  ],
  [
    ['client', 'other'],
    ['firm', 'other'],
  ],
);

const fitting: Record<string, MandateKind[]> = {
  'firm actor': ['employee', 'statutory', 'appointed'],
  'client actor': ['voluntary', 'statutory', 'appointed'],
  'firm office': ['business', 'statutory', 'appointed'],
  'client office': ['voluntary', 'statutory', 'appointed'],
  'office actor': ['employee', 'employee', 'employee', 'statutory'],
  'firm bureau': ['business', 'statutory', 'appointed'],
  'bureau actor': ['employee', 'employee', 'statutory'],
};

const validity = fc
  .record({
    from: mostly(
      fc.constantFrom(NOW - 40 * DAY, NOW - 1, NOW),
      fc.oneof(nearNow, fc.constantFrom(Date.parse('2024-02-28T23:00:00Z'), Date.parse('2021-11-20T23:00:00Z'))),
      4,
    ),
    until: mostly(
      fc.constantFrom(NOW + 1, NOW + 40 * DAY, NOW + 400 * DAY),
      fc.oneof(nearNow, fc.constant(undefined)),
      3,
    ),
    beyond: fc.constantFrom(-1, 0, 0, 1),
  })
  .map(({ from, until, beyond }) => ({
    from,
    until: until !== undefined && until > from ? until : lastEnd(from) + beyond,
  }));

const scope = fc.record({
  services: mostly(fc.constant(SERVICES.map(serviceUuid)), fc.subarray(SERVICES.map(serviceUuid)), 5),
  sets: fc.array(fc.record({ set: fc.constantFrom(...SETS), version: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 1,
  }),
  owner: mostly(fc.constantFrom(...OWNERS), fc.constant(undefined), 4),
  everything: mostly(fc.constant(false), fc.constant(true), 4),
  only: fc.constantFrom('services', 'services', 'services', 'services', 'sets', 'owner', 'all'),
});

const limits = fc.record({
  operations: mostly(fc.constant<'all'>('all'), fc.subarray([...OPERATIONS], { minLength: 1 }), 8),
  branches: mostly(fc.constant<'all'>('all'), fc.subarray([...BRANCHES], { minLength: 1 }), 6),
  cases: mostly(
    fc.constant<'all'>('all'),
    fc.uniqueArray(
      fc.tuple(fc.constantFrom('one', 'two'), fc.constantFrom(...CASES)).map(([s, c]) => `${serviceId(s)}#${c}`),
      { minLength: 1, maxLength: 3 },
    ),
    12,
  ),
  loa: mostly(fc.constant<Loa>('eh4'), fc.constantFrom(...LOAS), 6),
});

const nature = fc.record({
  status: mostly(
    fc.constant<MandateFacts['status']>('active'),
    fc.constantFrom<MandateFacts['status']>('requested', 'offered', 'suspended', 'revoked', 'rejected', 'lapsed'),
    8,
  ),
  reach: mostly(
    fc.constantFrom<'clients' | 'both'>('clients', 'both'),
    fc.constantFrom<'own' | undefined>('own', undefined),
    4,
  ),
  ground: fc.constantFrom(...GROUNDS),
  survivor: fc.boolean(),
  granted_under: mostly(
    fc.constant(undefined),
    fc.constantFrom('bankruptcy_curator' as const, 'liquidator' as const),
    2,
  ),
  granted_at: nearNow,
  joint: mostly(
    fc.constant(undefined),
    fc.record({ required: fc.integer({ min: 2, max: 3 }), with: fc.constantFrom(['holder'], ['holder', 'other']) }),
    6,
  ),
  substitution: fc.boolean(),
});

const mandate = ([from, to]: [Name, Name]) =>
  fc
    .record({ pick: fc.nat(), odd: fc.nat({ max: 19 }), validity, scope, limits, nature })
    .map(({ pick, odd, ...made }): MandateRow => {
      const kinds = (odd > 0 && fitting[`${from} ${to}`]) || KINDS;
      const kind = kinds[pick % kinds.length] ?? 'business';
      const { only } = made.scope;
      return {
        represented: partyId(from),
        delegate: partyId(to),
        services: only === 'services' || only === 'all' ? made.scope.services : [],
        sets: only === 'sets' || only === 'all' ? made.scope.sets : [],
        ...((only === 'owner' || only === 'all') && made.scope.owner !== undefined && { owner: made.scope.owner }),
        everything: made.scope.everything,
        facts: mandateFacts(kind, made),
      };
    });

const route = routes.chain((ends) => fc.tuple(...ends.map(mandate)));

type Made = {
  validity: { from: number; until: number };
  limits: Pick<MandateFacts, 'operations' | 'branches' | 'cases' | 'loa'>;
  nature: typeof nature extends fc.Arbitrary<infer T> ? T : never;
};

function mandateFacts(kind: MandateKind, { validity: valid, limits: limit, nature: made }: Made): MandateRow['facts'] {
  return {
    mandate_id: '',
    kind,
    status: made.status,
    valid_from: valid.from,
    ...(kind === 'statutory' && made.survivor ? {} : { valid_until: valid.until }),
    ...limit,
    granted_at: made.granted_at,
    ...(kind === 'statutory' && { ground: made.ground }),
    ...(kind === 'employee' && made.reach !== undefined && { reach: made.reach }),
    ...(made.survivor && { survivor: true as const }),
    ...(made.granted_under !== undefined && { granted_under: made.granted_under }),
    ...(made.substitution && { substitution: true as const }),
    ...(made.joint && {
      joint: { required: made.joint.required, with: made.joint.with.map((name) => partyId(name as Name)) },
    }),
  };
}

/** Some mandates become onward ones of an earlier mandate by the same grantor. */
function connect(rows: MandateRow[], onward: boolean[]): MandateRow[] {
  const named = rows.map((row, index) => ({
    ...row,
    facts: { ...row.facts, mandate_id: namedUuid(`mandate ${index}`) },
  }));
  return named.map((row, index) => {
    const parent = named
      .slice(0, index)
      .find((one) => one.represented === row.represented && one.delegate !== row.delegate);
    if (!onward[index] || !parent) return row;
    const derived_from = { mandate_id: parent.facts.mandate_id, delegate: parent.delegate };
    return { ...row, facts: { ...row.facts, derived_from } };
  });
}

/** A small register in which nearly everything may be wrong, and mostly is not. */
export const registers: fc.Arbitrary<Register> = fc
  .record({
    parties: fc.tuple(...[...PEOPLE, ...FIRMS].map(party)),
    services: fc.tuple(...SERVICES.map(service)),
    rows: fc.array(route, { minLength: 2, maxLength: 4 }).map((made) => made.flat()),
    onward: fc.array(mostly(fc.constant(false), fc.constant(true), 8), { minLength: 8, maxLength: 8 }),
    inactive: fc.record({
      actor: mostly(fc.constant<boolean>(true), fc.constant<boolean>(false), 24),
      holder: mostly(fc.constant<boolean>(true), fc.constant<boolean>(false), 6),
    }),
  })
  .map(({ parties, services, rows, onward, inactive }) => ({
    parties: new Map(parties.map((one) => [one.party_id, one])),
    aliases: aliases(inactive),
    branches: new Set(
      parties.filter((one) => one.has_branches).flatMap((one) => BRANCHES.map((b) => `${one.party_id} ${b}`)),
    ),
    services: new Map(services.map((one) => [one.service_id, one])),
    mandates: connect(rows, onward),
  }));

function aliases(active: { actor: boolean; holder: boolean }): Register['aliases'] {
  return new Map<string, AliasFacts>([
    ...[...PEOPLE, ...FIRMS].map((name): [string, { party_id: string }] => [urn(name), { party_id: partyId(name) }]),
    [`urn:etoegang:pseudonym:actor`, { party_id: partyId('actor'), means: { active: active.actor } }],
    [`urn:etoegang:pseudonym:holder`, { party_id: partyId('holder'), means: { active: active.holder } }],
  ]);
}

/** Identifiers need no check digit here: nothing parses them. */
export function urn(name: string): string {
  return (PEOPLE as readonly string[]).includes(name) ? `urn:nl:bsn:${name}` : `urn:nl:kvk:${name}`;
}
