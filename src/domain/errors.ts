/**
 * An error means *we could not decide*, never a denial. Codes are stable; `http/problem.ts` maps each to a status.
 */
export type ErrorCode =
  | 'invalid_request'
  | 'body_too_large'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'host_refused'
  | 'conflict'
  | 'act_refused'
  | 'precondition_required'
  | 'precondition_failed'
  | 'idempotency_conflict'
  | 'unsupported_media_type'
  | 'not_acceptable'
  | 'too_many_requests'
  | 'epoch_mismatch'
  | 'data_stale'
  | 'revision_not_reached'
  | 'not_ready'
  | 'policy_failed'
  | 'clock_skewed'
  | 'records_unavailable'
  | 'store_unavailable'
  | 'login_unavailable'
  | 'overloaded'
  | 'internal';

/** One fault in an input: where (JSON Pointer, or file position) and what is wrong with it. */
export interface Fault {
  at: string;
  message: string;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];
  /** Why the rules refuse an act; codes of docs/reasons.md. */
  readonly reasons: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; faults?: readonly Fault[]; reasons?: readonly string[] } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.faults = options.faults ?? [];
    this.reasons = options.reasons ?? [];
  }
}

/** Anything may be thrown (opa-wasm throws strings and bare objects); inside, only `Error` travels. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return new Error(String(thrown.message));
  return new Error(String(thrown));
}
