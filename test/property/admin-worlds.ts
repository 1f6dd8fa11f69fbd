import fc from 'fast-check';
import { ACTS, type ActName, INTERVENTIONS, SYSTEM_ROLES } from '../../src/domain/administration.ts';
import {
  DOMAINS,
  GROUNDS,
  LOAS,
  MANDATE_KINDS,
  PARTY_STATES,
  type PartyFacts,
  type ServiceFacts,
} from '../../src/domain/facts.ts';
import type { ActRow, AdminQuestion, AdminWorld, Login } from '../../src/workbench/cases/act-world.ts';
import { type Ends, no, OWNERS, row, yes } from './admin-mandates.ts';
import { mostly, NOW, nearNow } from './arbitraries.ts';

/** Small registers, and acts on them, in which nearly everything may be wrong and mostly is not. */
const FIRMS = ['firm', 'office'];
const PEOPLE = ['boss', 'clerk', 'other'];
export const MANAGE = 'manage:1';
const SERVICES = ['manage', 'tax', 'home'];

const all = <T extends string>(names: readonly T[]): Partial<Record<T, true>> => {
  const set: Partial<Record<T, true>> = {};
  for (const name of names) set[name] = true;
  return set;
};
const flags = <T extends string>(names: readonly T[]) =>
  mostly(fc.constant(all(names)), fc.subarray([...names]).map(all), 6);

const party = (id: string, index: number): fc.Arbitrary<PartyFacts> =>
  fc
    .record({
      states: mostly(
        fc.constant<PartyFacts['states']>([]),
        fc.array(fc.record({ state: fc.constantFrom(...PARTY_STATES), since: nearNow }), {
          minLength: 1,
          maxLength: 1,
        }),
        8,
      ),
    })
    .map(({ states }) => ({
      party_id: id,
      kind: index < FIRMS.length ? 'organisation' : 'person',
      states,
      has_branches: false,
    }));

const terms = fc.record({
  active: yes(16),
  loa: mostly(fc.constant('eh2' as const), fc.constantFrom(...LOAS), 3),
  kinds: flags(MANDATE_KINDS),
  grounds: flags(GROUNDS),
  chains: yes(8),
  branches: yes(8),
});

const service = (name: string): fc.Arbitrary<ServiceFacts[]> =>
  fc
    .record({
      terms,
      owners: fc.subarray(OWNERS, { minLength: 1 }),
      shared: no(6),
      domain: name === 'manage' ? fc.constant('general' as const) : fc.constantFrom(...DOMAINS),
    })
    .map(({ terms: definition, owners, shared, domain }) =>
      (shared && name !== 'manage' ? owners : owners.slice(0, 1)).map((owner, i) => ({
        service_id: `${name}:${i + 1}`,
        service_uuid: name,
        owner,
        domain,
        definition,
        instance: definition,
        sets: {},
        sub_services: [],
        follow_up: 'delegate' as const,
      })),
    );

const managing = (id: string, represented: string, delegate: string) =>
  row(id, fc.constant({ represented, delegate }), fc.constant(['manage']));

/** How the clerk, who acts, may have come to manage for the firm, the office or the boss. */
const mandates: fc.Arbitrary<ActRow[]> = fc
  .tuple(
    fc.option(managing('m1', 'firm', 'clerk')),
    fc.option(managing('m2', 'firm', 'clerk')),
    fc.option(managing('m3', 'office', 'clerk')),
    fc.option(managing('m4', 'boss', 'clerk')),
    fc.option(managing('law1', 'firm', 'office').map(asLaw)),
    fc.option(managing('law2', 'firm', 'boss').map(asLaw)),
    fc.option(fc.tuple(managing('parent', 'firm', 'boss'), managing('child', 'firm', 'clerk')).map(passedOn)),
  )
  .map((found) => found.flatMap((one) => one ?? []));

function asLaw(made: ActRow): ActRow {
  const { valid_until: _, reach: __, granted_under: ___, ...facts } = made.facts;
  return { ...made, facts: { ...facts, kind: 'statutory', ground: facts.ground ?? 'signatory' } };
}

