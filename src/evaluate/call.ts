import type { Caller } from '../domain/caller.ts';
import type { AppError } from '../domain/errors.ts';
import type { Decision, Question } from '../domain/evaluation.ts';

/** One API call: who calls, and the trace it belongs to. Exactly one record is written for it. */
export interface Call {
  caller: Caller;
  /** W3C Trace Context, from the request's context or header; a missing or malformed one starts a new trace. */
  traceparent?: string;
  /** The caller's own name for the request (X-Request-ID), already checked for length and alphabet. */
  requestId?: string;
}

/** A question that is answered before it is asked: a denial with these reasons (`identifier_invalid`). */
export interface Refusal {
  refused: readonly string[];
}

/** One place in a batch: a question, a denial, or what was wrong with the item. */
export type Item = Question | Refusal | AppError;

/** AuthZEN `options.evaluations_semantic`. */
export type Semantic = 'execute_all' | 'deny_on_first_deny' | 'permit_on_first_permit';

export interface Evaluate {
  /**
   * Answers at once when everything is at hand and records are off, else when the record is written.
   * @throws AppError `forbidden` | `epoch_mismatch` | `revision_not_reached` | `data_stale` | `not_ready` |
   *   `clock_skewed` | `store_unavailable` | `policy_failed` | `records_unavailable` | `invalid_request`
   */
  one(item: Question | Refusal, call: Call): Decision | Promise<Decision>;
  /**
   * All items on one reading of the data as far as the store allows, one record for the call. An error in one item
   * stands in its place and leaves the others; with a `…_on_first_…` semantic the list ends at that item.
   * @throws AppError `records_unavailable`
   */
  many(items: readonly Item[], semantic: Semantic, call: Call): Promise<(Decision | AppError)[]>;
}

export function isRefusal(item: Question | Refusal): item is Refusal {
  return 'refused' in item;
}
