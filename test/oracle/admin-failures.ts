import type { PartyFacts, ServiceTerms } from '../../src/domain/facts.ts';
import {
  type ActRow,
  type AdminQuestion,
  type AdminWorld,
  definitionsOf,
  endsOf,
  manageService,
  partyOf,
} from '../../src/workbench/cases/act-world.ts';
import { binds, endsManagers, makes, needs } from './admin-rights.ts';
import type { Way } from './admin-ways.ts';
import { concerned, made } from './admin-world.ts';
import { lastEnd, majorityAt } from './rules.ts';
import { grantorStates, hasState, statesAt } from './states.ts';

/** Whatever the capacity: the act is whole, the services take it, what is passed on may be. */
export function act(world: AdminWorld, question: AdminQuestion): string[] {
  return [...incoherent(question), ...services(world, question), ...onward(world, question)];
}

function incoherent(question: AdminQuestion): string[] {
  const { act: name, current, mandate, parent, party, actor, system } = question;
  const { identified_at, intervention } = question.about;
  const present = {
    current,
    mandate,
    parent,
    identified_at,
    intervention,
    party: endsOf(question).represented ?? party,
  };
  const same = !current || !mandate || sameMandate(name, current, mandate);
  const whole =
    (actor === undefined) !== (system === undefined) &&
    needs(name).every((need) => present[need] !== undefined) &&
    (!makes(name) || made(question) !== undefined) &&
    same &&
    (current !== undefined || mandate?.facts.derived_from === undefined || name === 'mandate.pass_on');
  return whole ? [] : ['act_incoherent'];
}

function sameMandate(name: string, current: ActRow, mandate: ActRow): boolean {
  const { kind, ground } = mandate.facts;
  if (kind !== current.facts.kind || ground !== current.facts.ground) return false;
  if (mandate.represented !== current.represented) return false;
  return name === 'mandate.transfer' || mandate.delegate === current.delegate;
}

function services(world: AdminWorld, question: AdminQuestion): string[] {
  const row = made(question);
  if (!row || !makes(question.act)) return [];
  const { facts } = row;
  const manage = manageService(world).service_uuid;
  const open = question.act === 'mandate.offer' && row.delegate === row.represented;
  const delegate = partyOf(world, row.delegate);
  return [
    ...(row.everything && facts.kind === 'voluntary' ? ['all_services_not_for_voluntary'] : []),
    ...(!open && unable(delegate, world.now) ? ['delegate_not_active'] : []),
    ...definitionsOf(world, row).flatMap(({ uuid, terms }) => [
      ...(terms.active ? [] : ['service_inactive']),
      ...(accepts(terms, facts) ? [] : ['service_not_mandatable']),
      ...(facts.branches === 'all' || terms.branches || uuid === manage ? [] : ['branches_not_accepted']),
      ...(facts.kind !== 'statutory' && delegate.kind === 'organisation' && !terms.chains
        ? ['chain_not_accepted']
        : []),
    ]),
  ];
}

function accepts(terms: ServiceTerms, { kind, ground }: ActRow['facts']): boolean {
  if (!terms.kinds[kind]) return false;
  return kind !== 'statutory' || (ground !== undefined && terms.grounds[ground] === true);
}

function unable(party: PartyFacts, now: number): boolean {
  if (party.kind === 'organisation') return statesAt(party, now).length > 0;
  return hasState(party, 'deceased', now) || hasState(party, 'curatele', now);
}

function onward(world: AdminWorld, { act: name, parent, mandate }: AdminQuestion): string[] {
  if (name !== 'mandate.pass_on') return [];
  const may = parent?.facts.substitution === true && parent.facts.derived_from === undefined;
  return [
    ...(may ? [] : ['substitution_missing']),
    ...(inForce(world, parent, mandate) ? [] : ['parent_not_in_force']),
  ];
}

