import pg from 'pg';
import { AppError, type ErrorCode, toError } from '../domain/errors.ts';

/** The database refuses what is asked; to ask the same again is vain. */
const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  // The register's own triggers: it does not fit what is there.
  MA001: 'conflict',
  // Unique and exclusion: it is there already.
  '23505': 'conflict',
  '23P01': 'conflict',
  // What it refers to is not there (any more).
  '23503': 'conflict',
  // It can never be right, whatever is there.
  '23514': 'invalid_request',
  '23502': 'invalid_request',
  // Numbers, moments and texts that no column takes.
  '22P02': 'invalid_request',
  '22P05': 'invalid_request',
  '22003': 'invalid_request',
  '22007': 'invalid_request',
  '22008': 'invalid_request',
  '22021': 'invalid_request',
};

/** It may go better in a moment. Classes have two characters. */
const PASSING: Readonly<Record<string, ErrorCode>> = {
  '08': 'store_unavailable',
  '25006': 'store_unavailable',
  '40': 'overloaded',
  '53': 'overloaded',
  '55P03': 'overloaded',
  '57014': 'overloaded',
  '57': 'store_unavailable',
  '58': 'store_unavailable',
};

/**
 * Turns what the database or its driver threw into what a caller may know: the name of the constraint as a sentence,
 * never a value, and never SQL. Anything else stays as it is.
 */
export function toKnownFault(thrown: unknown): unknown {
  if (thrown instanceof pg.DatabaseError) return fromDatabase(thrown);
  if (thrown instanceof AppError || !(thrown instanceof Error)) return thrown;
  if (isLostConnection(thrown)) return new AppError('store_unavailable', thrown.message, { cause: thrown });
  return thrown;
}

function fromDatabase(error: pg.DatabaseError): unknown {
  const state = error.code ?? '';
  const refusal = REFUSALS[state];
  if (refusal !== undefined) return refused(refusal, error);
  const passing = PASSING[state] ?? PASSING[state.slice(0, 2)];
  return passing === undefined ? error : new AppError(passing, toError(error).message, { cause: error });
}

function refused(code: ErrorCode, error: pg.DatabaseError): AppError {
  const message = sentenceOf(error);
  return new AppError(code, message, { faults: [{ at: '', message }], cause: error });
}

/** Constraints are named as sentences; a message of the database may repeat values and is for the log alone. */
function sentenceOf({ constraint, code, table }: pg.DatabaseError): string {
  if (constraint !== undefined && /^[a-z][a-z0-9_]*$/.test(constraint)) return constraint.replaceAll('_', ' ');
  if (code === '23505') return `${table ?? 'it'} has this already`;
  return 'the register does not take this';
}

const LOST = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** The driver knows a broken connection by its words alone. */
function isLostConnection(error: Error): boolean {
  if ('code' in error && typeof error.code === 'string') return LOST.has(error.code);
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/.test(
    error.message,
  );
}
