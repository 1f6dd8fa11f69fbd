import { describe, expect, it } from 'vitest';
import type { Explained } from '../../src/domain/explanation.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { writeInput } from '../../src/policy/input-json.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { committedExplain, contradictions } from '../support/explained.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { loadCases } from './cases.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const policy = await committedPolicy();
const explain = await committedExplain();
const { rules: notes } = await readBundle('bundles/mandates.tar.gz');

/** Whatever fails in the mandate on which another rests gives this. */
const OF_PARENT = 'parent_not_in_force';

/** Rules whose METADATA does not mean what they say: `rule reason`, and `rule` where there is none. */
function unexplained({ question, paths }: Explained): string[] {
  return [question, ...paths.map(({ rules }) => rules)].flat().flatMap(({ rule, reasons }) => {
    const note = notes[rule];
    if (note === undefined) return [rule];
    return reasons.filter((code) => code !== OF_PARENT && !(code in note.reasons)).map((code) => `${rule} ${code}`);
  });
}

describe('what each rule says agrees with the decision', () => {
  it.each(cases)('$title', ({ question, now }) => {
    const input = policyInput(question, now, lookups);
    const verdict = policy.decide(input);
    expect(contradictions(explain.decide(input), verdict)).toEqual([]);
    expect(unexplained(explain.decide(input))).toEqual([]);
    // Trimmed, as cases are handed on.
    expect(contradictions(explain.decide(JSON.parse(writeInput(input))), verdict)).toEqual([]);
  });
});
