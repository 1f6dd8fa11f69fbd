import type { z } from 'zod';
import { AppError, type Fault } from '../domain/errors.ts';

/** An object of which nothing is known yet. */
export type Fields = { readonly [name: string]: unknown };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isOptionalFields(value: unknown): value is Fields | undefined {
  return value === undefined || isFields(value);
}

/** Text of 1 to `max` characters (UTF-16 units, as zod counts). */
export function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

export function isOptionalText(value: unknown, max: number): value is string | undefined {
  return value === undefined || isText(value, max);
}

/** Every fault that a schema finds, each with a JSON Pointer below `prefix`. */
export function faultsOf(schema: z.ZodType, body: unknown, prefix = ''): Fault[] {
  const parsed = schema.safeParse(body, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => toFaults(issue, prefix));
}

/** @throws AppError `invalid_request`, always; for a body that a fast reader has refused. */
export function refuse(schema: z.ZodType, body: unknown, prefix = ''): AppError {
  const faults = faultsOf(schema, body, prefix);
  return new AppError('invalid_request', 'the body does not fit its schema', { faults });
}

function toFaults(issue: z.core.$ZodIssue, prefix: string): Fault[] {
  const at = prefix + issue.path.map((part) => `/${escapePointer(String(part))}`).join('');
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return ofNearest(issue.errors, at);
  if (issue.code !== 'unrecognized_keys') return [{ at, message: says(issue) }];
  return issue.keys.map((key) => ({ at: `${at}/${escapePointer(key)}`, message: 'is not a field of this request' }));
}

/** Of several forms that would do, the faults of the one that the value comes nearest to. */
function ofNearest(branches: readonly (readonly z.core.$ZodIssue[])[], at: string): Fault[] {
  const faults = branches.map((issues) => issues.flatMap((issue) => toFaults(issue, at)));
  const depth = (list: readonly Fault[]) => Math.max(0, ...list.map((fault) => fault.at.length));
  const [nearest = []] = faults.sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  const alike = faults.filter((list) => depth(list) === depth(nearest)).flat();
  const messages = new Set(alike.map(({ message }) => message));
  const [only] = alike;
  // Several forms of one value: say them in one sentence.
  if (only && alike.every((fault) => fault.at === only.at))
    return [{ at: only.at, message: [...messages].join(', or ') }];
  return nearest;
}

/** In our own words, and never with the value: it may be a BSN. */
function says(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? 'is missing'
      : `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  }
  if (issue.code === 'too_small') return tooSmall(issue);
  if (issue.code === 'too_big') {
    const unit = UNITS[issue.origin];
    return unit === undefined ? `must be at most ${issue.maximum}` : `must have at most ${issue.maximum} ${unit}`;
  }
  if (issue.code === 'invalid_union') return 'has none of the forms that it may have';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'items', set: 'items', map: 'fields' };

function tooSmall({ origin, minimum }: z.core.$ZodIssueTooSmall): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `must be at least ${minimum}`;
  return minimum === 1 ? 'must not be empty' : `must have at least ${minimum} ${unit}`;
}

/** One part of a JSON Pointer. A name that may be a personal number, or means nothing to anybody, is not repeated. */
export function escapePointer(part: string): string {
  if (part.length > 64 || /[0-9]{8}|:/.test(part)) return '…';
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
