import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readRegister } from '../../src/workbench/cases/cases.ts';
import { readDecisionBody } from '../../src/workbench/cases/decision-body.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const file = z.object({
  questions: z
    .array(
      z.object({
        title: z.string(),
        ask: z.record(z.string(), z.unknown()),
        expect: z.object({ allow: z.boolean(), basis: z.string().optional(), reasons: z.array(z.string()).optional() }),
      }),
    )
    .length(5),
});
const { questions } = file.parse(parse(readFileSync(join(EXAMPLES, 'questions.yaml'), 'utf8')));
const lookups = await registerLookups(registerFacts(registerFile.parse(readRegister(join(EXAMPLES, 'register.yaml')))));
const policy = await committedPolicy();

describe('the questions of the README come out as written', () => {
  it.each(
    questions.flatMap((question) => ['2026-06-01', '2026-11-21', '2030-12-30'].map((day) => ({ ...question, day }))),
  )('$day: $title', ({ ask, expect: expected, day }) => {
    const verdict = policy.decide(policyInput(readDecisionBody(ask), Date.parse(day), lookups));
    expect(verdict).toMatchObject(expected);
  });
});
