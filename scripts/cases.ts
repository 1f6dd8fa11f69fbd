/**
 * Writes build/cases.json for `opa test`: each conformance case with the policy input that the real lookups gather
 * for it, and what the policy must answer.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeInput } from '../src/policy/input-json.ts';
import { loadAdminCases } from '../test/conformance/admin/admin-cases.ts';
import { loadCases } from '../test/conformance/cases.ts';
import { adminInput } from '../test/support/admin-input.ts';
import { policyInput } from '../test/support/policy.ts';
import { registerFacts } from '../test/support/register-facts.ts';
import { registerFile } from '../test/support/register-file.ts';
import { registerLookups } from '../test/support/register-writes.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const written = cases.map(({ title, file, requirements, question, now, expect }) => ({
  title,
  file,
  requirements,
  input: JSON.parse(writeInput(policyInput(question, now, lookups))),
  expect,
}));
const acts = await Promise.all(
  loadAdminCases().map(async ({ title, file, requirements, world, question, expect }) => {
    const input = adminInput(world, await registerLookups(world.register), question);
    return { title, file, requirements, input, expect };
  }),
);
const folder = join(import.meta.dirname, '../build');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'cases.json'), `${JSON.stringify({ cases: written, admin_cases: acts }, null, 1)}\n`);
process.stdout.write(`build/cases.json: ${written.length} cases, ${acts.length} acts\n`);
