import { AppError } from '../domain/errors.ts';
import type { ChainCandidate, Participant, PathMandate, PolicyInput, ServiceQuestion } from './input.ts';

/**
 * The policy input as JSON. Facts come from a cache that hands out the same object until the record changes, and
 * are never changed in place (they are frozen here): their text is remembered with them, which is most of the writing.
 */
export function writeInput(input: PolicyInput): string {
  const { now, request, actor, represented, via, together, service_missing, portal, services, via_needed } = input;
  // What is no JSON reads as no input at all, and would be denied instead of failing.
  if (!Number.isSafeInteger(now)) throw new AppError('policy_failed', 'the clock gives no whole milliseconds');
  let json = `{"now":${now},"request":${JSON.stringify(request)},"actor":${participant(actor)}`;
  json += `,"represented":{${represented.party ? `"party":${facts(represented.party)}` : ''}`;
  if (represented.branch_registered !== undefined) {
    json += `${represented.party ? ',' : ''}"branch_registered":${represented.branch_registered}`;
  }
  json += '}';
  if (via) json += via.party ? `,"via":{"party":${facts(via.party)}}` : ',"via":{}';
  if (service_missing) json += `,"service_missing":"${service_missing}"`;
  if (portal) json += `,"portal":${JSON.stringify(portal)}`;
  return `${json},"together":${list(together, participant)},"services":${list(services, service)},"via_needed":${via_needed}}`;
}

const texts = new WeakMap<object, string>();

function facts(record: object): string {
  const known = texts.get(record);
  if (known !== undefined) return known;
  const text = JSON.stringify(freeze(record));
  texts.set(record, text);
  return text;
}

function freeze<T extends object>(value: T): T {
  for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) freeze(item);
  return Object.freeze(value);
}

function list<T>(items: readonly T[], write: (item: T) => string): string {
  if (items.length === 0) return '[]';
  let json = '';
  for (const item of items) json += json === '' ? write(item) : `,${write(item)}`;
  return `[${json}]`;
}

function participant({ party, means, loa }: Participant): string {
  let json = party ? `,"party":${facts(party)}` : '';
  if (means) json += `,"means":${facts(means)}`;
  if (loa !== undefined) json += `,"loa":${JSON.stringify(loa)}`;
  return `{${json.slice(1)}}`;
}

function service({ service: asked, direct, chains }: ServiceQuestion): string {
  return `{"service":${facts(asked)},"direct":${list(direct, mandate)},"chains":${list(chains, chain)}}`;
}

function chain({ intermediary, first, second }: ChainCandidate): string {
  return `{"intermediary":${facts(intermediary)},"first":${list(first, mandate)},"second":${list(second, mandate)}}`;
}

/** An onward mandate is put together for one question: it is not worth remembering. */
function mandate(found: PathMandate): string {
  return found.parent === undefined ? facts(found) : JSON.stringify(found);
}
