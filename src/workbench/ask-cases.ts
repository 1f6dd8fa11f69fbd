import { isDeepStrictEqual } from 'node:util';
import type { Bundle } from '../policy/bundle.ts';
import type { SelfTestCase } from '../policy/bundle-parts.ts';
import { makeAsk } from '../policy/self-test.ts';
import type { ReadyCase } from './ready-cases.ts';

/** An answer by field, or a sentence saying why there is none. */
export type Answer = Record<string, unknown> | string;

/** One field that is other than expected. */
export interface Missed {
  field: string;
  expected: unknown;
  /** The whole sentence when there is no answer. */
  got: unknown;
}

/** What the compiled rules answer to each case, in their order. */
export function askCases(bundle: Bundle, cases: readonly ReadyCase[]): Answer[] {
  const ask = makeAsk(bundle);
  return cases.map((one) => {
    const answer = ask(one);
    return typeof answer === 'string' ? answer : Object.fromEntries(Object.entries(answer));
  });
}

/** Where the answer is not what the case expects; the order of a list means something of mandates only. */
export function missedIn({ expect }: ReadyCase, answer: Answer): Missed[] {
  if (typeof answer === 'string') return [{ field: 'answer', expected: 'one', got: answer }];
  return Object.entries(expect).flatMap(([field, expected]) => {
    const got = answer[field];
    return isDeepStrictEqual(ordered(field, got), ordered(field, expected)) ? [] : [{ field, expected, got }];
  });
}

/** Mandates, in the order in which one follows from another. */
const IN_ORDER = ['mandates', 'authority'];

function ordered(field: string, value: unknown): unknown {
  return Array.isArray(value) && !IN_ORDER.includes(field) ? [...value].sort() : value;
}

/** Cases that the bundle carries and must pass wherever it is to become active: fields in the order they are given. */
export function selfTestOf(cases: readonly ReadyCase[], answers: readonly Answer[]): SelfTestCase[] {
  return cases.map(({ title, input, expect, entrypoint }, index) => {
    const answer = answers[index];
    const given = typeof answer === 'object' ? Object.keys(expect).map((field) => [field, answer[field]]) : [];
    return { title, input, expect: Object.fromEntries(given), ...(entrypoint !== undefined && { entrypoint }) };
  });
}
