/**
 * `tsx loadtest/explain.ts`: what it costs to say why, beside deciding the same: one evaluation of each entrypoint on
 * the same input, and a whole explanation with its near misses. Kinds take turns; of all rounds the lowest p50 and p90
 * count, for a shared machine only ever adds to them. Prints, and judges nothing.
 */
import { type ExplainDeps, makeExplain } from '../src/evaluate/explain.ts';
import { readBundle } from '../src/policy/bundle.ts';
import { makeEngine } from '../src/policy/engine.ts';
import { EXPLAIN_ENTRYPOINT, readExplained } from '../src/policy/explain-result.ts';
import { makeRawInstance } from '../src/policy/raw-instance.ts';
import { readVerdict } from '../src/policy/result.ts';
import { RECORDS_OFF } from '../src/records/records.ts';
import type { Case } from '../src/workbench/cases/cases.ts';
import { registerFacts } from '../src/workbench/cases/register-facts.ts';
import { registerFile } from '../src/workbench/cases/register-file.ts';
import { registerLookups, testAlias } from '../src/workbench/cases/register-writes.ts';
import { loadCases } from '../test/conformance/cases.ts';
import { fixed } from '../test/support/decide-world.ts';
import { everyone } from '../test/support/http.ts';
import { policyInput } from '../test/support/policy.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 20);
const EVALUATIONS = 300;

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const bundle = await readBundle(process.argv[2] ?? 'bundles/mandates.tar.gz');
const options = { makeInstance: makeRawInstance };
const policy = makeEngine(bundle, readVerdict, options);
const explain = makeEngine(bundle, readExplained, { ...options, entrypoint: EXPLAIN_ENTRYPOINT });

const KINDS: [kind: string, isOne: (one: Case) => boolean][] = [
  ['direct allow', ({ expect }) => expect.basis === 'mandate'],
  ['chain allow', ({ expect }) => expect.basis === 'chain'],
  ['denial, nothing found', ({ expect }) => expect.reasons?.join() === 'no_mandate'],
  ['denial, revoked', ({ expect }) => expect.reasons?.join() === 'mandate_revoked'],
  ['denial, login too low', ({ expect }) => expect.reasons?.join() === 'loa_insufficient'],
];

interface Measured {
  kind: string;
  step: string;
  run: () => unknown;
  p50: number;
  p90: number;
}

function subjects([kind, isOne]: (typeof KINDS)[number]): Measured[] {
  const found = cases.find(isOne);
  if (found === undefined) throw new Error(`no case is a ${kind}`);
  const { question, now } = found;
  const input = policyInput(question, now, lookups);
  const deps: ExplainDeps = {
    ...{ lookups, freshness: fixed(), alias: testAlias, policy, explain },
    ...{ notes: () => bundle.rules, now: () => now, records: RECORDS_OFF, log: { info: () => {} } },
  };
  const why = makeExplain(deps);
  const one = (step: string, run: () => unknown): Measured => ({ kind, step, run, p50: Infinity, p90: Infinity });
  return [
    one('authz/decision', () => policy.decide(input)),
    one('authz/explain', () => explain.decide(input)),
    one('explanation', () => why({ question }, { caller: everyone })),
  ];
}

async function measure(subject: Measured, samples: Float64Array): Promise<void> {
  for (let i = 0; i < samples.length; i++) {
    const started = performance.now();
    await subject.run();
    samples[i] = performance.now() - started;
  }
  const sorted = samples.toSorted();
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 1000;
  subject.p50 = Math.min(subject.p50, at(0.5));
  subject.p90 = Math.min(subject.p90, at(0.9));
}

const all = KINDS.flatMap(subjects);
const samples = new Float64Array(EVALUATIONS);
for (let round = 0; round < ROUNDS + 5; round++) for (const subject of all) await measure(subject, samples);
console.table(
  all.map(({ kind, step, p50, p90 }) => ({ kind, step, 'p50 µs': p50.toFixed(1), 'p90 µs': p90.toFixed(1) })),
);
