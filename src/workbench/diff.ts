import { isDeepStrictEqual } from 'node:util';
import { type Difference, differenceOf } from '../domain/difference.ts';
import { AppError } from '../domain/errors.ts';
import type { Verdict } from '../domain/evaluation.ts';
import { gather } from '../evaluate/gather.ts';
import { runNow } from '../evaluate/strand.ts';
import type { Bundle } from '../policy/bundle.ts';
import { type Engine, makeEngine } from '../policy/engine.ts';
import type { PolicyInput } from '../policy/input.ts';
import { makeRawInstance } from '../policy/raw-instance.ts';
import { readVerdict } from '../policy/result.ts';
import { makeAsk } from '../policy/self-test.ts';
import { makeSeedWorld, type SeedSize } from '../register/seed-world.ts';
import { testAlias } from './cases/register-writes.ts';
import { diffQuestions } from './diff-questions.ts';
import { seededLookups } from './diff-register.ts';
import { makeBlame } from './impact-blame.ts';
import { countChange, countSame, makeTally, type Tally } from './impact-tally.ts';

/** Something that both bundles are asked: its title, and what their entrypoint reads. */
export interface DiffCase {
  title: string;
  input: Record<string, unknown>;
}

export interface DiffOptions {
  before: Bundle;
  after: Bundle;
  maxExamples: number;
}

/** What counts as asked before and after: the rules behind a reason that came are the new ones', one that went the old ones'. */
function makeBlames({ before, after }: DiffOptions) {
  const [old, fresh] = [makeBlame(before), makeBlame(after)];
  return (input: object, { lost, gained }: Difference) => [...new Set([...old(input, lost), ...fresh(input, gained)])];
}

/** Which of these cases the bundles answer differently. */
export function diffCases(cases: readonly DiffCase[], options: DiffOptions): Tally<string> {
  const { before, after, maxExamples } = options;
  const [old, fresh, blame] = [makeAsk(before), makeAsk(after), makeBlames(options)];
  const tally = makeTally<string>();
  for (const { title, input } of distinct(cases)) {
    const asked = { title, input, expect: {} };
    const [was, is] = [old(asked), fresh(asked)];
    // What the old bundle could not answer either says nothing about the new one.
    if (typeof was === 'string') continue;
    const service = serviceOf(input);
    const what = { service, example: title };
    if (typeof is === 'string') countChange(tally, failed(what, is), maxExamples);
    else count(tally, { ...what, difference: differ(was, is), rules: (found) => blame(input, found) }, maxExamples);
  }
  return tally;
}

export interface GeneratedOptions extends DiffOptions, SeedSize {
  questions: number;
  onAsked?: (questions: number) => void;
}

/** Which questions about a generated register they answer differently; the same for the same size, seed and year. */
export async function diffGenerated(options: GeneratedOptions): Promise<Tally<string>> {
  const { before, after, maxExamples, questions, onAsked, mandates, seed, year } = options;
  const world = makeSeedWorld({ mandates, seed, ...(year !== undefined && { year }) });
  const lookups = await seededLookups(world, testAlias);
  const blame = makeBlames(options);
  const [old, fresh] = [engineOf(before), engineOf(after)];
  const tally = makeTally<string>();
  let asked = 0;
  for (const { question, now } of diffQuestions(world, questions)) {
    onAsked?.(++asked);
    const found = runNow(gather(question, testAlias), lookups);
    if (found === undefined) throw new Error('an in-process projection always answers at once');
    const input: PolicyInput = { ...found, now };
    const what = { service: serviceOf(input), example: `question ${asked}` };
    const was = answerOf(old, input);
    if (was instanceof AppError) continue;
    const is = answerOf(fresh, input);
    if (is instanceof AppError) countChange(tally, failed(what, is.code), maxExamples);
    else count(tally, { ...what, difference: differenceOf(was, is), rules: (d) => blame(input, d) }, maxExamples);
  }
  return tally;
}

function engineOf(bundle: Bundle): Engine<Verdict> {
  return makeEngine(bundle, readVerdict, { makeInstance: makeRawInstance });
}

function answerOf(engine: Engine<Verdict>, input: PolicyInput): Verdict | AppError {
  try {
    return engine.decide(input);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
}

interface Compared {
  service: string;
  example: string;
  difference: Difference | undefined;
  rules: (difference: Difference) => string[];
}

function count(tally: Tally<string>, { difference, rules, ...what }: Compared, maxExamples: number): void {
  if (difference === undefined) return countSame(tally);
  const { kind: impact, ...found } = difference;
  countChange(tally, { impact, ...found, ...what, rules: () => rules(difference) }, maxExamples);
}

function failed(what: { service: string; example: string }, why: string) {
  return { impact: 'failed' as const, lost: [], gained: [why], fields: [], rules: () => [], ...what };
}

/** Both bundles may carry a case, and the folder of rules too. */
function distinct(cases: readonly DiffCase[]): DiffCase[] {
  return [...new Map(cases.map((one) => [JSON.stringify(one.input), one])).values()];
}

/** Answers have been read as what a bundle of their kind answers. */
function differ(was: object, is: object): Difference | undefined {
  if (!('decision' in was) || !('decision' in is)) return differenceOf(was as Verdict, is as Verdict);
  const found = (kind: Difference['kind'], fields: string[]) => ({ kind, lost: [], gained: [], fields });
  if (was.decision !== is.decision) return found(is.decision ? 'deny_to_allow' : 'allow_to_deny', []);
  return isDeepStrictEqual(was, is) ? undefined : found('details', ['context']);
}

/** The ServiceID that was found, or what a bare request names; empty when there is none. */
function serviceOf(input: object): string {
  const { portal, services, action } = input as Partial<PolicyInput> & { action?: { name?: unknown } };
  const found: unknown = portal?.service_id ?? services?.[0]?.service?.service_id ?? action?.name;
  return typeof found === 'string' ? found : '';
}
