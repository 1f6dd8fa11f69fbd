import { describe, expect, it } from 'vitest';
import { makeStockInstance } from '../../src/policy/instance.ts';
import { makeValueInstance } from '../../src/policy/value-instance.ts';
import { comparable } from '../../src/workbench/cases/comparable.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { loadCases } from './cases.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const [asText, asValues] = [await committedPolicy(makeStockInstance), await committedPolicy(makeValueInstance)];

describe.each([
  ['text', asText],
  ['values', asValues],
])('the compiled policy, asked as %s, agrees with the case', (_, policy) => {
  it.each(cases)('$title', ({ question, now, expect: expected }) => {
    const verdict = policy.decide(policyInput(question, now, lookups));
    expect(comparable(verdict, expected)).toEqual(comparable(expected, expected));
  });
});
