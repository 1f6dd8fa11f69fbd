import fc from 'fast-check';
import type { Verdict } from '../../src/domain/evaluation.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import type { Engine } from '../../src/policy/engine.ts';
import { writeInput } from '../../src/policy/input-json.ts';
import { makeRawInstance } from '../../src/policy/raw-instance.ts';
import { makeValueInstance } from '../../src/policy/value-instance.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { decide } from '../oracle/oracle.ts';
import type { Register } from '../oracle/register.ts';
import type { OracleVerdict } from '../oracle/report.ts';
import { NOW } from '../property/arbitraries.ts';
import { questions } from '../property/questions.ts';
import { registers } from '../property/registers.ts';
import { makeDice } from '../support/dice.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { askGo } from './native.ts';
import { seedOf } from './target.ts';

type Asked = typeof questions extends fc.Arbitrary<infer T> ? T : never;

export interface DifferentialOptions {
  seed: number;
  until: { cases?: number; ms?: number };
  /** Of every so many registers the questions of one are asked natively too; absent: none. */
  nativelyOneIn?: number;
  onProgress?: (cases: number) => void;
}

export interface DifferentialReport {
  seed: number;
  seconds: number;
  /** Decided by the oracle, by the compiled policy asked with values, and by it asked with text. */
  cases: number;
  /** Of these, decided by OPA from the rules themselves as well. */
  natively: number;
  allows: number;
  /** How often each reason came out. */
  reasons: Record<string, number>;
  disagreements: string[];
}

const QUESTIONS = 25;
/** Registers whose questions are put to one run of OPA. */
const REGISTERS_AT_ONCE = 40;
const DISAGREEMENTS_AT_MOST = 20;

interface Native {
  input: string;
  expected: OracleVerdict;
  about: string;
}

/** Random registers and questions, decided by everything that can decide them. */
export async function compareDeciders(options: DifferentialOptions): Promise<DifferentialReport> {
  const { seed, until, nativelyOneIn, onProgress } = options;
  const dice = makeDice(seed);
  const deciders = {
    values: await committedPolicy(makeValueInstance),
    text: await committedPolicy(makeRawInstance),
  };
  const report: DifferentialReport = {
    ...{ seed, seconds: 0, cases: 0, natively: 0, allows: 0 },
    ...{ reasons: {}, disagreements: [] },
  };
  const started = performance.now();
  let waiting: Native[] = [];

  const done = () =>
    report.cases >= (until.cases ?? Infinity) ||
    performance.now() - started >= (until.ms ?? Infinity) ||
    report.disagreements.length >= DISAGREEMENTS_AT_MOST;
  for (let round = 0; !done(); round++) {
    const sample = { seed: seedOf(dice), numRuns: 1 };
    const [register] = fc.sample(registers, sample) as [Register];
    const asked = fc.sample(questions, { ...sample, numRuns: QUESTIONS });
    const judged = compareOne(register, asked, { deciders, lookups: await registerLookups(register), report });
    if (nativelyOneIn !== undefined && round % nativelyOneIn === 0) waiting.push(...judged);
    if (waiting.length >= REGISTERS_AT_ONCE * QUESTIONS) waiting = askNatively(waiting, report);
    onProgress?.(report.cases);
  }
  askNatively(waiting, report);
  return { ...report, seconds: Math.round(performance.now() - started) / 1000 };
}

interface Judging {
  deciders: Record<string, Engine<Verdict>>;
  lookups: Lookups;
  report: DifferentialReport;
}

function compareOne(register: Register, asked: readonly Asked[], { deciders, lookups, report }: Judging): Native[] {
  return asked.map((question) => {
    const expected = decide(register, question, NOW);
    const input = policyInput(question, NOW, lookups);
    const about = JSON.stringify(question);
    for (const [name, decider] of Object.entries(deciders)) {
      compare(`asked as ${name}`, about, { expected, found: decider.decide(input), report });
    }
    report.cases += 1;
    if (expected.allow) report.allows += 1;
    for (const reason of expected.reasons) report.reasons[reason] = (report.reasons[reason] ?? 0) + 1;
    return { input: writeInput(input), expected, about };
  });
}

function askNatively(waiting: readonly Native[], report: DifferentialReport): Native[] {
  const found = waiting.length === 0 ? [] : askGo(waiting.map(({ input }) => input));
  for (const [index, verdict] of found.entries()) {
    const { expected, about } = waiting[index] ?? {};
    if (expected === undefined || about === undefined) throw new Error('OPA answers what was not asked');
    compare('asked natively', about, { expected, found: verdict, report });
    report.natively += 1;
  }
  return [];
}

interface Compared {
  expected: OracleVerdict;
  found: OracleVerdict;
  report: DifferentialReport;
}

function compare(who: string, about: string, { expected, found, report }: Compared): void {
  const [right, other] = [expected, found].map((verdict) => JSON.stringify(comparable(verdict)));
  if (right !== other) report.disagreements.push(`${who}: ${about}\n  oracle ${right}\n  policy ${other}`);
}

/** What the oracle says, in one order. */
function comparable(verdict: OracleVerdict): object {
  const { allow, reasons, basis, mandates, branches, changes_at, loa_required, services, holders_required } = verdict;
  return {
    ...{ allow, reasons, basis, mandates, changes_at, loa_required, holders_required },
    branches: Array.isArray(branches) ? [...branches].sort() : branches,
    services: services && [...services].sort(),
  };
}