function passedOn([parent, child]: [ActRow, ActRow]): ActRow[] {
  const { substitution: _, ...facts } = child.facts;
  return [parent, { ...child, facts: { ...facts, derived_from: { mandate_id: 'parent', delegate: 'boss' } } }];
}

export const worlds: fc.Arbitrary<AdminWorld> = fc
  .record({
    parties: fc.tuple(...[...FIRMS, ...PEOPLE].map(party)),
    services: fc.tuple(...SERVICES.map(service)),
    mandates,
  })
  .map((made) => ({
    now: NOW,
    manage: MANAGE,
    register: {
      parties: new Map(made.parties.map((one) => [one.party_id, one])),
      aliases: new Map(),
      branches: new Set<string>(),
      services: new Map(made.services.flat().map((one) => [one.service_id, one])),
      mandates: made.mandates,
    },
  }));

const login = (id: string): fc.Arbitrary<Login> =>
  fc
    .record({
      loa: mostly(fc.constantFrom('eh3', 'eh4'), fc.constantFrom('eh1', 'eh2', 'eh2plus', 'best', undefined), 4),
      active: yes(20),
    })
    .map(({ loa, active }) => ({ party: id, means: { active }, ...(loa !== undefined && { loa }) }));

const someEnds = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom({ represented: 'firm', delegate: 'other' }, { represented: 'firm', delegate: 'clerk' }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { represented: 'clerk', delegate: 'other' },
      { represented: 'boss', delegate: 'clerk' },
      { represented: 'firm', delegate: 'boss' },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { represented: 'firm', delegate: 'office' },
      { represented: 'office', delegate: 'clerk' },
    ),
  },
);
const target = (id: string, ends: fc.Arbitrary<Ends> = someEnds) =>
  row(id, ends, fc.constantFrom<string[]>(['tax'], ['home'], ['tax', 'home'], ['manage'], ['manage', 'tax']));

const evidence = fc.subarray<string>(['handwritten_signature', 'lost_document_register', 'bank_transfer', 'in_person']);
const about: fc.Arbitrary<AdminQuestion['about']> = fc
  .record({
    owners: fc.option(fc.subarray(OWNERS)),
    code_verified: yes(4),
    deviation: mostly(fc.constant(undefined), fc.constantFrom<string>('in haste', ' '), 6),
    signed: yes(2),
    verified_by: mostly(
      fc.constant<string[]>(['telephone']),
      fc.constantFrom<(string[] | undefined)[]>([], [' '], undefined),
      3,
    ),
    managers_left: fc.constantFrom<(number | undefined)[]>(0, 1, 2, undefined),
    identified_at: fc.option(fc.constantFrom(...LOAS)),
    means_owner: fc.constantFrom<(string | undefined)[]>('firm', 'office', undefined),
    intervention: fc.option(fc.constantFrom(...INTERVENTIONS)),
  })
  .map(({ owners, deviation, verified_by, managers_left, means_owner, identified_at, intervention, ...rest }) => ({
    ...rest,
    ...(owners && { owners }),
    ...(deviation !== undefined && { deviation }),
    ...(verified_by && { verified_by }),
    ...(managers_left !== undefined && { managers_left }),
    ...(means_owner !== undefined && { means_owner }),
    ...(identified_at !== null && { identified_at }),
    ...(intervention !== null && { intervention }),
  }));

const paper = fc.record({
  signed_by: mostly(fc.constant('clerk'), fc.constantFrom('boss', 'other'), 4),
  loa: fc.constantFrom(...LOAS),
  evidence: mostly(fc.constant<string[]>(['handwritten_signature', 'bank_transfer', 'in_person']), evidence, 2),
});

interface Caller {
  actor?: Login;
  system?: NonNullable<AdminQuestion['system']>;
  paper?: NonNullable<AdminQuestion['about']['paper']>;
}

