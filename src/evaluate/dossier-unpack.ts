import type { MandateFacts, PartyFacts, ServiceFacts } from '../domain/facts.ts';
import type { ChainCandidate, Participant, PathMandate, ServiceQuestion } from '../policy/input.ts';
import type { Gathered } from './gather.ts';
import { makePackedReader } from './packed-text.ts';

/**
 * What was gathered, as one text of which each character is a byte: ids, numbers of parties and moments. All else is
 * the same for many questions, and stands once in `shared`, by number.
 */
export interface Packed {
  text: string;
  shared: readonly object[];
}

/** What is asked and found, without parties and what was found for services. */
export interface Frame {
  rest: Gathered;
  /** Texts of the request that are not the same for others. */
  own: readonly (typeof OWN_IN_REQUEST)[number][];
}

/** What many parties have. Those who have it read all these fields, so that V8 finds them in one place. */
export interface PartyTerms extends Pick<PartyFacts, 'kind' | 'states' | 'has_branches'> {
  /** What each has as well. */
  own: 'kvk' | 'birth_date' | 'none';
  rest: object | undefined;
}

type Optional = Pick<
  MandateFacts,
  'ground' | 'reach' | 'follow_up' | 'granted_under' | 'survivor' | 'reads_messages' | 'substitution'
>;

/** What many mandates have. */
export interface MandateTerms
  extends Pick<MandateFacts, 'kind' | 'status' | 'loa' | 'scope' | 'operations' | 'branches' | 'cases'> {
  ends: boolean;
  optional: { [name in keyof Optional]: Optional[name] | undefined };
  rest: object | undefined;
}

export const OWN_IN_REQUEST = ['branch', 'operation', 'case'] as const;
/** Who is known. */
export const HAS = { actor: 1, represented: 2, via: 4 };
export const PARENT = { none: 0, empty: 1, mandate: 2, delegate: 4 };

/** New objects each time, but for what is shared. */
export function unpack({ text, shared: list }: Packed, from: number): Gathered {
  start(text, from);
  shared = list;
  return readGathered();
}

// One at a time, and without waiting: what is read from stands here meanwhile.
const { start, word, moment, string } = makePackedReader();
let shared: Packed['shared'] = [];

function readGathered(): Gathered {
  const { rest, own } = same() as Frame;
  const has = word();
  const request = own.length === 0 ? rest.request : readRequest(rest.request, own);
  const { actor, represented, via, service_missing, portal } = rest;
  const gathered: Gathered = {
    request,
    actor: has & HAS.actor ? participant(readParty(), actor) : actor,
    represented: has & HAS.represented ? known(readParty(), represented.branch_registered) : represented,
    together: rest.together,
    services: NO_SERVICES,
    via_needed: rest.via_needed,
  };
  if (via) gathered.via = has & HAS.via ? { party: readParty() } : via;
  gathered.services = readServices();
  if (service_missing) gathered.service_missing = service_missing;
  if (portal) gathered.portal = portal;
  return gathered;
}

function readRequest(shared: Gathered['request'], own: Frame['own']): Gathered['request'] {
  const request = { ...shared };
  for (const name of own) request[name] = string();
  return request;
}

/** As it was shared under this number by `pack`, here and below. */
function same(): object {
  return shared[word()] as object;
}

function readServices(): ServiceQuestion[] {
  const services: ServiceQuestion[] = [];
  for (let left = word(); left > 0; left--) {
    const service = same() as ServiceFacts;
    services.push({ service, direct: readMandates(), chains: readChains() });
  }
  return services;
}

function readChains(): ChainCandidate[] {
  const chains: ChainCandidate[] = [];
  for (let left = word(); left > 0; left--) {
    chains.push({ intermediary: readParty(), first: readMandates(), second: readMandates() });
  }
  return chains;
}

function readMandates(): PathMandate[] {
  const mandates: PathMandate[] = [];
  for (let left = word(); left > 0; left--) mandates.push(readMandate());
  return mandates;
}

function readParty(): PartyFacts {
  const { kind, states, own, has_branches, rest } = same() as PartyTerms;
  const party_id = string();
  let facts: PartyFacts;
  if (own === 'kvk') facts = { party_id, kind, states, kvk: string(), has_branches };
  else if (own === 'birth_date') facts = { party_id, kind, states, birth_date: string(), has_branches };
  else facts = { party_id, kind, states, has_branches };
  return rest === undefined ? facts : Object.assign(facts, rest);
}

function readMandate(): PathMandate {
  const terms = same() as MandateTerms;
  const facts: PathMandate = {
    mandate_id: string(),
    kind: terms.kind,
    status: terms.status,
    valid_from: moment(),
    loa: terms.loa,
    scope: terms.scope,
    operations: terms.operations,
    branches: terms.branches,
    cases: terms.cases,
    granted_at: moment(),
  };
  if (terms.rest !== undefined) Object.assign(facts, terms.rest);
  if (terms.ends) facts.valid_until = moment();
  addPresent(facts, terms.optional);
  const above = word();
  if (above === PARENT.none) return facts;
  facts.parent = {};
  if (above & PARENT.mandate) facts.parent.mandate = readMandate();
  if (above & PARENT.delegate) facts.parent.delegate = readParty();
  return facts;
}

const NO_SERVICES: ServiceQuestion[] = [];

/** One by one: names that are known cost less than any that go round. */
function addPresent(facts: PathMandate, optional: MandateTerms['optional']): void {
  const { ground, reach, follow_up, granted_under, survivor, reads_messages, substitution } = optional;
  if (ground !== undefined) facts.ground = ground;
  if (reach !== undefined) facts.reach = reach;
  if (follow_up !== undefined) facts.follow_up = follow_up;
  if (granted_under !== undefined) facts.granted_under = granted_under;
  if (survivor !== undefined) facts.survivor = survivor;
  if (reads_messages !== undefined) facts.reads_messages = reads_messages;
  if (substitution !== undefined) facts.substitution = substitution;
}

function participant(party: PartyFacts, { means, loa }: Participant): Participant {
  const found: Participant = { party };
  if (means) found.means = means;
  if (loa !== undefined) found.loa = loa;
  return found;
}

function known(party: PartyFacts, branch_registered: boolean | undefined): Gathered['represented'] {
  return branch_registered === undefined ? { party } : { party, branch_registered };
}
