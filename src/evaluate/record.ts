import { AppError } from '../domain/errors.ts';
import type { Question } from '../domain/evaluation.ts';
import type { PartyId } from '../domain/facts.ts';
import { codeMember, member, quoted, quotedCode, quotedCodes, quotedList } from '../process/json-text.ts';
import type { Entry } from '../records/entry.ts';
import { makeSpan } from '../records/trace.ts';
import { type Call, isRefusal } from './call.ts';
import type { Gathered } from './gather.ts';
import type { Outcome } from './outcome.ts';
import { branchesText, followUpText } from './verdict-text.ts';

/** The record of a call that asked one question. */
export function recordOne(outcome: Outcome, call: Call, timestamp: number): Entry {
  const body = bodyOf(requestOf(outcome), responseOf(outcome), [outcome]);
  const entry = entryOf('adl.access_evaluation', [outcome], body, { call, timestamp });
  const represented = outcome.gathered?.represented.party;
  if (represented?.kind === 'person') entry.attributes['dpl.core.data_subject_id'] = represented.party_id;
  return entry;
}

/** The record of a call that asked several. */
export function recordMany(outcomes: readonly Outcome[], call: Call, timestamp: number): Entry {
  const listed = (texts: string[]) => `{"evaluations":[${texts.join(',')}]}`;
  const body = bodyOf(listed(outcomes.map(requestOf)), listed(outcomes.map(responseOf)), outcomes);
  return entryOf('adl.access_evaluations', outcomes, body, { call, timestamp });
}

function entryOf(
  event_name: Entry['event_name'],
  outcomes: readonly Outcome[],
  body: string,
  { call, timestamp }: { call: Call; timestamp: number },
): Entry {
  const { trace_id, span_id, parent_span_id } = makeSpan(call.traceparent);
  const failed = outcomes.length > 0 && outcomes.every(({ answer }) => answer instanceof AppError);
  const attributes: Entry['attributes'] = { 'machtig.caller': call.caller.name };
  if (call.requestId !== undefined) attributes['machtig.request_id'] = call.requestId;
  const entry: Entry = { trace_id, span_id, event_name, timestamp, status: failed ? 'Error' : 'Ok', attributes, body };
  if (parent_span_id !== undefined) entry.parent_span_id = parent_span_id;
  return entry;
}

function bodyOf(request: string, response: string, outcomes: readonly Outcome[]): string {
  return `{"adl.core.request":${request},"adl.core.response":${response}${provenanceOf(outcomes)}}`;
}

/** What was asked, or why it could not be. */
function requestOf({ item, gathered }: Outcome): string {
  if (item instanceof AppError) return `{"faults":${quotedList(item.faults.map(({ at }) => at))}}`;
  if (isRefusal(item)) return `{"refused":${quotedList(item.refused)}}`;
  return questionText(item, gathered);
}

/** A question with parties in place of identifiers; null where the register knows none. */
export function questionNamed(item: Question, gathered: Gathered | undefined): object {
  return JSON.parse(questionText(item, gathered));
}

/** As JSON: this is written with every decision. */
function questionText(item: Question, gathered: Gathered | undefined): string {
  const { loa, branch, service, operation, min_loa, min_revision, time } = item;
  const [actor, represented] = [gathered?.actor.party?.party_id, gathered?.represented.party?.party_id];
  let text = `{"actor":${idOrNull(actor)},"represented":${idOrNull(represented)},"service":${quoted(service)}`;
  text += member('loa', loa) + member('branch', branch) + member('operation', operation) + member('case', item.case);
  text += member('min_loa', min_loa) + member('min_revision', min_revision) + member('time', time);
  if (item.via) text += `,"via":${idOrNull(gathered?.via?.party?.party_id)}`;
  if (item.together) text += `,"together":${JSON.stringify(partiesNamed(item, gathered).together)}`;
  return `${text}}`;
}

function idOrNull(id: PartyId | undefined): string {
  return id === undefined ? 'null' : quoted(id);
}

/** Everybody whom a question names, by `party_id`. */
export function partiesNamed({ via, together }: Pick<Question, 'via' | 'together'>, gathered: Gathered | undefined) {
  return {
    actor: gathered?.actor.party?.party_id ?? null,
    represented: gathered?.represented.party?.party_id ?? null,
    via: via && (gathered?.via?.party?.party_id ?? null),
    together: together?.map((one, index) => ({
      party: gathered?.together[index]?.party?.party_id ?? null,
      loa: one.loa,
    })),
  };
}

/** What was answered; what is null says nothing, and is left out. */
function responseOf({ answer }: Outcome): string {
  if (answer instanceof AppError) return `{"error":"${answer.code}"}`;
  const { branches, changes_at, services, holders_required, follow_up } = answer;
  let text = `{"id":"${answer.id}","allow":${answer.allow},"reasons":${quotedCodes(answer.reasons)}`;
  text += `${codeMember('basis', answer.basis)},"mandates":${quotedList(answer.mandates)}`;
  if (branches !== null) text += `,"branches":${branchesText(branches)}`;
  text += `,"branch_verified":${answer.branch_verified}`;
  if (changes_at !== null) text += `,"changes_at":${changes_at}`;
  text += codeMember('loa_required', answer.loa_required);
  if (services !== null) text += `,"services":${quotedList(services)}`;
  if (holders_required !== null) text += `,"holders_required":${holders_required}`;
  if (follow_up !== null) text += `,"follow_up":${followUpText(follow_up)}`;
  return `${text}}`;
}

/** What the answers rest on: the revisions of the first that was decided; full records carry every policy input. */
function provenanceOf(outcomes: readonly Outcome[]): string {
  for (const { answer } of outcomes) {
    if (answer instanceof AppError) continue;
    const { policy_revision, data_revision, data_age_ms } = answer;
    const inputs = outcomes.flatMap(({ input }) => input ?? []);
    const kept = inputs.length > 0 ? `,"inputs":${JSON.stringify(inputs)}` : '';
    const information = `{"revision":"${data_revision}","age_ms":${data_age_ms}${kept}}`;
    return `,"adl.core.policies":{"revision":${quotedCode(policy_revision)}},"adl.core.information":${information}`;
  }
  return '';
}
