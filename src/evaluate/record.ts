import { AppError } from '../domain/errors.ts';
import type { Question } from '../domain/evaluation.ts';
import type { Entry } from '../records/entry.ts';
import { makeSpan } from '../records/trace.ts';
import { type Call, isRefusal } from './call.ts';
import type { Gathered } from './gather.ts';
import type { Outcome } from './outcome.ts';

/** The record of a call that asked one question. */
export function recordOne(outcome: Outcome, call: Call, timestamp: number): Entry {
  const body: Entry['body'] = {
    'adl.core.request': requestOf(outcome),
    'adl.core.response': responseOf(outcome),
  };
  const entry = entryOf('adl.access_evaluation', [outcome], body, { call, timestamp });
  const represented = outcome.gathered?.represented.party;
  if (represented?.kind === 'person') entry.attributes['dpl.core.data_subject_id'] = represented.party_id;
  return entry;
}

/** The record of a call that asked several. */
export function recordMany(outcomes: readonly Outcome[], call: Call, timestamp: number): Entry {
  const body: Entry['body'] = {
    'adl.core.request': { evaluations: outcomes.map(requestOf) },
    'adl.core.response': { evaluations: outcomes.map(responseOf) },
  };
  return entryOf('adl.access_evaluations', outcomes, body, { call, timestamp });
}

function entryOf(
  event_name: Entry['event_name'],
  outcomes: readonly Outcome[],
  body: Entry['body'],
  { call, timestamp }: { call: Call; timestamp: number },
): Entry {
  const { trace_id, span_id, parent_span_id } = makeSpan(call.traceparent);
  const failed = outcomes.length > 0 && outcomes.every(({ answer }) => answer instanceof AppError);
  const attributes: Entry['attributes'] = { 'machtig.caller': call.caller.name };
  if (call.requestId !== undefined) attributes['machtig.request_id'] = call.requestId;
  addProvenance(body, outcomes);
  const entry: Entry = { trace_id, span_id, event_name, timestamp, status: failed ? 'Error' : 'Ok', attributes, body };
  if (parent_span_id !== undefined) entry.parent_span_id = parent_span_id;
  return entry;
}

/** What was asked, or why it could not be. */
function requestOf({ item, gathered }: Outcome): unknown {
  if (item instanceof AppError) return { faults: item.faults.map(({ at }) => at) };
  if (isRefusal(item)) return { refused: item.refused };
  return questionNamed(item, gathered);
}

/** A question with parties in place of identifiers; null where the register knows none. */
export function questionNamed(item: Question, gathered: Gathered | undefined): object {
  const { loa, branch, service, operation, min_loa, min_revision, time } = item;
  const { actor, represented, ...others } = partiesNamed(item, gathered);
  return {
    actor,
    represented,
    service,
    loa,
    branch,
    operation,
    case: item.case,
    min_loa,
    min_revision,
    time,
    ...others,
  };
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
function responseOf({ answer }: Outcome): unknown {
  if (answer instanceof AppError) return { error: answer.code };
  return {
    id: answer.id,
    allow: answer.allow,
    reasons: answer.reasons,
    basis: answer.basis ?? undefined,
    mandates: answer.mandates,
    branches: answer.branches ?? undefined,
    branch_verified: answer.branch_verified,
    changes_at: answer.changes_at ?? undefined,
    loa_required: answer.loa_required ?? undefined,
    services: answer.services ?? undefined,
    holders_required: answer.holders_required ?? undefined,
    follow_up: answer.follow_up ?? undefined,
  };
}

/** What the answers rest on: the revisions of the first that was decided; full records carry every policy input. */
function addProvenance(body: Entry['body'], outcomes: readonly Outcome[]): void {
  for (const { answer } of outcomes) {
    if (answer instanceof AppError) continue;
    const inputs = outcomes.flatMap(({ input }) => input ?? []);
    body['adl.core.policies'] = { revision: answer.policy_revision };
    body['adl.core.information'] = {
      revision: answer.data_revision,
      age_ms: answer.data_age_ms,
      inputs: inputs.length > 0 ? inputs : undefined,
    };
    return;
  }
}
