import type { Question, Verdict } from '../../src/domain/evaluation.ts';
import type { PartyFacts, ServiceFacts } from '../../src/domain/facts.ts';
import { type Identifier, toUrn } from '../../src/domain/identifier.ts';
import { loaOfRank, loginFailures, required } from './levels.ts';
import { type Actor, boundaries, findPaths, type Inquiry, type Path } from './paths.ts';
import type { Register } from './register.ts';
import { hasState } from './rules.ts';
import type { Link } from './scan.ts';

/** What an answer says, without what only an engine can know. */
export type OracleVerdict = Omit<Verdict, 'branch_verified' | 'follow_up'>;

const DENIED: OracleVerdict = {
  allow: false,
  reasons: [],
  basis: null,
  mandates: [],
  branches: null,
  changes_at: null,
  loa_required: null,
  services: null,
  holders_required: null,
};

/** A stronger login alone lifts these. */
const LOGIN_REASONS = new Set(['loa_missing', 'loa_unknown', 'loa_insufficient']);

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
    answer(register, question, { actor, represented, service: one, asked: service.service_id, closed }, now);
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

function actorOf(register: Register, id: Identifier, loa: string | undefined): Actor | undefined {
  const alias = register.aliases.get(toUrn(id));
  const party = alias && register.parties.get(alias.party_id);
  return party && { party, ...(alias.means && { means: alias.means }), ...(loa !== undefined && { loa }) };
}

function partyOf(register: Register, id: Identifier): PartyFacts | undefined {
  const alias = register.aliases.get(toUrn(id));
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
  /** ServiceID asked for: the service's own, or the portal's in front of it. */
  asked: string;
  /** What is wrong with the portal in front of the service. */
  closed: string[];
}

function answer(register: Register, question: Question, named: Known, now: number): Answer {
  const { actor, represented, service } = named;
  const level = required(service, question.min_loa);
  const via = question.via && partyOf(register, question.via);
  const inquiry: Inquiry = {
    register,
    actor,
    represented,
    together: (question.together ?? []).flatMap(({ id, loa }) => actorOf(register, id, loa) ?? []),
    ...(via && { via }),
    at: { now, service, rank: level.rank, ...asked(question, named) },
  };
  const common = [...new Set([...level.failures, ...named.closed, ...commonFailures(inquiry, register)])];
  const { paths, viaNeeded } = findPaths(inquiry);
  for (const path of paths) for (const reason of common) path.failures.add(reason);
  const [best] = paths.sort(rank);
  const moments = [...paths.flatMap(boundaries), ...actorMoments(inquiry)];
  const login = loginFailures([actor.loa], level.rank);
  const verdict = best
    ? report(best, level.rank, { now, moments })
    : nobody([...common, ...login], viaNeeded, { now, moments });
  const needed = viaNeeded && !verdict.allow ? withReason(verdict, 'via_required') : verdict;
  return { service, verdict: needed, moments, ...(best && { best }) };
}

/** A case belongs to the ServiceID asked for: at a portal it is no case of a service behind it. */
function asked({ branch, operation, case: id }: Question, { service, asked: name }: Known) {
  return {
    ...(branch !== undefined && { branch }),
    ...(operation !== undefined && { operation }),
    ...(id !== undefined && { case: `${name}#${id}`, found: `${service.service_id}#${id}` }),
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

/** The fewest failed rules, then the order of paths, then the latest end, then the id. */
function rank(a: Path, b: Path): number {
  return (
    a.failures.size - b.failures.size || a.order - b.order || compare(endOf(b), endOf(a)) || compare(idOf(a), idOf(b))
  );
}

function compare<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function endOf(path: Path): number {
  return Math.min(...path.links.map(({ facts }) => facts.valid_until ?? Number.POSITIVE_INFINITY));
}

function idOf(path: Path): string {
  return path.links.map(({ facts }) => facts.mandate_id).join(' ');
}

/** A parent comes before its onward mandate. */
function mandatesOf({ facts }: Link): string[] {
  return facts.derived_from ? [facts.derived_from.mandate_id, facts.mandate_id] : [facts.mandate_id];
}

interface Timeline {
  now: number;
  moments: number[];
}

function report(path: Path, level: number, { now, moments }: Timeline): OracleVerdict {
  const reasons = [...path.failures].sort();
  const allow = reasons.length === 0;
  const limits = path.links[0]?.facts.branches ?? 'all';
  return {
    ...DENIED,
    allow,
    reasons,
    basis: allow ? path.basis : null,
    mandates: allow ? path.links.flatMap(mandatesOf) : [],
    branches: allow || reasons.includes('branch_required') ? limits : null,
    changes_at: firstAfter(now, allow ? boundaries(path) : moments),
    loa_required: !allow && reasons.every((reason) => LOGIN_REASONS.has(reason)) ? loaOfRank(level) : null,
    holders_required: reasons.includes('joint_authority_required') ? path.holders : null,
  };
}

function nobody(common: string[], viaNeeded: boolean, { now, moments }: Timeline): OracleVerdict {
  const reasons = new Set([...common, ...(viaNeeded ? [] : ['no_mandate'])]);
  return { ...DENIED, reasons: [...reasons].sort(), changes_at: firstAfter(now, moments) };
}

function actorMoments({ actor, represented }: Inquiry): number[] {
  return [actor.party, represented].flatMap(({ states }) =>
    states.flatMap(({ since, until }) => (until === undefined ? [since] : [since, until])),
  );
}

function firstAfter(now: number, moments: number[]): number | null {
  const later = moments.filter((moment) => moment > now);
  return later.length === 0 ? null : Math.min(...later);
}

function withReason(verdict: OracleVerdict, reason: string): OracleVerdict {
  return { ...verdict, reasons: [...verdict.reasons, reason].sort(), loa_required: null };
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
