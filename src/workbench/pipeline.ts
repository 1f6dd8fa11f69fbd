import { type Built, build } from './build.ts';
import { type Comparison, compareAnswers } from './compare-answers.ts';
import type { Complaint, Stage } from './complaint.ts';
import { type LastGood, sourcesIn } from './last-good.ts';
import type { ReadyCase } from './ready-cases.ts';
import { checkTypes, format, lint, type StageDeps, type StageResult } from './stages.ts';
import { runTests } from './tests.ts';

/** Everything that is known of one state of the rules. */
export interface Report {
  ok: boolean;
  ms: number;
  /** In the order in which they are looked at; a stage that could say nothing is absent. */
  stages: StageResult[];
  /** Absent: nothing compiled, or there is nothing to compare with. */
  comparison?: Comparison;
  built?: Built;
}

export interface PipelineDeps extends StageDeps {
  /** Writes what is not formatted. */
  write: boolean;
  readCases: () => Promise<ReadyCase[]>;
  lastGood: () => Promise<LastGood | undefined>;
}

/**
 * All stages, side by side where they do not wait for each other. It stops at what makes the rest meaningless: a file
 * that cannot be read, a type that is wrong. @throws Error when a tool is not there, or `signal` stops it.
 */
export async function check(deps: PipelineDeps): Promise<Report> {
  const startedAt = performance.now();
  const report = (stages: StageResult[], more: Pick<Report, 'comparison' | 'built'> = {}): Report => ({
    ok: stages.every(({ complaints }) => complaints.length === 0),
    ms: Math.round(performance.now() - startedAt),
    stages,
    ...more,
  });
  const cases = settle(deps.readCases());
  const formatted = await format(deps, deps.write);
  if (formatted.complaints.some(({ line }) => line !== undefined)) return report([formatted]);
  // Linting needs no types; it is stopped when they are wrong, and then says nothing.
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(deps.signal ? [deps.signal] : [])]);
  const linting = settle(lint({ ...deps, signal }));
  const types = await checkTypes(deps);
  if (types.complaints.length > 0) {
    stop.abort();
    await linting;
    return report([formatted, types]);
  }
  const [{ tests, coverage }, compiled, linted] = await Promise.all([runTests(deps), tryCases(deps, cases), linting]);
  const { stages, ...found } = compiled;
  return report([formatted, types, unwrap(linted), tests, coverage, ...stages], found);
}

interface Tried extends Pick<Report, 'comparison' | 'built'> {
  stages: StageResult[];
}

/** Compiles, asks, compares. */
async function tryCases(deps: PipelineDeps, reading: Promise<Settled<ReadyCase[]>>): Promise<Tried> {
  const read = await reading;
  const cases = 'value' in read ? read.value : [];
  const built = await build(deps, cases);
  const unread: Complaint[] = 'error' in read ? [{ stage: 'cases', says: read.error.message }] : [];
  const looked = `${cases.length - built.failing.length} of ${cases.length}`;
  const stages = [
    { stage: 'bundle' as const, complaints: built.complaints, looked: built.bundle?.revision.slice(0, 8) ?? '' },
    { stage: 'cases' as const, complaints: [...unread, ...built.failing.map(asComplaint)], looked },
  ];
  const lastGood = built.bundle && (await deps.lastGood());
  if (built.bundle === undefined || lastGood === undefined) return { stages, built };
  const now = { bundle: built.bundle, sources: sourcesIn(built.unproved) };
  return { stages, built, comparison: compareAnswers(lastGood, now, cases, built.answers) };
}

function asComplaint({ title, file, line }: Built['failing'][number]): Complaint {
  return { stage: 'cases', file, line, says: title };
}

type Settled<T> = { value: T } | { error: Error };

/** A promise that may fail before anybody waits for it. */
async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await promise };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }
}

function unwrap<T>(settled: Settled<T>): T {
  if ('error' in settled) throw settled.error;
  return settled.value;
}

export const STAGES: readonly Stage[] = ['format', 'types', 'lint', 'tests', 'coverage', 'bundle', 'cases'];
