import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Question, Verdict } from '../../src/domain/evaluation.ts';
import { type Engine, makeEngine } from '../../src/policy/engine.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { decide } from '../oracle/oracle.ts';
import type { Register } from '../oracle/register.ts';
import { policyInput } from '../support/policy.ts';
import { NOW } from './arbitraries.ts';
import { bundleWith, numbered, tables } from './condition-tables.ts';
import { questions } from './questions.ts';
import { registers } from './registers.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 3000);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);
const OBJECTIONS = [
  'intermediary_not_listed',
  'operation_not_by_chain',
  'onward_mandate_not_accepted',
  'service_condition_unknown',
];

const general = engineWith({});

function engineWith(table: Record<string, unknown>): Engine<Verdict> {
  return makeEngine(bundleWith(table), readVerdict);
}

function told({ allow, reasons, mandates, changes_at, loa_required, services, holders_required }: Partial<Verdict>) {
  return {
    allow,
    reasons,
    mandates,
    changes_at,
    loa_required,
    services: services && [...services].sort(),
    holders_required,
  };
}

const seen = new Map<string, number>();
function count(name: string): void {
  seen.set(name, (seen.get(name) ?? 0) + 1);
}

function countWhatItTook(free: Verdict, bound: Verdict): void {
  if (free.allow) count(bound.allow ? `still allowed: ${bound.basis}` : `no longer allowed: ${free.basis}`);
  if (free.allow && bound.loa_required !== null) count('a stronger login would do');
  if (bound.allow && bound.mandates.join() !== free.mandates.join()) count('another path carries');
  for (const reason of bound.reasons) if (OBJECTIONS.includes(reason)) count(reason);
}

async function onlyNarrows(register: Register, table: Record<string, unknown>, asked: Question[]): Promise<void> {
  const lookups = await registerLookups(register);
  const bound = engineWith(table);
  const ruled = { ...register, conditions: new Map(Object.entries(table)) };
  for (const question of asked) {
    const input = policyInput(question, NOW, lookups);
    const [without, within] = [general.decide(input), bound.decide(input)];
    expect(within.allow && !without.allow, JSON.stringify(question)).toBe(false);
    expect(told(within), JSON.stringify(question)).toEqual(told(decide(ruled, question, NOW)));
    const more = (within.services ?? []).filter((service) => !without.services?.includes(service));
    expect(more, 'services behind a portal that are open by a condition').toEqual([]);
    countWhatItTook(without, within);
  }
}

describe(`conditions of services (again with PROPERTY_SEED=${SEED})`, () => {
  it('allow nothing that the general rules deny, and are read as the oracle reads them', {
    timeout: 300_000,
  }, async () => {
    const asked = fc.array(questions, { minLength: 8, maxLength: 8 });
    await fc.assert(fc.asyncProperty(registers.map(numbered), tables, asked, onlyNarrows), {
      numRuns: RUNS,
      seed: SEED,
    });
  });

  it('have been met in every way', () => {
    process.stdout.write(`PROPERTY_SEED=${SEED}: ${[...seen].map(([name, times]) => `${name} ${times}`).join(', ')}\n`);
    const wanted = [
      ...OBJECTIONS,
      ...['self', 'mandate', 'chain', 'statutory', 'appointed', 'portal'].map((basis) => `no longer allowed: ${basis}`),
      ...['self', 'mandate', 'chain', 'portal'].map((basis) => `still allowed: ${basis}`),
      'a stronger login would do',
    ];
    expect(wanted.filter((name) => !seen.has(name))).toEqual([]);
  });
});
