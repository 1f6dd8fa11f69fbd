import { describe, expect, it } from 'vitest';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { registerFacts } from '../support/register-facts.ts';
import { registerFile } from '../support/register-file.ts';
import { registerLookups } from '../support/register-writes.ts';
import { loadCases } from './cases.ts';
import { comparable } from './compare.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const policy = await committedPolicy();

describe('the compiled policy agrees with the case', () => {
  it.each(cases)('$title', ({ question, now, expect: expected }) => {
    const verdict = policy.decide(policyInput(question, now, lookups));
    expect(comparable(verdict, expected)).toEqual(comparable(expected, expected));
  });
});