const caller: fc.Arbitrary<Caller> = fc.oneof(
  { weight: 8, arbitrary: login('clerk').map((actor) => ({ actor })) },
  { weight: 2, arbitrary: fc.constantFrom(...SYSTEM_ROLES).map((role) => ({ system: { role, owner: 'o1' } })) },
  { weight: 2, arbitrary: paper.map((one) => ({ system: { role: 'registrar' as const }, paper: one })) },
);

/** Acts on mandates come more often than the others. */
const acts: fc.Arbitrary<ActName> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ACTS.filter((name) => /^(mandate|manager)\./.test(name))) },
  { weight: 2, arbitrary: fc.constantFrom(...ACTS) },
  // Of these few callers may any at all.
  { weight: 1, arbitrary: fc.constantFrom<ActName>('set.consent', 'party.intervene', 'paper.settle') },
);

export const questions: fc.Arbitrary<AdminQuestion> = fc
  .record({
    act: acts,
    caller,
    current: target('current'),
    mandate: target('new'),
    parent: target(
      'up',
      fc.constantFrom({ represented: 'firm', delegate: 'clerk' }, { represented: 'firm', delegate: 'office' }),
    ),
    party: fc.constantFrom('firm', 'clerk', 'office', 'boss'),
    moves: yes(8),
    derives: yes(6),
    present: fc.record({ current: yes(12), mandate: yes(12), parent: yes(8) }),
    about,
    together: fc.option(login('other')).map((one): Login[] => (one ? [one] : [])),
  })
  .map(toQuestion);

function toQuestion(made: {
  act: ActName;
  caller: Caller;
  current: ActRow;
  mandate: ActRow;
  parent: ActRow;
  party: string;
  moves: boolean;
  derives: boolean;
  present: { current: boolean; mandate: boolean; parent: boolean };
  about: AdminQuestion['about'];
  together: Login[];
}): AdminQuestion {
  const { act, caller: who, about: said, together, party } = made;
  const { identified_at, ...others } = said;
  const isNew = /\.(grant|request|offer|pass_on|appoint)$/.test(act);
  const isChange = /\.(change|renew|transfer|confirm_set|approve)$/.test(act);
  const onMandate = /^(mandate|manager)\./.test(act);
  // A change is one of the same mandate, but for what it may be about.
  const [current, wished] = act.startsWith('manager.')
    ? [onManage(made.current), onManage(made.mandate)]
    : [made.current, made.mandate];
  const changed = made.moves && !isNew ? sameEnds(wished, current, act) : wished;
  const mandate = act === 'mandate.pass_on' && made.derives ? derived(changed, made.parent) : changed;
  return {
    act,
    together,
    ...(who.actor && { actor: who.actor }),
    ...(who.system && { system: who.system }),
    ...(onMandate && !isNew && made.present.current && { current }),
    ...(onMandate && (isNew || isChange) && made.present.mandate && { mandate }),
    ...(act === 'mandate.pass_on' && made.present.parent && { parent: made.parent }),
    ...(!onMandate && { party }),
    about: { ...(act === 'employee.enrol' ? said : others), ...(who.paper && { paper: who.paper }) },
  };
}

const onManage = ({ owner: _, ...made }: ActRow): ActRow => ({ ...made, services: ['manage'], everything: false });

function sameEnds(made: ActRow, { represented, delegate, facts }: ActRow, act: ActName): ActRow {
  const { ground: _, ...rest } = made.facts;
  return {
    ...made,
    represented,
    ...(act !== 'mandate.transfer' && { delegate }),
    facts: {
      ...rest,
      kind: facts.kind,
      ...(facts.ground && { ground: facts.ground }),
      // A change is of the very same.
      ...(/\.(change|confirm_set|approve)$/.test(act) && { mandate_id: facts.mandate_id }),
    },
  };
}

function derived(made: ActRow, parent: ActRow): ActRow {
  const up = { mandate_id: parent.facts.mandate_id, delegate: parent.delegate };
  return { ...made, represented: parent.represented, facts: { ...made.facts, derived_from: up } };
}
