/**
 * `tsx loadtest/policy.ts [bundle …]`: what one evaluation costs, from the policy input to the checked verdict, for
 * cases of each kind and for each bundle given (the committed one by default). Cases and bundles take turns; of all
 * rounds the lowest p50 and p90 count, for a shared machine only ever adds to them. Prints, and judges nothing.
 */
import { readBundle } from '../src/policy/bundle.ts';
import { makeEngine } from '../src/policy/engine.ts';
import type { PolicyInput } from '../src/policy/input.ts';
import { writeInput } from '../src/policy/input-json.ts';
import { makeRawInstance } from '../src/policy/raw-instance.ts';
import { readVerdict } from '../src/policy/result.ts';
import { makeValueInstance } from '../src/policy/value-instance.ts';
import type { Case } from '../src/workbench/cases/cases.ts';
import { registerFacts } from '../src/workbench/cases/register-facts.ts';
import { registerFile } from '../src/workbench/cases/register-file.ts';
import { registerLookups } from '../src/workbench/cases/register-writes.ts';
import { loadCases } from '../test/conformance/cases.ts';
import { policyInput } from '../test/support/policy.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 40);
const EVALUATIONS = 2000;
const bundles = process.argv.length > 2 ? process.argv.slice(2) : ['bundles/mandates.tar.gz'];

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));

/** The conformance case whose answer is typical of its kind. */
const KINDS: [kind: string, isOne: (one: Case) => boolean][] = [
  ['direct allow', ({ expect }) => expect.basis === 'mandate'],
  ['chain allow', ({ expect }) => expect.basis === 'chain'],
  ['self allow', ({ expect }) => expect.basis === 'self'],
  ['denial, nothing found', ({ expect }) => expect.reasons?.join() === 'no_mandate'],
  ['denial, revoked', ({ expect }) => expect.reasons?.join() === 'mandate_revoked'],
];

interface Measured {
  kind: string;
  step: string;
  run: () => unknown;
  bytes: number;
  p50: number;
  p90: number;
}

async function subjects(bundlePath: string): Promise<Measured[]> {
  const bundle = await readBundle(bundlePath);
  const raw = makeRawInstance(bundle.module, bundle.data, bundle.entrypoint);
  const asText = makeEngine(bundle, readVerdict, { makeInstance: makeRawInstance });
  const engine = makeEngine(bundle, readVerdict, { makeInstance: makeValueInstance });
  const label = bundles.length > 1 ? `${bundlePath}: ` : '';
  return KINDS.flatMap(([kind, isOne]) => {
    const found = cases.find(isOne);
    if (found === undefined) throw new Error(`no case is a ${kind}`);
    const input: PolicyInput = policyInput(found.question, found.now, lookups);
    const json = writeInput(input);
    const one = (step: string, run: () => unknown): Measured => {
      return { kind: `${label}${kind}`, step, run, bytes: Buffer.byteLength(json), p50: Infinity, p90: Infinity };
    };
    return [
      one('text to result', () => raw.evaluate(json)),
      one('engine, as text', () => asText.decide(input)),
      one('engine, as values', () => engine.decide(input)),
    ];
  });
}

function measure(subject: Measured, samples: Float64Array): void {
  for (let i = 0; i < samples.length; i++) {
    const started = performance.now();
    subject.run();
    samples[i] = performance.now() - started;
  }
  const sorted = samples.toSorted();
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 1000;
  subject.p50 = Math.min(subject.p50, at(0.5));
  subject.p90 = Math.min(subject.p90, at(0.9));
}

const all = (await Promise.all(bundles.map(subjects))).flat();
const samples = new Float64Array(EVALUATIONS);
for (const subject of all) for (let i = 0; i < 5; i++) measure({ ...subject }, samples);
for (let round = 0; round < ROUNDS; round++) for (const subject of all) measure(subject, samples);

console.table(
  all.map(({ kind, step, bytes, p50, p90 }) => ({
    kind,
    step,
    'input bytes': bytes,
    'p50 µs': p50.toFixed(2),
    'p90 µs': p90.toFixed(2),
  })),
);
