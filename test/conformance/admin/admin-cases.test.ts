import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAdminEngine } from '../../../src/policy/admin-engine.ts';
import { readBundle } from '../../../src/policy/bundle.ts';
import { adminInput } from '../../../src/workbench/cases/act-input.ts';
import { registerLookups } from '../../../src/workbench/cases/register-writes.ts';
import { decideAdmin } from '../../oracle/admin.ts';
import { loadActs } from '../cases.ts';

const cases = loadActs();
const policy = makeAdminEngine(await readBundle(join(import.meta.dirname, '../../../bundles/mandates.tar.gz')));

describe('acts: the compiled policy and the oracle agree with the case', () => {
  it.each(cases)('$title', async ({ world, question, expect: expected }) => {
    const verdict = policy.decide(adminInput(world, await registerLookups(world.register), question));
    expect(verdict).toMatchObject(expected);
    expect(decideAdmin(world, question)).toEqual(verdict);
  });
});

describe('the cases of managing', () => {
  it('have titles of their own, and allow and deny in every file', () => {
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
    for (const file of new Set(cases.map((one) => one.file))) {
      const answers = new Set(cases.filter((one) => one.file === file).map(({ expect: { allow } }) => allow));
      expect([file, answers.size]).toEqual([file, 2]);
    }
  });
});
