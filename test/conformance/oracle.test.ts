import { describe, expect, it } from 'vitest';
import data from '../../policies/data.json' with { type: 'json' };
import { comparable } from '../../src/workbench/cases/comparable.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { decide } from '../oracle/oracle.ts';
import { loadCases } from './cases.ts';

const { cases, register } = loadCases();
const conditions = new Map<string, unknown>(Object.entries(data.tables.conditions));
const facts = { ...registerFacts(registerFile.parse(register)), conditions };

describe('the oracle agrees with the case', () => {
  it.each(cases)('$title', ({ question, now, expect: expected }) => {
    const { follow_up, branch_verified, ...judged } = expected;
    const verdict = decide(facts, question, now);
    expect(comparable(verdict, judged)).toEqual(comparable(judged, judged));
  });
});
