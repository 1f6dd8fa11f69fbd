import type { Call } from '../call.ts';
import type { Asked, SearchKind } from './asked.ts';
import type { NamedHit } from './names.ts';
import type { Position } from './smallest.ts';

/** A search for what cannot exist: nothing is found, for these reasons (`identifier_invalid`). */
export interface RefusedSearch {
  search: SearchKind;
  refused: readonly string[];
}

export interface Paging {
  /** Results on the page at most. */
  limit: number;
  after?: Position;
}

/** One page of results, each of which an evaluation in its place would have allowed. */
export interface Found {
  /** Names this search in the records. */
  id: string;
  hits: readonly NamedHit[];
  /** Where the next page goes on; absent on the last. A page before it may be short, even empty. */
  next?: Position;
  /** Where this page is all there is. */
  total?: number;
  /** Why nobody is found, or why some are not looked for; stable codes. */
  reasons: readonly string[];
  policy_revision: string;
  /** Nothing on the page is from before this revision, nor older than this age. */
  data_revision: string;
  data_age_ms: number;
}

export interface Search {
  /**
   * In the order of their ids, so that whoever is there from the first page to the last is found once, whatever comes
   * and goes meanwhile. One record is kept of each call, and no page leaves without it.
   * @throws AppError as `Evaluate.one`, and `too_many_requests` | `overloaded` (time was up before anything was judged)
   */
  find(asked: Asked | RefusedSearch, paging: Paging, call: Call): Promise<Found>;
}
