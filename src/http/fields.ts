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
  if (issue.code !== 'unrecognized_keys') return [{ at, message: says(issue) }];
  return issue.keys.map((key) => ({ at: `${at}/${escapePointer(key)}`, message: 'is not a field of this request' }));
}

/** In our own words, and never with the value: it may be a BSN. */
function says(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? 'is missing'
      : `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  }
  if (issue.code === 'too_small') return 'must not be empty';
  if (issue.code === 'too_big')
    return `must have at most ${issue.maximum} ${issue.origin === 'array' ? 'items' : 'characters'}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
