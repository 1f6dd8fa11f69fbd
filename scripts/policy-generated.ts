/** Files made of the policies and their schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { RuleNote } from '../src/domain/explanation.ts';
import { adminSchemaText } from '../src/policy/admin-schema.ts';
import { inputSchemaText } from '../src/policy/input-schema.ts';
import { readTar } from '../src/policy/tar.ts';
import { actFile } from '../src/workbench/cases/act-file.ts';
import { caseFile } from '../src/workbench/cases/case-file.ts';
import { readFiles } from '../src/workbench/cases/cases.ts';
import { PolicyFile } from '../src/workbench/folder.ts';
import { type ReasonExample, reasonsPage } from '../src/workbench/reasons-page.ts';
import { sampleOf } from '../src/workbench/sample-input.ts';
import { loadCases } from '../test/conformance/cases.ts';
import { MADE_EXAMPLES, NO_RULES } from '../test/conformance/reasons.ts';
import { root } from './policy-bundle.ts';

/** In the order in which they depend on each other. */
export const GENERATED = [
  { path: 'policies/schemas/input.json', make: inputSchemaText },
  { path: 'policies/schemas/admin.json', make: adminSchemaText },
  // Editors complete `input.` by the nearest input.json, and cases and policy.yaml by their schemas.
  { path: 'policies/input.json', make: () => text(sampleOf(JSON.parse(inputSchemaText()))) },
  { path: 'policies/admin/input.json', make: () => text(sampleOf(JSON.parse(adminSchemaText()))) },
  { path: 'schemas/cases.json', make: () => text(z.toJSONSchema(caseFile, { io: 'input' })) },
  { path: 'schemas/acts.json', make: () => text(z.toJSONSchema(actFile, { io: 'input' })) },
  { path: 'schemas/policy.json', make: () => text(z.toJSONSchema(PolicyFile, { io: 'input' })) },
  { path: 'docs/reasons.md', make: makeReasonsPage },
];

function text(value: unknown): string {
  // A list of one short value stands on one line, as the formatter has it.
  const lines = JSON.stringify(value, null, 2).replace(/\[\n\s+("[^"]{0,20}")\n\s+\]/g, '[$1]');
  return `${lines}\n`;
}

function makeReasonsPage(): string {
  const files = readTar(gunzipSync(readFileSync(join(root, 'bundles/mandates.tar.gz'))));
  const rules: Record<string, RuleNote> = JSON.parse(Buffer.from(files.get('rules.json') ?? []).toString());
  const cases = loadCases().cases.map(({ body, ...one }) => ({ ...one, request: body }));
  const acts = readFiles(join(root, 'test/conformance/admin/cases'), actFile).map(({ file, text }) => {
    const { title, expect, requirements: _, at: __, register: ___, ...act } = text;
    return { title, file, expect, request: said(act) };
  });
  return reasonsPage({
    rules,
    folder: 'policies',
    others: NO_RULES,
    example: (code) => MADE_EXAMPLES[code] ?? exampleOf(code, cases),
    actExample: (code) => exampleOf(code, acts),
  });
}

/** The first case that is denied for this reason alone, or else for this one too. */
function exampleOf(
  code: string,
  cases: readonly (ReasonExample & { expect: { reasons?: string[] | undefined } })[],
): ReasonExample | undefined {
  const denied = cases.filter(({ expect }) => expect.reasons?.includes(code));
  return denied.find(({ expect }) => expect.reasons?.length === 1) ?? denied[0];
}

/** Without what was left out of the case. */
function said(act: Record<string, unknown>): Record<string, unknown> {
  const unsaid = [[], {}, 'digital'].map((value) => JSON.stringify(value));
  return Object.fromEntries(Object.entries(act).filter(([, value]) => !unsaid.includes(JSON.stringify(value))));
}
