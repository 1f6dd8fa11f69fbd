import { AppError, type ErrorCode, toError } from '../domain/errors.ts';

interface ErrorClass {
  status: 400 | 401 | 403 | 404 | 405 | 406 | 409 | 412 | 413 | 415 | 421 | 422 | 428 | 429 | 500 | 503;
  title: string;
  /** The fixed sentence that callers read; the cause goes to the log alone. */
  detail: string;
}

/** Every error code on the wire. A code without an entry does not compile. */
export const ERROR_CLASSES: Record<ErrorCode, ErrorClass> = {
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    detail: 'The request is not as it should be; every fault is listed in errors.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    detail: 'The body is larger than this address takes: mostly 64 KiB.',
  },
  unauthenticated: {
    status: 401,
    title: 'Caller unknown',
    detail: 'This port answers known callers only: send a bearer token or use a client certificate.',
  },
  forbidden: { status: 403, title: 'Not allowed to ask', detail: 'This caller has no right to ask this question.' },
  not_found: { status: 404, title: 'Not found', detail: 'There is nothing here, or nothing that you may see.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'This address takes another method; see the Allow header.',
  },
  host_refused: {
    status: 421,
    title: 'Host refused',
    detail: 'The Host header names no host of this process (MACHTIG_ALLOWED_HOSTS).',
  },
  conflict: { status: 409, title: 'Conflict', detail: 'The request does not fit the present state.' },
  act_refused: {
    status: 403,
    title: 'Act refused',
    detail: 'The rules do not allow this; every reason is listed in reasons.',
  },
  precondition_required: {
    status: 428,
    title: 'If-Match needed',
    detail: 'Send the ETag of what you have seen as If-Match, so that no change of another is lost.',
  },
  precondition_failed: {
    status: 412,
    title: 'Changed meanwhile',
    detail: 'It has changed since you saw it; read it again.',
  },
  idempotency_conflict: {
    status: 422,
    title: 'Idempotency-Key used before',
    detail: 'This Idempotency-Key came with another request before.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'This address reads JSON, or XML where that is said.',
  },
  not_acceptable: { status: 406, title: 'Not acceptable', detail: 'This address answers in JSON.' },
  too_many_requests: { status: 429, title: 'Too many requests', detail: 'Wait as long as Retry-After says.' },
  epoch_mismatch: {
    status: 409,
    title: 'Another epoch',
    detail: 'The revision asked for is of another epoch than the data: revisions of two epochs cannot be compared.',
  },
  data_stale: {
    status: 503,
    title: 'Data too old',
    detail: 'The data is older than allowed, so that no decision is given.',
  },
  revision_not_reached: {
    status: 503,
    title: 'Revision not reached',
    detail: 'The data has not reached min_revision in time; try again.',
  },
  not_ready: { status: 503, title: 'Not ready', detail: 'The policy or the first data is not there yet.' },
  policy_failed: {
    status: 503,
    title: 'Policy failed',
    detail: 'The policy gave no usable answer, so that no decision is given.',
  },
  clock_skewed: {
    status: 503,
    title: 'Clock skewed',
    detail: 'The clocks of this process and of the data differ too much to decide.',
  },
  records_unavailable: {
    status: 503,
    title: 'Record not written',
    detail: 'The decision could not be recorded, so that it is not given.',
  },
  store_unavailable: {
    status: 503,
    title: 'Data unavailable',
    detail: 'The data cannot be reached, so that nothing can be decided or done.',
  },
  login_unavailable: {
    status: 503,
    title: 'Login unavailable',
    detail: 'The provider of logins cannot be reached, so that no access token can be checked; try again.',
  },
  overloaded: { status: 503, title: 'Overloaded', detail: 'Too many requests at once; try again.' },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong here; the log has it under the request id.',
  },
};

const ADMIN_ALONE = [
  'act_refused',
  'precondition_required',
  'precondition_failed',
  'idempotency_conflict',
  'unsupported_media_type',
  'not_acceptable',
  'login_unavailable',
] as const;
const DECISIONS_ALONE = ['data_stale', 'revision_not_reached', 'clock_skewed', 'records_unavailable'] as const;
const without = (codes: readonly ErrorCode[]) =>
  // Keys of a record by code are codes.
  (Object.keys(ERROR_CLASSES) as ErrorCode[]).filter((code) => !codes.includes(code));

/** What the decision API may say, and what the admin API may say. */
export const DECISION_CODES = without(ADMIN_ALONE);
export const ADMIN_CODES = without(DECISIONS_ALONE);

export interface Problem {
  type: string;
  status: number;
  title: string;
  detail: string;
  code: ErrorCode;
  request_id: string;
  errors?: { at: string; message: string }[];
  /** Of an act that the rules refuse. */
  reasons?: string[];
}

/** Turns whatever was thrown into what the caller may know of it (RFC 9457). */
export function toProblem(thrown: unknown, requestId: string): Problem {
  const { code, message, faults: named, reasons } = toAppError(thrown);
  // Bounds deeper down refuse in one sentence of their own.
  const tells = code === 'invalid_request' || code === 'conflict';
  const faults = tells && named.length === 0 ? [{ at: '', message }] : named;
  const { status, title, detail } = ERROR_CLASSES[code];
  return {
    type: `urn:machtig:problem:${code}`,
    status,
    title,
    detail,
    code,
    request_id: requestId,
    ...(faults.length > 0 && { errors: faults.map(({ at, message }) => ({ at, message })) }),
    ...(reasons.length > 0 && { reasons: [...reasons] }),
  };
}

/** Only `AppError` carries a code; anything else, strings and bare objects included, is `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const error = toError(thrown);
  return new AppError('internal', error.message, { cause: error });
}
