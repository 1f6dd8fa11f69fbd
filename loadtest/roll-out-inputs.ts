import type { PolicyInput } from '../src/policy/input.ts';
import { loadCases } from '../test/conformance/cases.ts';
import { policyInput } from '../test/support/policy.ts';
import { registerFacts } from '../test/support/register-facts.ts';
import { registerFile } from '../test/support/register-file.ts';
import { registerLookups } from '../test/support/register-writes.ts';

/** The input of every conformance case. */
export async function aSpreadOfInputs(): Promise<PolicyInput[]> {
  const { cases, register } = loadCases();
  const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
  return cases.map(({ question, now }) => policyInput(question, now, lookups));
}
