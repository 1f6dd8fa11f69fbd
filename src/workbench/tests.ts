import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Complaint } from './complaint.ts';
import { placeOf, regoFiles } from './folder.ts';
import { opaComplaints } from './opa-errors.ts';
import { readJson, type StageDeps, type StageResult } from './stages.ts';

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

const Row = z.object({ row: z.number() });

const Coverage = z.object({
  files: z.record(z.string(), z.object({ not_covered: z.array(z.object({ start: Row, end: Row })).default([]) })),
  coverage: z.number(),
});

/** The tests beside the rules, with what of the rules they reach: once when all pass; twice, and of coverage nothing, when some do not. */
export async function runTests(deps: StageDeps): Promise<StageResult[]> {
  const { folder, run, signal, low } = deps;
  const { cwd } = placeOf(folder);
  const files = testFiles(deps);
  const reached = await run('opa', ['test', '--coverage', '--coverage-runs=', ...OPTIONS, ...files], {
    cwd,
    signal,
    low,
  });
  const parsed = Coverage.safeParse(readJson(reached.stdout));
  if (reached.status === 0 && parsed.success) {
    return [{ stage: 'tests', complaints: [], looked: '' }, judgeCoverage(parsed.data, folder.coverage, cwd)];
  }
  return [await findFailures(deps, reached.stderr || reached.stdout)];
}

const OPTIONS = ['--format', 'json', '--timeout', '60s'];

function testFiles({ folder }: StageDeps): string[] {
  const { name } = placeOf(folder);
  const data = existsSync(join(folder.path, 'data.json')) ? [join(name, 'data.json')] : [];
  return [...regoFiles(folder), ...data];
}

async function findFailures(deps: StageDeps, said: string): Promise<StageResult> {
  const { cwd } = placeOf(deps.folder);
  const { stdout } = await deps.run('opa', ['test', ...OPTIONS, ...testFiles(deps)], {
    cwd,
    signal: deps.signal,
  });
  const results = Results.safeParse(readJson(stdout));
  if (!results.success) return { stage: 'tests', complaints: opaComplaints('tests', said, cwd), looked: '' };
  const failed = results.data.filter(({ fail, error }) => fail || error !== undefined);
  // What failed with coverage and passes without it is said, not passed over.
  const complaints = failed.length > 0 ? failed.flatMap((one) => failure(one, cwd)) : opaComplaints('tests', said, cwd);
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

function judgeCoverage({ files, coverage }: z.infer<typeof Coverage>, threshold: number, cwd: string): StageResult {
  const looked = `${Math.floor(coverage * 100) / 100} %`;
  if (coverage >= threshold) return { stage: 'coverage', complaints: [], looked };
  const complaints = Object.entries(files).flatMap(([file, { not_covered }]): Complaint[] => {
    const lines = not_covered.flatMap(({ start, end }) => spanned(start.row, end.row));
    const unmet = [...new Set(lines)].sort((a, b) => a - b);
    const says = `no test comes to ${unmet.length === 1 ? 'this line' : `lines ${ranges(unmet)}`}`;
    return unmet.length === 0 ? [] : [{ stage: 'coverage', file: resolve(cwd, file), line: unmet[0], says }];
  });
  return { stage: 'coverage', complaints, looked };
}

function spanned(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
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
