import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../src/workbench/tools.ts';

const PATH = join(ROOT, 'loadtest/results/fuzz.json');
const RUNS_AT_MOST = 20;

/** What one run of one target came to. */
export interface Result {
  executions: number;
  /** Differential: of these, also by OPA in Go. */
  natively?: number;
  seconds: number;
  outcomes: Record<string, number>;
  /** In the part of the run that is watched: functions of src entered, characters of their source that ran. */
  reached?: { functions: number; characters: number };
  findings: string[];
}

type Run = Result & { seed: number };
type Totals = Record<string, { executions: number; natively?: number; seconds: number; findings: number }>;

interface File {
  /** Over all runs, also those no longer listed. */
  totals: Totals;
  runs: ({ target: string; at: string; commit: string; machine: string } & Run)[];
}

/** Adds a run to loadtest/results/fuzz.json. */
export function addResult(target: string, run: Run): void {
  const file: File = existsSync(PATH) ? JSON.parse(readFileSync(PATH, 'utf8')) : { totals: {}, runs: [] };
  const before = file.totals[target] ?? { executions: 0, seconds: 0, findings: 0 };
  file.totals[target] = {
    executions: before.executions + run.executions,
    ...(run.natively !== undefined && { natively: (before.natively ?? 0) + run.natively }),
    seconds: Math.round(before.seconds + run.seconds),
    findings: before.findings + run.findings.length,
  };
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.version}`;
  file.runs = [...file.runs, { target, at: new Date().toISOString(), commit, machine, ...run }].slice(-RUNS_AT_MOST);
  writeFileSync(PATH, `${JSON.stringify(file, null, 2)}\n`);
}
