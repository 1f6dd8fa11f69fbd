import type { z } from 'zod';

/** What zod expects, as it is called to those who write the input. */
const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** A fault in what a schema checks: where it is, and what is wrong there, without the value: it may be a BSN. */
interface FormFault {
  path: PropertyKey[];
  message: string;
}

/** An issue of zod in our own words; parse with `reportInput`. Of a union, the alternative that was evidently meant. */
export function formFaults(issue: z.core.$ZodIssue): FormFault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a known key' }));
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((alternative) => !alternative.some(isAnotherType));
    if (meant) return meant.flatMap((inner) => formFaults({ ...inner, path: [...path, ...inner.path] }));
  }
  return [{ path, message: sentenceOf(issue) }];
}

function isAnotherType({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  const wanted = wantedBy(issue);
  if (wanted !== undefined) {
    if (issue.input === undefined) return issue.code === 'invalid_type' ? 'is missing' : `is missing: ${wanted}`;
    const isBareNumber = wanted === 'text' && typeof issue.input === 'number';
    return `must be ${wanted}${isBareNumber ? ': put it in quotes' : ''}`;
  }
  if (issue.code === 'too_small') {
    const isAmount = issue.origin === 'number' || issue.origin === 'int';
    return isAmount ? `must be at least ${issue.minimum}` : 'must not be empty';
  }
  if (issue.code === 'too_big') {
    if (issue.origin === 'string') return `must have at most ${issue.maximum} characters`;
    return issue.origin === 'array' ? `must have at most ${issue.maximum} items` : `must be at most ${issue.maximum}`;
  }
  return issue.message;
}

/** What should stand there, where what stands there is something else altogether. */
function wantedBy(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return NAMES[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_union') {
    return [...new Set(issue.errors.flat().flatMap((inner) => wantedBy(inner) ?? []))].join(' or ');
  }
  if (issue.code !== 'invalid_value') return undefined;
  const [only, ...others] = issue.values;
  return others.length === 0 ? JSON.stringify(only) : `one of ${issue.values.map(String).join(', ')}`;
}
