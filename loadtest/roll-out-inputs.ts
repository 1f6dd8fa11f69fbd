import type { PolicyInput } from '../src/policy/input.ts';
import { registerFacts } from '../src/workbench/cases/register-facts.ts';
import { registerFile } from '../src/workbench/cases/register-file.ts';
import { registerLookups } from '../src/workbench/cases/register-writes.ts';
import { loadCases } from '../test/conformance/cases.ts';
import { policyInput } from '../test/support/policy.ts';

/** The input of every conformance case. */
export async function aSpreadOfInputs(): Promise<PolicyInput[]> {
  const { cases, register } = loadCases();
  const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
  return cases.map(({ question, now }) => policyInput(question, now, lookups));
}
