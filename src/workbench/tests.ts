import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type Answered, askTests, type Coverage, refOf, testFiles } from './ask-tests.ts';
import type { Complaint } from './complaint.ts';
import { placeOf } from './folder.ts';
import { opaComplaints } from './opa-errors.ts';
import { readJson, type StageDeps, type StageResult } from './stages.ts';
import { readTestRules, type TestRule } from './test-rules.ts';

const Place = z.object({ file: z.string(), row: z.number(), col: z.number().default(1) });

const Results = z.array(
  z.object({
    location: Place,
    package: z.string(),
    name: z.string(),
    fail: z.boolean().default(false),
    skip: z.boolean().default(false),
    error: z.object({ message: z.string(), code: z.string(), location: Place.optional() }).optional(),
    sub_results: z.record(z.string(), z.object({ fail: z.boolean().default(false) })).default({}),
  }),
);
type Result = z.infer<typeof Results>[number];

/**
 * The tests beside the rules, with what of the rules they reach; of coverage nothing when some do not hold. `opa eval` asks
 * them: `opa test` asks the same seven times as slowly, and is left what it alone can tell.
 */
export async function runTests(deps: StageDeps): Promise<StageResult[]> {
  const { folder } = deps;
  const { cwd } = placeOf(folder);
  const tests = await readTestRules(deps);
  if (tests === undefined) return [await findFailures(deps, 'the tests cannot be read')];
  const others = tests.filter(({ cases }) => cases === 'other');
  const [answered, asked] = await Promise.all([
    askTests(deps, tests),
    others.length === 0 ? undefined : findFailures(deps, '', onlyThese(others)),
  ]);
  if ('said' in answered) return [await findFailures(deps, answered.said)];
  const failing = [...tests.flatMap((test) => failureOf(test, answered, cwd)), ...(asked?.complaints ?? [])];
  const failed = { stage: 'tests' as const, complaints: failing };
  if (failing.length > 0) return [{ ...failed, looked: `${tests.length - failing.length} of ${tests.length} tests` }];
  return [{ ...failed, looked: `${tests.length} tests` }, judgeCoverage(answered.coverage, folder.coverage, cwd)];
}

function failureOf({ file, name, path, cases }: TestRule, { answers }: Answered, cwd: string): Complaint[] {
  if (cases === 'other') return [];
  const place = { stage: 'tests' as const, file: resolve(cwd, file), line: lineOf(resolve(cwd, file), name) };
  const answer = answers[refOf(path)]?.[0];
  if (cases === 'plain') return answer === true ? [] : [{ ...place, says: `${name} does not hold` }];
  const twice = cases.filter((title, index) => cases.indexOf(title) !== index);
  const missed = cases.filter((title) => Object(answer)[title] !== true);
  return [
    ...(missed.length > 0 ? [{ ...place, says: `${name} does not hold for: ${missed.join('; ')}` }] : []),
    ...twice.map((title) => ({
      ...place,
      says: `${name} has two cases called ${title}: if one holds, nobody sees that the other does not`,
    })),
  ];
}

/** Where the first body of a rule begins. */
function lineOf(file: string, name: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.findIndex((line) => line.startsWith(name) && !/^\w/.test(line.slice(name.length))) + 1 || 1;
}

function onlyThese(tests: readonly TestRule[]): string[] {
  return ['--run', tests.map(({ path }) => path.join('.').replace(/[^\w.]/g, '.')).join('|')];
}

const OPTIONS = ['--format', 'json', '--timeout', '60s'];

/** What `opa test` says of all, or of those that are chosen; `said`: what is wrong even if they pass. */
async function findFailures(deps: StageDeps, said: string, chosen: readonly string[] = []): Promise<StageResult> {
  const { cwd } = placeOf(deps.folder);
  const { stdout } = await deps.run('opa', ['test', ...OPTIONS, ...chosen, ...testFiles(deps)], {
    cwd,
    signal: deps.signal,
  });
  const results = Results.safeParse(readJson(stdout));
  if (!results.success) return { stage: 'tests', complaints: opaComplaints('tests', said, cwd), looked: '' };
  const failed = results.data.filter(({ fail, error }) => fail || error !== undefined);
  // What failed with coverage and passes without it is said, not passed over.
  const others = said === '' ? [] : opaComplaints('tests', said, cwd);
  const complaints = failed.length > 0 ? failed.flatMap((one) => failure(one, cwd)) : others;
  return {
    stage: 'tests',
    complaints,
    looked: `${results.data.length - failed.length} of ${results.data.length} tests`,
  };
}

function failure({ location, name, error, sub_results }: Result, cwd: string): Complaint[] {
  if (error) {
    const { file, row, col } = error.location ?? location;
    const [words] = opaComplaints('tests', `${file}:${row}: ${error.code}: ${error.message}`, cwd);
    return [{ stage: 'tests', says: error.message, ...words, column: col, hint: words?.hint ?? `met by ${name}` }];
  }
  const subs = Object.entries(sub_results).flatMap(([title, { fail }]) => (fail ? [title] : []));
  const says = subs.length === 0 ? `${name} does not hold` : `${name} does not hold for: ${subs.join('; ')}`;
  return [{ stage: 'tests', file: resolve(cwd, location.file), line: location.row, says }];
}

function judgeCoverage(reached: Coverage, threshold: number, cwd: string): StageResult {
  const looked = `${Math.floor(reached.percent * 100) / 100} %`;
  if (reached.percent >= threshold) return { stage: 'coverage', complaints: [], looked };
  const complaints = [...reached.unmet].map(([file, lines]): Complaint => {
    const says = `no test comes to ${lines.length === 1 ? 'this line' : `lines ${ranges(lines)}`}`;
    return { stage: 'coverage', file: resolve(cwd, file), line: lines[0], says };
  });
  return { stage: 'coverage', complaints, looked };
}

/** `3, 5–8` of sorted numbers. */
function ranges(sorted: readonly number[]): string {
  const runs: [from: number, to: number][] = [];
  for (const line of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && line <= last[1] + 1) last[1] = line;
    else runs.push([line, line]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}
