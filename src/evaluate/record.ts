import { AppError } from '../domain/errors.ts';
import type { Decision } from '../domain/evaluation.ts';
import type { Entry } from '../records/entry.ts';
import { makeSpan } from '../records/trace.ts';
import { type Call, isRefusal } from './call.ts';
import type { Outcome } from './outcome.ts';

/** The record of a call that asked one question. */
export function recordOne(outcome: Outcome, call: Call, timestamp: number): Entry {
  return {
    ...header(call, [outcome], timestamp),
    event_name: 'adl.access_evaluation',
    body: {
      'adl.core.request': requestOf(outcome),
      'adl.core.response': responseOf(outcome),
      ...provenance([outcome]),
    },
  };
}

/** The record of a call that asked several. */
export function recordMany(outcomes: readonly Outcome[], call: Call, timestamp: number): Entry {
  return {
    ...header(call, outcomes, timestamp),
    event_name: 'adl.access_evaluations',
    body: {
      'adl.core.request': { evaluations: outcomes.map(requestOf) },
      'adl.core.response': { evaluations: outcomes.map(responseOf) },
      ...provenance(outcomes),
    },
  };
}

function header(call: Call, outcomes: readonly Outcome[], timestamp: number) {
  const failed = outcomes.length > 0 && outcomes.every(({ answer }) => answer instanceof AppError);
  return {
    ...makeSpan(call.traceparent),
    timestamp,
    status: failed ? ('Error' as const) : ('Ok' as const),
    attributes: {
      'machtig.caller': call.caller.name,
      ...(call.requestId !== undefined && { 'machtig.request_id': call.requestId }),
    },
  };
}

/** The question with parties in place of identifiers; null where the register knows none. */
function requestOf({ item, gathered }: Outcome): unknown {
  if (item instanceof AppError) return { faults: item.faults.map(({ at }) => at) };
  if (isRefusal(item)) return { refused: item.refused };
  const { actor: _, represented: __, via, together, ...asked } = item;
  return {
    ...asked,
    actor: gathered?.actor.party?.party_id ?? null,
    represented: gathered?.represented.party?.party_id ?? null,
    ...(via && { via: gathered?.via?.party?.party_id ?? null }),
    ...(together && {
      together: together.map(({ loa }, index) => ({ party: gathered?.together[index]?.party?.party_id ?? null, loa })),
    }),
  };
}

function responseOf({ answer }: Outcome): unknown {
  if (answer instanceof AppError) return { error: answer.code };
  const { policy_revision: _, data_revision: __, data_age_ms: ___, ...said } = answer;
  return said;
}

/** What the answers rest on: the revisions of the first that was decided; full records carry every policy input. */
function provenance(outcomes: readonly Outcome[]) {
  const decided = outcomes
    .map(({ answer }) => answer)
    .find((answer): answer is Decision => !(answer instanceof AppError));
  const inputs = outcomes.flatMap(({ input }) => (input ? [input] : []));
  if (!decided) return {};
  return {
    'adl.core.policies': { revision: decided.policy_revision },
    'adl.core.information': {
      revision: decided.data_revision,
      age_ms: decided.data_age_ms,
      ...(inputs.length > 0 && { inputs }),
    },
  };
}
