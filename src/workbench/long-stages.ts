import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PolicyFolder, placeOf, regoFiles } from './folder.ts';
import { lint } from './lint.ts';
import type { StageDeps, StageResult } from './stages.ts';
import { runTests } from './tests.ts';

/** Lint, tests and coverage, which take longest. */
export type LongStages = (deps: StageDeps) => Promise<StageResult[]>;

export const longStages: LongStages = async (deps) => {
  const [linted, tests] = await Promise.all([lint(deps), runTests(deps)]);
  return [linted, ...tests];
};

/**
 * The same, remembered while neither rules nor data change: whoever writes cases waits for the cases alone. Only what
 * found nothing is remembered, and never what changed while it was looked at.
 */
export function makeLongStages(stages: LongStages = longStages): LongStages {
  let passed: { sources: string; results: StageResult[] } | undefined;
  return async (deps) => {
    const sources = sourcesOf(deps.folder);
    if (passed?.sources === sources) return passed.results;
    const results = await stages(deps);
    const isWell = results.every(({ complaints }) => complaints.length === 0);
    passed = isWell && sourcesOf(deps.folder) === sources ? { sources, results } : undefined;
    return results;
  };
}

/** Everything that decides what these stages say, settings included. */
function sourcesOf(folder: PolicyFolder): string {
  const { cwd } = placeOf(folder);
  const hash = createHash('sha256').update(JSON.stringify(folder));
  const files = [...regoFiles(folder).map((name) => resolve(cwd, name)), join(folder.path, 'data.json')];
  for (const file of files) if (existsSync(file)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
