import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { placeOf, regoFiles } from './folder.ts';
import { readJson, type StageDeps } from './stages.ts';
import type { TestRule } from './test-rules.ts';

const Place = z.object({ row: z.number(), col: z.number() });
const Span = z.object({ start: Place, end: Place });
type Span = z.infer<typeof Span>;
const File = z.object({ covered: z.array(Span).default([]), not_covered: z.array(Span).default([]) });
const Evaluated = z.object({
  result: z.tuple([
    z.object({ expressions: z.tuple([z.object({ value: z.record(z.string(), z.array(z.unknown())) })]) }),
  ]),
  coverage: z.object({ files: z.record(z.string(), File) }),
});
type Evaluated = z.infer<typeof Evaluated>;

export interface Coverage {
  /** Of the lines that say something. */
  percent: number;
  /** By file as tools name it: lines with something that no test comes to, sorted. */
  unmet: Map<string, number[]>;
}

export interface Answered {
  /** By reference: what each test is; none when it is undefined. */
  answers: Record<string, unknown[]>;
  coverage: Coverage;
}

/** So many tests are worth a process of their own. */
const WORTH_A_PROCESS = 30;
const PROCESSES = 2;
const OPTIONS = ['--format', 'json', '--coverage', '--timeout', '60s'];

/** What each test is, and what of the rules they come to; or what OPA says when they cannot be asked. */
export async function askTests(deps: StageDeps, tests: readonly TestRule[]): Promise<Answered | { said: string }> {
  const { folder, run, signal, low } = deps;
  const { cwd } = placeOf(folder);
  const files = testFiles(deps).flatMap((file) => ['--data', file]);
  const shares = Math.max(1, Math.min(PROCESSES, Math.floor(tests.length / WORTH_A_PROCESS)));
  const asked = Array.from({ length: shares }, (_, share) => tests.filter((_test, index) => index % shares === share));
  const ran = await Promise.all(
    asked.map((some) => run('opa', ['eval', ...OPTIONS, ...files, queryOf(some)], { cwd, signal, low })),
  );
  const parts: Evaluated[] = [];
  for (const { stdout, stderr } of ran) {
    const parsed = Evaluated.safeParse(readJson(stdout));
    if (!parsed.success) return { said: stderr || stdout };
    parts.push(parsed.data);
  }
  const answers = Object.assign({}, ...parts.map(({ result: [{ expressions }] }) => expressions[0].value));
  return { answers, coverage: coverageOf(parts.map(({ coverage }) => coverage.files)) };
}

export function testFiles({ folder }: StageDeps): string[] {
  const { name } = placeOf(folder);
  const data = existsSync(join(folder.path, 'data.json')) ? [join(name, 'data.json')] : [];
  return [...regoFiles(folder), ...data];
}

/** `data["authz"]["test_it"]` */
export function refOf([root = 'data', ...path]: readonly string[]): string {
  return `${root}${path.map((part) => `[${JSON.stringify(part)}]`).join('')}`;
}

/** One object of all: an empty list for a test that is undefined. */
function queryOf(tests: readonly TestRule[]): string {
  const entries = tests.map(({ path }) => `${JSON.stringify(refOf(path))}: [answer | answer := ${refOf(path)}]`);
  return `{${entries.join(', ')}}`;
}

/** What some test of any share comes to is come to. */
function coverageOf(parts: Record<string, z.infer<typeof File>>[]): Coverage {
  const names = [...new Set(parts.flatMap((files) => Object.keys(files)))].sort();
  const unmet = new Map<string, number[]>();
  let [all, missed] = [0, 0];
  for (const name of names) {
    const files = parts.flatMap((part) => part[name] ?? []);
    const met = files.flatMap(({ covered }) => covered);
    const open = files.flatMap(({ not_covered }) => not_covered.filter((span) => !met.some(holding(span))));
    const lines = linesOf(open);
    all += linesOf([...open, ...met]).length;
    missed += lines.length;
    if (lines.length > 0) unmet.set(name, lines);
  }
  return { percent: all === 0 ? 0 : (100 * (all - missed)) / all, unmet };
}

/** OPA counts what lies within something that is come to as come to. */
function holding(inner: Span): (outer: Span) => boolean {
  return (outer) => !isBefore(inner.start, outer.start) && !isBefore(outer.end, inner.end);
}

function isBefore(a: Span['start'], b: Span['start']): boolean {
  return a.row < b.row || (a.row === b.row && a.col < b.col);
}

function linesOf(spans: readonly Span[]): number[] {
  const lines = new Set<number>();
  for (const { start, end } of spans) for (let row = start.row; row <= end.row; row += 1) lines.add(row);
  return [...lines].sort((a, b) => a - b);
}
