import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/domain/evaluation.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import type { Register } from '../oracle/register.ts';
import { committedExplain, contradictions } from '../support/explained.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { NOW } from './arbitraries.ts';
import { manyOrganisations } from './many-organisations.ts';
import { questions } from './questions.ts';
import { registers } from './registers.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 5000) / 2;
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);
const QUESTIONS = 6;

const policy = await committedPolicy();
const explain = await committedExplain();

/** Not to be had through these lookups, or too rare; the conformance cases and the tests of the rules meet them. */
const NOT_BY_CHANCE = new Set(['authz.chain.through_named', 'authz.path.owner_may_act', 'authz.scope.covered']);

/** How often each rule failed, and paths held beside others that did not. */
const failed = new Map<string, number>();
let paths = 0;

async function agree(register: Register, asked: Question[]): Promise<void> {
  const lookups = await registerLookups(register);
  for (const question of asked) {
    const input = policyInput(question, NOW, lookups);
    const verdict = policy.decide(input);
    const explained = explain.decide(input);
    expect(contradictions(explained, verdict), JSON.stringify(question)).toEqual([]);
    paths += explained.paths.length;
    for (const { rule, holds } of [...explained.question, ...explained.paths.flatMap(({ rules }) => rules)]) {
      failed.set(rule, (failed.get(rule) ?? 0) + (holds ? 0 : 1));
    }
  }
}

describe(`explanations of random registers (again with PROPERTY_SEED=${SEED})`, () => {
  it('agree with the decision', { timeout: 300_000 }, async () => {
    const asked = fc.array(questions, { minLength: QUESTIONS, maxLength: QUESTIONS });
    await fc.assert(fc.asyncProperty(registers, asked, agree), { numRuns: RUNS, seed: SEED });
  });

  it('agree around the number of organisations beyond which `via` is needed', async () => {
    for (const organisations of [63, 64, 65]) {
      const { register, asked } = manyOrganisations(organisations);
      await agree(register, asked);
    }
  });

  it('meet every rule both holding and failing', () => {
    process.stdout.write(
      `PROPERTY_SEED=${SEED}: ${paths} paths, ${[...failed]
        .map(([rule, n]) => `${rule} ${n}`)
        .sort()
        .join(', ')}\n`,
    );
    const missed = [...failed].flatMap(([rule, times]) => (times === 0 && !NOT_BY_CHANCE.has(rule) ? [rule] : []));
    expect(missed).toEqual([]);
  });
});
