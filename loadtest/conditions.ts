/**
 * `tsx loadtest/conditions.ts [--out FILE] [--before BUNDLE]`: what conditions of services cost an evaluation, from the
 * text of the input to the parsed result: services without any, with one and with all, among 0, 1, 5 and 50 in the
 * bundle, and each of those that come with the rules. Subjects take turns; of all rounds the lowest p50 counts, for a
 * shared machine only ever adds to it. `--before` is a bundle without conditions, asked with what its rules read.
 * Prints, and judges nothing.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Bundle, readBundle } from '../src/policy/bundle.ts';
import { writeInput } from '../src/policy/input-json.ts';
import { makeRawInstance } from '../src/policy/raw-instance.ts';
import type { Case } from '../src/workbench/cases/cases.ts';
import { registerFacts } from '../src/workbench/cases/register-facts.ts';
import { registerFile } from '../src/workbench/cases/register-file.ts';
import { registerLookups } from '../src/workbench/cases/register-writes.ts';
import { loadCases } from '../test/conformance/cases.ts';
import { policyInput } from '../test/support/policy.ts';
import { describeMachine } from './bench/processes.ts';
import { bundleWith, namesOf } from './conditions/made-bundles.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, before: { type: 'string' } } });
const ROUNDS = Number(process.env.ROUNDS ?? 40);
const EVALUATIONS = 2000;
const SIZES = [0, 1, 5, 50];
const BASES = ['mandate', 'chain'] as const;

interface Subject {
  question: string;
  inBundle: string;
  asked: string;
  bytes: number;
  p50: number;
  run: () => unknown;
}

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const bundles = new Map<number, Bundle>();
for (const size of SIZES) bundles.set(size, await bundleWith(size));

const subjects = BASES.flatMap((basis) => subjectsOf(basis));
const before = values.before === undefined ? undefined : await readBundle(values.before);
if (before) for (const basis of BASES) subjects.push(...withoutNames(basis, before));

const samples = new Float64Array(EVALUATIONS);
for (const subject of subjects) for (let i = 0; i < 5; i++) measure(subject, samples);
for (let round = 0; round < ROUNDS; round++) {
  for (const subject of subjects) subject.p50 = Math.min(subject.p50, measure(subject, samples));
}

const rows = subjects.map(({ run: _, p50, ...said }) => ({ ...said, p50_us: Number(p50.toFixed(2)) }));
console.table(rows);
if (values.out !== undefined) {
  const { redis: _, pinned: __, ...machine } = describeMachine();
  writeFileSync(
    values.out,
    `${JSON.stringify({ machine, rounds: ROUNDS, evaluations: EVALUATIONS, rows }, null, 2)}\n`,
  );
}

function exampleOf(basis: string): Case {
  const found = cases.find(({ expect }) => expect.basis === basis);
  if (found === undefined) throw new Error(`no case is allowed by ${basis}`);
  return found;
}

function inputOf({ question, now }: Case) {
  const input = policyInput(question, now, lookups);
  return { text: writeInput(input), service: input.services[0]?.service.service_id ?? '', input };
}

/** Every condition is met, so that each evaluation goes to its end. */
function subjectsOf(basis: string): Subject[] {
  const { text, service, input } = inputOf(exampleOf(basis));
  const subject = (size: number, asked: string, conditions?: object) => {
    const bundle = withConditions(size, service, conditions);
    return subjectOf(bundle, text, { question: basis, inBundle: String(size), asked });
  };
  const met = { [basis]: true };
  const intermediaries = Object.fromEntries(
    input.services.flatMap(({ chains }) => chains.map(({ intermediary }) => [intermediary.kvk ?? '', true])),
  );
  return SIZES.flatMap((size) => {
    const made = namesOf(size);
    const last = made.at(-1);
    return [
      subject(size, 'none'),
      ...(last === undefined ? [] : [subject(size, 'the last', { [last]: met })]),
      ...(size > 1 ? [subject(size, 'all', Object.fromEntries(made.map((name) => [name, met])))] : []),
    ];
  }).concat([
    subject(0, 'intermediaries', { intermediaries }),
    ...(basis === 'mandate' ? [subject(0, 'chains', { chains: {} })] : []),
    subject(0, 'firsthand', { firsthand: true }),
    subject(0, 'levels', { levels: { view: 'eh2', submit: 'eh3' } }),
  ]);
}

function withConditions(size: number, service: string, conditions?: object): Bundle {
  const bundle = bundles.get(size);
  if (bundle === undefined) throw new Error(`no bundle has ${size} conditions`);
  if (conditions === undefined) return bundle;
  const tables = 'tables' in bundle.data ? Object(bundle.data.tables) : {};
  return { ...bundle, data: { ...bundle.data, tables: { ...tables, conditions: { [service]: conditions } } } };
}

/** What was read of a service, and of an intermediary, before services had conditions. */
function withoutNames(basis: string, bundle: Bundle): Subject[] {
  const text = inputOf(exampleOf(basis))
    .text.replace(/"service_id":"[^"]*",/g, '')
    .replace(/,"kvk":"[^"]*"/g, '');
  return [subjectOf(bundle, text, { question: basis, inBundle: 'before', asked: 'none' })];
}

function subjectOf({ module, data, entrypoint }: Bundle, text: string, said: Omit<Subject, 'bytes' | 'p50' | 'run'>) {
  const instance = makeRawInstance(module, data, entrypoint);
  const answer = JSON.stringify(instance.evaluate(text));
  if (!answer.includes('"allow":true')) throw new Error(`${JSON.stringify(said)} is denied: ${answer}`);
  return { ...said, bytes: Buffer.byteLength(text), p50: Infinity, run: () => instance.evaluate(text) };
}

/** @returns the p50 in microseconds */
function measure({ run }: Subject, times: Float64Array): number {
  for (let i = 0; i < times.length; i++) {
    const started = performance.now();
    run();
    times[i] = performance.now() - started;
  }
  return (times.toSorted()[Math.floor(times.length / 2)] ?? Number.NaN) * 1000;
}
