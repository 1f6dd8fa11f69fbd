import type { Question } from '../../src/domain/evaluation.ts';
import type { PartyFacts, ServiceFacts } from '../../src/domain/facts.ts';
import { isPartyRef, type PartyName, toUrn } from '../../src/domain/identifier.ts';
import { wantedRank } from './conditions.ts';
import { loginFailures, required } from './levels.ts';
import { type Actor, boundaries, findPaths, type Inquiry, type Path } from './paths.ts';
import type { Conditions, Register } from './register.ts';
import { DENIED, firstAfter, nobody, type OracleVerdict, rank, report, withReason } from './report.ts';
import { hasState } from './states.ts';

/**
 * Decides a question by scanning a whole register, from the requirements alone: slow, plain and independent of the
 * policy. How it reads the rules where they leave room: docs/conformance.md.
 */
export function decide(register: Register, question: Question, now: number): OracleVerdict {
  const named = identify(register, question);
  if (named.reasons.length > 0) return { ...DENIED, reasons: named.reasons.sort() };
  const { actor, represented, service } = named;
  if (!actor || !represented || !service) throw new Error('whoever is unknown has given a reason');
  const ask = (one: ServiceFacts, closed: string[]): Answer =>
    answer(register, question, { actor, represented, service: one, asked: service, closed }, now);
  if (service.sub_services.length === 0) return ask(service, []).verdict;
  const behind = service.sub_services.flatMap((id) => register.services.get(id) ?? []);
  return portal(
    behind.map((one) => ask(one, closedService(service))),
    now,
  );
}

interface Named {
  reasons: string[];
  actor?: Actor;
  represented?: PartyFacts;
  service?: ServiceFacts;
}

function identify(register: Register, question: Question): Named {
  const actor = actorOf(register, question.actor, question.loa);
  const represented = partyOf(register, question.represented);
  const services = servicesNamed(register, question.service);
  const [service] = services;
  const reasons = [
    ...(actor ? [] : ['actor_unknown']),
    ...(actor && actor.party.kind !== 'person' ? ['actor_not_a_person'] : []),
    ...(represented ? [] : ['represented_unknown']),
    ...(question.via && !partyOf(register, question.via) ? ['intermediary_unknown'] : []),
    ...(services.length === 0 ? ['service_unknown'] : []),
    ...(services.length > 1 ? ['service_ambiguous'] : []),
  ];
  return { reasons, ...(actor && { actor }), ...(represented && { represented }), ...(service && { service }) };
}

function actorOf(register: Register, id: PartyName, loa: string | undefined): Actor | undefined {
  const alias = isPartyRef(id) ? id : register.aliases.get(toUrn(id));
  const party = alias && register.parties.get(alias.party_id);
  return (
    party && {
      party,
      ...('means' in alias && alias.means && { means: alias.means }),
      ...(loa !== undefined && { loa }),
    }
  );
}

function partyOf(register: Register, id: PartyName): PartyFacts | undefined {
  const alias = isPartyRef(id) ? id : register.aliases.get(toUrn(id));
  return alias && register.parties.get(alias.party_id);
}

function servicesNamed(register: Register, name: string): ServiceFacts[] {
  const exact = register.services.get(name);
  if (exact) return [exact];
  return [...register.services.values()].filter(
    (one) => one.service_uuid === name.toLowerCase() && one.instance.active,
  );
}

interface Answer {
  service: ServiceFacts;
  verdict: OracleVerdict;
  /** The path reported, if there was any. */
  best?: Path;
  /** When anything about any candidate begins or ends. */
  moments: number[];
}

/** Everyone and everything the question names, known. */
interface Known {
  actor: Actor;
  represented: PartyFacts;
  service: ServiceFacts;
  /** What was asked for: the service itself, or the portal in front of it. */
  asked: ServiceFacts;
  /** What is wrong with the portal in front of the service. */
  closed: string[];
}

