import type { Candidate } from '../../policy/candidates-result.ts';
import type { Call } from '../call.ts';
import type { BareAsked } from './bare-candidates.ts';
import type { Paging } from './found.ts';
import type { Position } from './smallest.ts';

/** One page of results, each of which the decision allowed in the place of what was searched. */
export interface BareFound {
  /** Names this search in the records. */
  id: string;
  results: readonly Candidate[];
  /** Where the next page goes on; absent on the last. */
  next?: Position;
  /** Where this page is all there is. */
  total?: number;
  policy_revision: string;
}

/** Searches by bundles with `input: authzen`: `authz/candidates` names them, `authz/decision` decides each. */
export interface BareSearch {
  /**
   * In the order of their ids, so that whoever is there from the first page to the last is found once. One record is
   * kept of each call, and no page leaves without it.
   * @throws AppError `policy_failed` | `not_found` (the bundle names no candidates) | `records_unavailable` |
   *   `invalid_request` | `too_many_requests`
   */
  find(asked: BareAsked, paging: Paging, call: Call): Promise<BareFound>;
}
