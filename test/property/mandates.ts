import fc from 'fast-check';
import { AUTHORITIES, type Loa, type MandateFacts, type MandateKind } from '../../src/domain/facts.ts';
import { namedUuid } from '../../src/workbench/cases/register-facts.ts';
import type { MandateRow } from '../oracle/register.ts';
import { lastEnd } from '../oracle/rules.ts';
import { DAY, mostly, NOW, nearNow } from './arbitraries.ts';

import {
  BRANCHES,
  CASES,
  GROUNDS,
  KINDS,
  LOAS,
  type Name,
  OPERATIONS,
  OWNERS,
  partyId,
  SERVICES,
  SETS,
  serviceId,
  serviceUuid,
} from './world.ts';

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
  // Round by an organisation of his own, and on from a mandate that somebody else has.
  [
    ['actor', 'office'],
    ['office', 'actor'],
  ],
  [
    ['firm', 'other'],
    ['firm', 'actor'],
  ],
  [
    ['client', 'other'],
    ['client', 'actor'],
  ],
  [
    ['firm', 'office'],
    ['office', 'other'],
    ['office', 'actor'],
  ],
);

const fitting: Record<string, MandateKind[]> = {
  'firm actor': ['employee', 'statutory', 'appointed'],
  'client actor': ['voluntary', 'statutory', 'appointed'],
  'firm office': ['business', 'statutory', 'appointed'],
  'client office': ['voluntary', 'statutory', 'appointed'],
  'actor office': ['voluntary', 'statutory', 'appointed'],
  'firm other': ['employee', 'employee', 'employee', 'statutory', 'appointed'],
  'client other': ['voluntary', 'statutory', 'appointed'],
  'office other': ['employee', 'employee', 'employee', 'statutory'],
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
  granted_under: mostly(fc.constant(undefined), fc.constantFrom(...AUTHORITIES), 2),
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

export const route = routes.chain((ends) => fc.tuple(...ends.map(mandate)));

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

/** Whether a mandate was passed on; from whatever stands there, or from a parent made to carry it, alone or jointly. */
export type Onward = 'no' | 'anyhow' | 'carried' | 'jointly';

export const onward: fc.Arbitrary<Onward> = mostly(
  fc.constant<Onward>('no'),
  fc.constantFrom<Onward>('anyhow', 'carried', 'jointly'),
  4,
);

/** Some mandates become onward ones of an earlier mandate by the same grantor. */
export function connect(rows: MandateRow[], passedOn: Onward[]): MandateRow[] {
  const made = rows.map((row, index) => ({
    ...row,
    facts: { ...row.facts, mandate_id: namedUuid(`mandate ${index}`) },
  }));
  for (const [index, row] of made.entries()) {
    const how = passedOn[index] ?? 'no';
    const place = made.findIndex((one) => one.represented === row.represented && one.delegate !== row.delegate);
    const parent = made[place];
    if (how === 'no' || !parent || place >= index) continue;
    const derived_from = { mandate_id: parent.facts.mandate_id, delegate: parent.delegate };
    made[index] = { ...row, facts: { ...row.facts, derived_from } };
    if (how !== 'anyhow') made[place] = carrying(parent, row, how === 'jointly');
  }
  return made;
}

function carrying(parent: MandateRow, { services, facts }: MandateRow, jointly: boolean): MandateRow {
  const { status, valid_from, valid_until, operations, branches, cases, loa } = facts;
  const period = { valid_from, ...(valid_until !== undefined && { valid_until }) };
  const carried = {
    ...parent.facts,
    ...{ status, operations, branches, cases, loa },
    ...period,
    substitution: true as const,
  };
  return {
    ...parent,
    services,
    facts: jointly ? { ...carried, joint: { required: 2, with: [partyId('holder')] } } : carried,
  };
}
