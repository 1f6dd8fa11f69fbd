import type { Question } from '../domain/evaluation.ts';
import type { NearMiss } from '../domain/explanation.ts';
import { LOAS, type MandateFacts, type PartyFacts, type PartyId } from '../domain/facts.ts';
import type { PathMandate, PolicyInput, ServiceQuestion } from '../policy/input.ts';
import type { Gathered } from './gather.ts';

/** One thing that might be otherwise: how it is called, and what it was. */
export type Change = Omit<NearMiss, 'says'>;

/** A question with one thing changed, to be looked up anew. */
export interface ChangedQuestion {
  change: Change;
  question: Question;
}

/** Of each kind of change no more than these are tried. */
const AT_MOST = 8;
const YEAR = 365 * 86_400_000;

/** Every mandate found, parents among them. */
export function mandatesOf({ services }: Pick<Gathered, 'services'>): MandateFacts[] {
  return services.flatMap(pathMandates).flatMap((one) => (one.parent?.mandate ? [one, one.parent.mandate] : [one]));
}

function pathMandates({ direct, chains }: ServiceQuestion): PathMandate[] {
  return [...direct, ...chains.flatMap(({ first, second }) => [...first, ...second])];
}

/** Other logins: the levels in their order. */
export function otherLogins(question: Question): ChangedQuestion[] {
  const from = question.loa ?? null;
  return LOAS.map((loa) => ({ change: { change: 'loa', from, to: loa }, question: { ...question, loa } }));
}

/**
 * What else could have been asked: with what the mandates found name, and through whom they lead.
 * @param wide what is found when no intermediary is named
 */
export function otherQuestions(question: Question, found: Gathered, wide: Gathered): ChangedQuestion[] {
  const mandates = mandatesOf(found);
  const values = (of: (one: MandateFacts) => 'all' | readonly string[]): string[] =>
    distinct(mandates.map(of).flatMap((some) => (some === 'all' ? [] : some)));
  return [
    ...values(({ branches }) => branches)
      .filter((branch) => branch !== question.branch)
      .map((branch) => changed(question, 'branch', branch, { branch })),
    ...values(({ operations }) => operations)
      .filter((operation) => operation !== question.operation)
      .map((operation) => changed(question, 'operation', operation, { operation })),
    ...otherIntermediaries(question, wide),
    ...coHolders(question, found, mandates),
  ];
}

function changed(
  question: Question,
  change: 'branch' | 'operation',
  to: string,
  by: Partial<Question>,
): ChangedQuestion {
  return { change: { change, from: question[change] ?? null, to }, question: { ...question, ...by } };
}

/** Without the intermediary that was named, and through each of the others. */
function otherIntermediaries(question: Question, wide: Gathered): ChangedQuestion[] {
  const { via, ...without } = question;
  if (via === undefined) return [];
  const change = (to: string): Change => ({ change: 'via', from: 'the one named', to });
  const others = distinct(wide.services.flatMap(({ chains }) => chains.map(({ intermediary }) => intermediary)));
  return [
    { change: change('none'), question: without },
    ...others.map((one) => ({
      change: change(intermediaryName(one)),
      question: { ...question, via: { party_id: one.party_id } },
    })),
  ];
}

/** As a question may name him. */
export function intermediaryName({ party_id, kvk }: Pick<PartyFacts, 'party_id' | 'kvk'>): string {
  return kvk === undefined ? party_id : `urn:nl:kvk:${kvk}`;
}

/** One more holder who logged in at the actor's level, and all of them at once. */
function coHolders(question: Question, found: Gathered, mandates: readonly MandateFacts[]): ChangedQuestion[] {
  const { loa, together = [] } = question;
  const present = new Set([found.actor, ...found.together].map(({ party }) => party?.party_id));
  const absent = distinct(mandates.flatMap(({ joint }) => joint?.with ?? [])).filter((id) => !present.has(id));
  const joined = (ids: readonly PartyId[]): ChangedQuestion => ({
    change: { change: 'together', from: null, to: ids.join(', ') },
    question: {
      ...question,
      together: [...together, ...ids.map((party_id) => ({ id: { party_id }, ...(loa !== undefined && { loa }) }))],
    },
  });
  return [...absent.map((id) => joined([id])), ...(absent.length > 1 ? [joined(absent)] : [])];
}

