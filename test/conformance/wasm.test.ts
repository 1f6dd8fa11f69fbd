import { describe, expect, it } from 'vitest';
import { comparable } from '../../src/workbench/cases/comparable.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { loadCases } from './cases.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const policy = await committedPolicy();

describe('the compiled policy agrees with the case', () => {
  it.each(cases)('$title', ({ question, now, expect: expected }) => {
    const verdict = policy.decide(policyInput(question, now, lookups));
    expect(comparable(verdict, expected)).toEqual(comparable(expected, expected));
  });
});
