import { describe, expect, it } from 'vitest';
import { writeInput } from '../../src/policy/input-json.ts';
import { committedExplain, contradictions } from '../support/explained.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { registerFacts } from '../support/register-facts.ts';
import { registerFile } from '../support/register-file.ts';
import { registerLookups } from '../support/register-writes.ts';
import { loadCases } from './cases.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const policy = await committedPolicy();
const explain = await committedExplain();

describe('what each rule says agrees with the decision', () => {
  it.each(cases)('$title', ({ question, now }) => {
    const input = policyInput(question, now, lookups);
    const verdict = policy.decide(input);
    expect(contradictions(explain.decide(input), verdict)).toEqual([]);
    // Trimmed, as cases are handed on.
    expect(contradictions(explain.decide(JSON.parse(writeInput(input))), verdict)).toEqual([]);
  });
});
