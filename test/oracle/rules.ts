import type { MandateFacts, PartyFacts, ServiceFacts } from '../../src/domain/facts.ts';
import { parseMoment, yearsLater } from '../../src/workbench/cases/amsterdam.ts';
import { loaRank } from './levels.ts';
import { isSecondLink, type Link } from './scan.ts';
import { grantorStates, statesAt } from './states.ts';

export interface Circumstances {
  now: number;
  service: ServiceFacts;
  /** The rank that login and mandates must reach. */
  rank: number;
  branch?: string;
  operation?: string;
  /** `ServiceID#case id` */
  case?: string;
  /** The same case id at this service: under which a mandate limited to cases is found. */
  found?: string;
}

const DOMAIN_OF: Record<string, ServiceFacts['domain']> = { bewind: 'assets', mentorschap: 'personal_care' };

/** Every rule that this mandate, granted by `grantor`, fails as the only or first link of a path. */
export function firstLinkFailures(link: Link, grantor: PartyFacts, at: Circumstances): string[] {
  return [
    ...mandateFailures(link.facts, at),
    ...branchFailures(link.facts, at),
    ...parentFailures(link, at),
    ...[link.facts, link.parent?.facts ?? []].flat().flatMap((facts) => grantorFailures(facts, grantor, at)),
    ...(link.parent?.facts?.reach === 'clients' ? ['parent_not_in_force'] : []),
  ];
}

function grantorFailures(facts: MandateFacts, grantor: PartyFacts, at: Circumstances): string[] {
  return [...majority(facts, grantor, at.now), ...grantorStates(facts, grantor, at)];
}

/** Every rule that this mandate fails as the second link of a chain. */
export function secondLinkFailures(link: Link, at: Circumstances): string[] {
  return [
    ...mandateFailures(link.facts, at),
    ...([link.facts, link.parent?.facts ?? link.facts].every(isSecondLink) ? [] : ['reach_own_only']),
    ...(link.facts.branches === 'all' ? [] : ['second_link_branch_limited']),
    ...parentFailures(link, at),
  ];
}

/** Same local date and time, five years later; a 29 February ends on 28 February. */
export function lastEnd(validFrom: number): number {
  return yearsLater(validFrom, 5, 'clip');
}

/** Midnight of the 18th birthday in Amsterdam; of 1 March for who was born on a 29 February. */
export function majorityAt(birthDate: string): number | undefined {
  const born = parseMoment(birthDate);
  return born === undefined ? undefined : yearsLater(born, 18, 'overflow');
}

function mandateFailures(facts: MandateFacts, at: Circumstances): string[] {
  return [
    ...statusFailures(facts),
    ...timeFailures(facts, at.now),
    ...mandatable(facts, at.service),
    ...scopeFailures(facts, at.service),
    ...(covers(facts.operations, at.operation) ? [] : ['operation_not_covered']),
    ...(covers(facts.cases, at.case) ? [] : ['case_not_covered']),
    ...(facts.kind === 'statutory' || loaRank(facts.loa) >= at.rank ? [] : ['mandate_loa_insufficient']),
    ...domainFailures(facts, at.service),
  ];
}

function statusFailures({ status }: MandateFacts): string[] {
  if (status === 'active') return [];
  if (status === 'requested' || status === 'offered') return ['mandate_pending'];
  return [status === 'suspended' ? 'mandate_suspended' : 'mandate_revoked'];
}

function timeFailures({ kind, valid_from, valid_until }: MandateFacts, now: number): string[] {
  const tooLong = kind !== 'statutory' && (valid_until === undefined || valid_until > lastEnd(valid_from));
  return [
    ...(now < valid_from ? ['mandate_not_started'] : []),
    ...(now < (valid_until ?? openEnd(kind)) ? [] : ['mandate_expired']),
    ...(tooLong ? ['mandate_too_long'] : []),
  ];
}

/** Only statutory mandates may be open-ended; for the others no end means no time at all. */
function openEnd(kind: MandateFacts['kind']): number {
  return kind === 'statutory' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

function mandatable({ kind, ground }: MandateFacts, { definition, instance }: ServiceFacts): string[] {
  const kinds = definition.kinds[kind] && instance.kinds[kind];
  const grounds = kind !== 'statutory' || (ground && definition.grounds[ground] && instance.grounds[ground]);
  return kinds && grounds ? [] : ['service_not_mandatable'];
}

function scopeFailures({ kind, scope }: MandateFacts, service: ServiceFacts): string[] {
  if (scope.by === 'everything') return kind === 'voluntary' ? ['all_services_not_for_voluntary'] : [];
  if (scope.by !== 'set') return [];
  const since = service.sets[scope.set];
  if (since === undefined) return ['service_not_covered'];
  return since > scope.version ? ['set_addition_unconfirmed'] : [];
}

function covers(named: 'all' | string[], asked: string | undefined): boolean {
  return named === 'all' || (asked !== undefined && named.includes(asked));
}

function domainFailures({ kind, ground }: MandateFacts, { domain }: ServiceFacts): string[] {
  const served = kind === 'statutory' && ground !== undefined ? DOMAIN_OF[ground] : undefined;
  return served === undefined || served === domain ? [] : ['domain_not_served'];
}

function branchFailures({ branches }: MandateFacts, { service, branch }: Circumstances): string[] {
  if (branches === 'all') return [];
  const accepted = service.definition.branches && service.instance.branches;
  const refused = accepted ? [] : ['branches_not_accepted'];
  if (branch === undefined) return [...refused, 'branch_required'];
  return branches.includes(branch) ? refused : [...refused, 'branch_not_covered'];
}

function majority({ kind, ground }: MandateFacts, child: PartyFacts, now: number): string[] {
  if (kind !== 'statutory' || ground !== 'parental_authority') return [];
  const until = child.birth_date === undefined ? undefined : majorityAt(child.birth_date);
  return until !== undefined && now < until ? [] : ['majority_reached'];
}

/** The parent obeys the same rules; what is wrong with it is said in one word, but for its level. */
function parentFailures(link: Link, at: Circumstances): string[] {
  if (link.facts.derived_from === undefined) return [];
  const { facts, delegate } = link.parent ?? {};
  if (facts === undefined || delegate === undefined) return ['parent_not_in_force'];
  const own = [...mandateFailures(facts, at), ...branchFailures(facts, at)];
  const level = own.filter((reason) => reason === 'mandate_loa_insufficient');
  const onward = facts.derived_from !== undefined || !facts.substitution;
  const unable = statesAt(delegate, at.now).length > 0;
  return own.length > level.length || onward || unable ? [...level, 'parent_not_in_force'] : level;
}
