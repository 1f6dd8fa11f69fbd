import { type Built, build } from './build.ts';
import { type Comparison, compareAnswers } from './compare-answers.ts';
import type { Complaint, Stage } from './complaint.ts';
import { type LastGood, sourcesIn } from './last-good.ts';
import { type LongStages, longStages } from './long-stages.ts';
import type { ReadyCase } from './ready-cases.ts';
import { checkTypes, format, type StageDeps, type StageResult } from './stages.ts';

/** Everything that is known of one state of the rules. */
export interface Report {
  ok: boolean;
  ms: number;
  /** In the order in which they are looked at; a stage that could say nothing is absent. */
  stages: StageResult[];
  /** Stages that are still being looked at. */
  waitsFor: readonly Stage[];
  /** Absent: nothing compiled, or there is nothing to compare with. */
  comparison?: Comparison;
  built?: Built;
}

export interface PipelineDeps extends StageDeps {
  /** Writes what is not formatted. */
  write: boolean;
  readCases: () => Promise<ReadyCase[]>;
  lastGood: () => Promise<LastGood | undefined>;
  /** A file was just written by formatting it. */
  wrote?: (path: string) => void;
  /** What is known while the tests still run. */
  soon?: (report: Report) => void;
  /** Lint and tests; always anew unless told otherwise. */
  long?: LongStages;
}

/**
 * All stages, side by side where they do not wait for each other. It stops at what makes the rest meaningless: a file
 * that cannot be read, a type that is wrong. What the cases answer is known long before the tests are through.
 * @throws Error when a tool is not there, or `signal` stops it
 */
export async function check(deps: PipelineDeps): Promise<Report> {
  const startedAt = performance.now();
  const report = (stages: StageResult[], more: Partial<Report> = {}): Report => ({
    ok: stages.every(({ complaints }) => complaints.length === 0),
    ms: Math.round(performance.now() - startedAt),
    ...more,
    stages,
    waitsFor: more.waitsFor ?? [],
  });
  const cases = settle(deps.readCases());
  const formatted = await format(deps, deps.write, deps.wrote);
  if (formatted.complaints.some(({ line }) => line !== undefined)) return report([formatted]);
  // The long ones begin at once, behind the others: wrong types stop them before they say what follows from that.
  const stop = new AbortController();
  const behind = { ...deps, low: true, signal: AbortSignal.any([stop.signal, ...(deps.signal ? [deps.signal] : [])]) };
  const long = settle((deps.long ?? longStages)(behind));
  const first = await settle(Promise.all([checkTypes(deps), tryCases(deps, cases)]));
  if ('error' in first || first.value[0].complaints.length > 0) stop.abort();
  const [types, { stages, ...found }] = unwrap(first);
  if (types.complaints.length > 0) {
    await long;
    return report([formatted, types]);
  }
  deps.soon?.(report([formatted, types, ...stages], { ...found, waitsFor: ['lint', 'tests', 'coverage'] }));
  return report([formatted, types, ...unwrap(await long), ...stages], found);
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
    { stage: 'bundle' as const, complaints: built.complaints, looked: '' },
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
