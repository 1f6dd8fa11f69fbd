import { AppError } from '../domain/errors.ts';
import type { PartyFacts, ServiceFacts } from '../domain/facts.ts';
import type { ChainCandidate, Participant, PathMandate, PolicyInput, ServiceQuestion } from './input.ts';
import * as trim from './trim.ts';

/**
 * The policy input as JSON, trimmed to what rules read (trim.ts): input-schema.ts says what that is. Facts come from a
 * cache that hands out the same object until the record changes, and are never changed in place (they are frozen
 * here): their text is remembered with them, which is most of the writing.
 */
export function writeInput(input: PolicyInput): string {
  const { now, request, actor, represented, via, together, service_missing, portal, services, via_needed } = input;
  // What is no JSON reads as no input at all, and would be denied instead of failing.
  if (!Number.isSafeInteger(now)) throw new AppError('policy_failed', 'the clock gives no whole milliseconds');
  const own = request.branch === undefined ? ownParty : ownPartyWithBranches;
  let json = `{"now":${now},"request":${JSON.stringify(request)},"actor":${participant(actor)}`;
  json += `,"represented":{${represented.party ? `"party":${own(represented.party)}` : ''}`;
  if (represented.branch_registered !== undefined) {
    json += `${represented.party ? ',' : ''}"branch_registered":${represented.branch_registered}`;
  }
  json += '}';
  if (via) json += via.party ? `,"via":{"party":${party(via.party)}}` : ',"via":{}';
  if (service_missing) json += `,"service_missing":"${service_missing}"`;
  if (portal) json += `,"portal":${service(portal, 0)}`;
  if (together.length > 0) json += `,"together":${list(together, participant)}`;
  if (via_needed) json += ',"via_needed":true';
  const chain = via ? namedChain : anyChain;
  return `${json},"services":${list(services, (asked) => serviceQuestion(asked, chain))}}`;
}

/** Texts of records as `trimmed` leaves them. */
function remembered<T extends object>(trimmed: (record: T) => object): (record: T) => string {
  const texts = new WeakMap<T, string>();
  return (record) => {
    const known = texts.get(record);
    if (known !== undefined) return known;
    const text = JSON.stringify(trimmed(freeze(record)));
    texts.set(record, text);
    return text;
  };
}

function freeze<T extends object>(value: T): T {
  for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) freeze(item);
  return Object.freeze(value);
}

const partyWithout = (unread: readonly string[]) => remembered((facts: PartyFacts) => trim.trimParty(facts, unread));
const party = partyWithout(trim.UNREAD.party);
const intermediary = partyWithout(trim.UNREAD.intermediary);
const namedIntermediary = partyWithout(trim.UNREAD.named);
const ownParty = partyWithout(trim.UNREAD.represented);
const ownPartyWithBranches = remembered((facts: PartyFacts) => facts);
const means = remembered((facts: { active: boolean }) => facts);
const plainMandate = remembered(trim.trimMandate);

const serviceTexts = new WeakMap<ServiceFacts, Map<trim.Reading, string>>();

/** Once for each way of reading it, of which there are few. */
export function service(facts: ServiceFacts, reading: trim.Reading): string {
  const texts = serviceTexts.get(facts) ?? new Map<trim.Reading, string>();
  const known = texts.get(reading);
  if (known !== undefined) return known;
  const text = JSON.stringify(trim.trimService(freeze(facts), reading));
  texts.set(reading, text);
  serviceTexts.set(facts, texts);
  return text;
}

function list<T>(items: readonly T[], write: (item: T) => string): string {
  if (items.length === 0) return '[]';
  let json = '';
  for (const item of items) json += json === '' ? write(item) : `,${write(item)}`;
  return `[${json}]`;
}

function participant(one: Participant): string {
  let json = one.party ? `,"party":${party(one.party)}` : '';
  if (one.means) json += `,"means":${means(one.means)}`;
  if (one.loa !== undefined) json += `,"loa":${JSON.stringify(one.loa)}`;
  return `{${json.slice(1)}}`;
}

function serviceQuestion(asked: ServiceQuestion, chain: (found: ChainCandidate) => string): string {
  let json = `{"service":${service(asked.service, trim.readingOf(asked))}`;
  if (asked.direct.length > 0) json += `,"direct":${list(asked.direct, mandate)}`;
  if (asked.chains.length > 0) json += `,"chains":${list(asked.chains, chain)}`;
  return `${json}}`;
}

const namedChain = chainOf(namedIntermediary);
const anyChain = chainOf(intermediary);

function chainOf(through: (facts: PartyFacts) => string) {
  return (found: ChainCandidate) =>
    `{"intermediary":${through(found.intermediary)},"first":${list(found.first, mandate)},"second":${list(found.second, mandate)}}`;
}

/** An onward mandate is put together for one question: it is not worth remembering. */
function mandate(path: PathMandate): string {
  if (path.parent === undefined) return plainMandate(path);
  const { parent, ...found } = path;
  let json = parent.mandate ? `,"mandate":${JSON.stringify(trim.trimMandate(parent.mandate))}` : '';
  if (parent.delegate) json += `,"delegate":${namedIntermediary(parent.delegate)}`;
  return `${JSON.stringify(trim.trimMandate(found)).slice(0, -1)},"parent":{${json.slice(1)}}}`;
}
