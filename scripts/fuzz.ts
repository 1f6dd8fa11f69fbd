/**
 * `npm run fuzz -- [--minutes N] [--target door|redis|bundle|import|differential] [--seed S] [--keep]`: gives the product
 * inputs that nobody meant, the time shared among the targets; `--keep` adds what reached more to test/fuzz/corpus.
 * Ends with 1 when a promise was broken. docs/fuzzing.md
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProgress } from '../src/process/progress.ts';
import { ROOT } from '../src/workbench/tools.ts';
import { addToCorpus, nameOf, readCorpus } from '../test/fuzz/corpus.ts';
import { compareDeciders } from '../test/fuzz/differential.ts';
import { fuzz } from '../test/fuzz/fuzzer.ts';
import { watchReached } from '../test/fuzz/reached.ts';
import { openTarget, TARGETS, type TargetName } from '../test/fuzz/targets.ts';
import { makeDatabase } from './fuzz-database.ts';
import { addResult, type Result } from './fuzz-results.ts';

const ALL = [...TARGETS, 'differential'] as const;
const FOUND = join(ROOT, 'build/fuzz');
/** Of every so many registers the questions of one are asked of OPA in Go: it takes ten times as long. */
const NATIVELY_ONE_IN = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    target: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const chosen = ALL.filter((name) => values.target === undefined || values.target === name);
if (chosen.length === 0) throw new Error(`unknown target ${values.target}: choose from ${ALL.join(', ')}`);
const ms = (Number(values.minutes) * 60_000) / chosen.length;

process.stdout.write(`seed ${seed}\n`);
let broken = 0;
for (const name of chosen) {
  const result = name === 'differential' ? await compare() : await fuzzOne(name);
  addResult(name, { seed, ...result });
  broken += result.findings.length;
}
process.exit(broken === 0 ? 0 : 1);

/** Seconds of so many, and how many tries they held. */
function show(name: string) {
  const progress = startProgress({
    label: `fuzz ${name}`,
    total: Math.round(ms / 1000),
    unit: 'seconds',
    screen: process.stderr,
  });
  const started = performance.now();
  return { ...progress, tried: () => progress.reach(Math.round((performance.now() - started) / 1000)) };
}

async function fuzzOne(name: TargetName): Promise<Result> {
  const database = makeDatabase();
  const target = await openTarget(name, { seed, database: database.open });
  const progress = show(name);
  try {
    const reached = watchReached((path) => path.startsWith(join(ROOT, 'src/')));
    const report = await fuzz(target, {
      seed,
      until: { ms },
      corpus: readCorpus(name, target),
      reached,
      onProgress: progress.tried,
    });
    progress.end();
    const { executions, seconds, outcomes, findings } = report;
    if (values.keep) addToCorpus(name, target, report.kept);
    for (const { says, input } of findings) complain(name, says, input);
    return { executions, seconds, outcomes, reached: reached.total(), findings: findings.map(({ says }) => says) };
  } finally {
    await target.close();
    await database.close();
  }
}

async function compare(): Promise<Result> {
  const progress = show('differential');
  const options = { seed, until: { ms }, nativelyOneIn: NATIVELY_ONE_IN, onProgress: progress.tried };
  const { cases, natively, seconds, allows, reasons, disagreements } = await compareDeciders(options);
  progress.end();
  for (const says of disagreements) process.stdout.write(`DISAGREE ${says}\n`);
  return { executions: cases, natively, seconds, outcomes: { allow: allows, ...reasons }, findings: disagreements };
}

function complain(name: string, says: string, input: Uint8Array): void {
  mkdirSync(FOUND, { recursive: true });
  const path = join(FOUND, `${name}-${nameOf(input)}`);
  writeFileSync(path, input);
  process.stdout.write(`BROKEN ${name}: ${says}\n       input: ${path}\n`);
}