function inForce(world: AdminWorld, parent: ActRow | undefined, child: ActRow | undefined): boolean {
  if (!parent || !child || child.facts.derived_from?.mandate_id !== parent.facts.mandate_id) return false;
  if (child.represented !== parent.represented) return false;
  const { facts } = parent;
  const { now } = world;
  const until = facts.valid_until;
  const inTime =
    facts.valid_from <= now &&
    (until === undefined ? facts.kind === 'statutory' : now < until) &&
    (facts.kind === 'statutory' || (until !== undefined && until <= lastEnd(facts.valid_from)));
  const represented = partyOf(world, parent.represented);
  const service = { ...manageService(world), domain: 'assets' as const };
  const standing = grantorStates({ ...facts, scope: { by: 'service' } }, represented, { now, service });
  return (
    facts.status === 'active' &&
    inTime &&
    isMinor(facts, represented, now) &&
    standing.length === 0 &&
    statesAt(partyOf(world, parent.delegate), now).length === 0
  );
}

function isMinor({ ground }: ActRow['facts'], child: PartyFacts, now: number): boolean {
  if (ground !== 'parental_authority') return true;
  const until = child.birth_date === undefined ? undefined : majorityAt(child.birth_date);
  return until !== undefined && now < until;
}

/** It makes its delegate a manager, by whatever scope. A system does not look up whose service managing is. */
function makesManager(world: AdminWorld, { system, about }: AdminQuestion, row: ActRow): boolean {
  const { service_uuid, owner } = manageService(world);
  const isKnown = system === undefined || (system.role === 'registrar' && about.paper !== undefined);
  const byOwner = row.owner !== undefined && (!isKnown || row.owner === owner);
  return row.everything || byOwner || definitionsOf(world, row).some(({ uuid }) => uuid === service_uuid);
}

/** Who makes managers, and that one stays (R50, R91, R92, R106). */
export function actOfManager(world: AdminWorld, question: AdminQuestion, way: Way): string[] {
  const { act: name, current, about } = question;
  const rows = concerned(question);
  const manages = (row: ActRow | undefined) => row !== undefined && makesManager(world, question, row);
  const isManager = way.atRepresented && (way.as === 'manager' || way.as === 'proxy');
  const caller = question.actor?.party ?? about.paper?.signed_by;
  const failures: string[] = [];
  if (binds(name) && rows.some(manages) && isManager) {
    const may = way.as === 'manager' && way.rests.every(({ facts }) => facts.substitution === true);
    if (!may) failures.push('may_not_appoint');
    if (made(question)?.facts.substitution === true) failures.push('substitution_not_passed_on');
    if (rows.some(({ delegate }) => delegate === caller)) failures.push('own_managing_mandate');
  }
  // Who acts for another does not thereby manage his mandates; who manages is asked of the law (R82).
  const passes = name === 'mandate.pass_on' && question.parent && partyOf(world, question.parent.delegate).kind;
  if (passes === 'organisation' && manages(made(question))) failures.push('may_not_appoint');
  const asks = name === 'mandate.reconfirm' && way.as === 'manager' && current && partyOf(world, current.delegate).kind;
  if (asks === 'person' && manages(current)) failures.push('may_not_appoint');
  const isSystem = way.role === 'court' || way.role === 'registrar' || way.role === 'service_owner';
  if (
    endsManagers(name) &&
    !isSystem &&
    current &&
    managesNow(world, question, current) &&
    !((about.managers_left ?? 0) >= 1)
  ) {
    failures.push('last_manager');
  }
  const right = name === 'manager.dismiss' ? manages(current) : rows.length > 0 && rows.every(manages);
  if (name.startsWith('manager.') && !right) failures.push('not_a_manager');
  return failures;
}

function managesNow(world: AdminWorld, question: AdminQuestion, row: ActRow): boolean {
  const { kind, status, valid_from, valid_until } = row.facts;
  if (kind !== 'employee' || status !== 'active') return false;
  return (
    makesManager(world, question, row) &&
    valid_from <= world.now &&
    valid_until !== undefined &&
    world.now < valid_until
  );
}