function answer(register: Register, question: Question, named: Known, now: number): Answer {
  const { actor, represented, service } = named;
  const conditions = conditionsOf(register, [service, named.asked]);
  const level = required(service, question.min_loa);
  const floor = Math.max(level.rank, wantedRank(conditions, question.operation));
  const via = question.via && partyOf(register, question.via);
  const inquiry: Inquiry = {
    register,
    actor,
    represented,
    together: (question.together ?? []).flatMap(({ id, loa }) => actorOf(register, id, loa) ?? []),
    ...(via && { via }),
    conditions,
    at: { now, service, rank: floor, ...asked(question, named) },
  };
  const common = [...new Set([...level.failures, ...named.closed, ...commonFailures(inquiry, register)])];
  const { paths, viaNeeded } = findPaths(inquiry);
  for (const path of paths) for (const reason of common) path.failures.add(reason);
  const [best] = paths.sort(rank);
  const moments = [...paths.flatMap(boundaries), ...actorMoments(inquiry)];
  const login = loginFailures([actor.loa], floor);
  const verdict = best
    ? report(best, level.failures.includes('loa_unknown') ? undefined : floor, { now, moments })
    : nobody([...common, ...login], viaNeeded, { now, moments });
  const needed = viaNeeded && !verdict.allow ? withReason(verdict, 'via_required') : verdict;
  return { service, verdict: needed, moments, ...(best && { best }) };
}

function conditionsOf(register: Register, services: ServiceFacts[]): Conditions[] {
  const names = new Set(services.map(({ service_id }) => service_id));
  return [...names].flatMap((name) => (register.conditions?.has(name) ? [register.conditions.get(name)] : []));
}

/** A case belongs to the ServiceID asked for: at a portal it is no case of a service behind it. */
function asked({ branch, operation, case: id }: Question, { service, asked: name }: Known) {
  return {
    ...(branch !== undefined && { branch }),
    ...(operation !== undefined && { operation }),
    ...(id !== undefined && { case: `${name.service_id}#${id}`, found: `${service.service_id}#${id}` }),
  };
}

/** What stands in the way of every path alike. */
function commonFailures({ actor, represented, at }: Inquiry, register: Register): string[] {
  return [
    ...(actor.means?.active === false ? ['means_inactive'] : []),
    ...(hasState(actor.party, 'deceased', at.now) ? ['actor_deceased'] : []),
    ...(hasState(actor.party, 'curatele', at.now) ? ['actor_under_curatele'] : []),
    ...closedService(at.service),
    ...branchNumber(register, represented, at.branch),
  ];
}

function closedService({ definition, instance }: ServiceFacts): string[] {
  return definition.active && instance.active ? [] : ['service_inactive'];
}

function branchNumber(register: Register, represented: PartyFacts, branch: string | undefined): string[] {
  if (branch === undefined) return [];
  if (represented.kind === 'person') return ['branch_not_for_person'];
  if (register.branches.has(`${represented.party_id} ${branch}`)) return [];
  const none = !represented.has_branches && represented.kvk !== undefined && branch === `0000${represented.kvk}`;
  return none ? [] : ['branch_unknown'];
}

function actorMoments({ actor, represented }: Inquiry): number[] {
  return [actor.party, represented].flatMap(({ states }) =>
    states.flatMap(({ since, until }) => (until === undefined ? [since] : [since, until])),
  );
}

/** Open when one service behind it is; otherwise what is least wrong with a path to any of them. */
function portal(answers: Answer[], now: number): OracleVerdict {
  const open = answers.filter(({ verdict }) => verdict.allow);
  const changes_at = firstAfter(
    now,
    answers.flatMap(({ moments }) => moments),
  );
  if (open.length === 0) return { ...DENIED, ...nearest(answers), changes_at };
  return {
    ...DENIED,
    allow: true,
    basis: 'portal',
    services: open.map(({ service }) => service.service_id).sort(),
    mandates: [...new Set(open.flatMap(({ verdict }) => verdict.mandates))],
    changes_at,
  };
}

/** The fewest reasons; of as many, what has a path, by the order of paths. */
function nearest(answers: Answer[]): OracleVerdict | undefined {
  return answers.toSorted((a, b) => a.verdict.reasons.length - b.verdict.reasons.length || byPath(a.best, b.best))[0]
    ?.verdict;
}

function byPath(a: Path | undefined, b: Path | undefined): number {
  if (a && b) return rank(a, b);
  return Number(a === undefined) - Number(b === undefined);
}
