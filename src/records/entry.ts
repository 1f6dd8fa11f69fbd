/** What an API call was; names that begin with `adl.` are those of the Authorization Decision Log (draft, Logius). */
export type EventName =
  | 'adl.access_evaluation'
  | 'adl.access_evaluations'
  | 'adl.search_subject'
  | 'adl.search_action'
  | 'adl.search_resource'
  | 'machtig.explanation';

/** One API call as the Authorization Decision Log records it. Parties stand in it by `party_id` only. */
export interface Entry {
  /** 32 hex digits. */
  trace_id: string;
  /** 16 hex digits; with the trace id it names the record. */
  span_id: string;
  parent_span_id?: string;
  event_name: EventName;
  /** Milliseconds since 1970. */
  timestamp: number;
  /** A denial is `Ok`; `Error` means that nothing was decided. */
  status: 'Ok' | 'Error';
  attributes: Record<string, string | number>;
  /** As it is, or as JSON where it is written with every decision. */
  body: EntryBody | string;
}

export interface EntryBody {
  'adl.core.request': unknown;
  'adl.core.response': unknown;
  'adl.core.policies'?: unknown;
  'adl.core.information'?: unknown;
}

/** Where decision records go. */
export interface Records {
  /** Records are to carry the policy input as well, so that a decision can be made again. */
  readonly wantsInput: boolean;
  /**
   * Resolves when the record is kept as well as the mode promises; undefined when no records are kept.
   * Rejects with AppError `records_unavailable`: then no allow may leave.
   */
  append(entry: Entry): Promise<void> | undefined;
}
