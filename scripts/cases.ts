/**
 * Writes build/cases.json for `opa test`: each conformance case with the policy input that the real lookups gather
 * for it, and what the policy must answer.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readyCases } from '../src/workbench/ready-cases.ts';
import { POLICIES, root } from './policy-bundle.ts';

const ready = (await readyCases(POLICIES)).map((one) => ({ ...one, file: relative(root, one.file) }));
const cases = ready.filter(({ entrypoint }) => entrypoint === undefined);
const acts = ready.filter(({ entrypoint }) => entrypoint !== undefined);
const folder = join(root, 'build');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'cases.json'), `${JSON.stringify({ cases, admin_cases: acts }, null, 1)}\n`);
process.stdout.write(`build/cases.json: ${cases.length} cases, ${acts.length} acts\n`);