/** One field of a mandate as it might be. */
export interface ChangedMandate {
  change: Change;
  facts: Partial<MandateFacts>;
  /** `Were mandate … renewed until …` */
  supposed: string;
}

/** What might be otherwise in a mandate, the least first; whether it would help is the policy's to say. */
export function otherMandates(mandate: MandateFacts, { services }: Gathered, at: number): ChangedMandate[] {
  const { mandate_id, status, valid_until, loa, scope, reach } = mandate;
  const one = (from: string | null, to: string, facts: Partial<MandateFacts>, supposed: string): ChangedMandate => ({
    change: { change: 'mandate', from, to, mandate: mandate_id },
    facts,
    supposed,
  });
  const renewed = { valid_from: at, valid_until: at + YEAR };
  const until = iso(renewed.valid_until);
  const changes = [
    one(status, 'active', { status: 'active' }, `Were mandate ${mandate_id} active and not ${status}`),
    one(
      valid_until === undefined ? null : iso(valid_until),
      until,
      renewed,
      `Were mandate ${mandate_id} renewed until ${until}`,
    ),
    ...LOAS.slice(LOAS.indexOf(loa) + 1).map((higher) =>
      one(loa, higher, { loa: higher }, `Had mandate ${mandate_id} been registered at ${higher} and not ${loa}`),
    ),
    ...confirmedAt(mandate, services).map((newer) =>
      one(
        `version ${scope.by === 'set' && scope.version}`,
        `version ${newer.version}`,
        { scope: newer },
        `Had the grantor of mandate ${mandate_id} confirmed version ${newer.version} of the set`,
      ),
    ),
    ...unlimited(mandate, 'branches').map((from) =>
      one(from, 'all branches', { branches: 'all' }, `Were mandate ${mandate_id} for all branches`),
    ),
    ...unlimited(mandate, 'operations').map((from) =>
      one(from, 'all operations', { operations: 'all' }, `Were mandate ${mandate_id} for all operations`),
    ),
    ...(reach === undefined || reach === 'both'
      ? []
      : [one(reach, 'both', { reach: 'both' }, `Were mandate ${mandate_id} for ${OTHERS[reach]} as well`)]),
  ];
  return changes.filter(({ change }) => change.from !== change.to);
}

const OTHERS = { own: 'clients', clients: "the intermediary's own affairs" };

/** The scope as it would be, had the grantor confirmed the set since the service became a member of it. */
function confirmedAt({ scope }: MandateFacts, services: readonly ServiceQuestion[]) {
  if (scope.by !== 'set') return [];
  return distinct(services.flatMap(({ service }) => service.sets[scope.set] ?? [])).map((version) => ({
    ...scope,
    version,
  }));
}

function unlimited(mandate: MandateFacts, limit: 'branches' | 'operations'): string[] {
  const some = mandate[limit];
  return some === 'all' ? [] : [some.join(', ')];
}

/** The input with one mandate changed, wherever it occurs. */
export function withMandate(input: PolicyInput, id: string, facts: Partial<MandateFacts>): PolicyInput {
  const own = <T extends MandateFacts>(one: T): T => (one.mandate_id === id ? { ...one, ...facts } : one);
  const along = (one: PathMandate): PathMandate => {
    const mandate = one.parent?.mandate;
    return mandate === undefined ? own(one) : { ...own(one), parent: { ...one.parent, mandate: own(mandate) } };
  };
  const services = input.services.map(({ service, direct, chains }) => ({
    service,
    direct: direct.map(along),
    chains: chains.map((one) => ({ ...one, first: one.first.map(along), second: one.second.map(along) })),
  }));
  return { ...input, services };
}

/** Moments gone by at which something found was otherwise, the last first: just before an end, or before a state began. */
export function earlierMoments(found: Gathered, at: number): number[] {
  const states = [found.actor.party, found.represented.party].flatMap((party) => party?.states ?? []);
  const moments = [
    ...mandatesOf(found).flatMap(({ valid_until }) => (valid_until === undefined ? [] : [valid_until - 1])),
    ...states.map(({ since }) => since - 1),
  ];
  return distinct(moments.filter((moment) => moment >= 0 && moment < at).sort((a, b) => b - a));
}

export const iso = (moment: number): string => new Date(moment).toISOString();

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)].slice(0, AT_MOST);
}
