import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POLICIES, root } from '../../scripts/policy-bundle.ts';
import { findTool } from '../../scripts/tools.ts';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { regoFiles } from '../../src/workbench/folder.ts';

const MOST_OUTPUT = 256 * 1024 * 1024;
const QUERY = '[verdict | some asked in data.fuzz; verdict := data.authz.decision with input as asked]';

/** Verdicts of OPA itself, in Go, from the rules as they are written. @param inputs as JSON */
export function askGo(inputs: readonly string[]): Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), 'machtig-fuzz-'));
  try {
    const cases = join(folder, 'cases.json');
    writeFileSync(cases, `{"fuzz": [${inputs.join(',')}]}`);
    const files = [...regoFiles(POLICIES), 'policies/data.json', cases].flatMap((path) => ['--data', path]);
    const args = ['eval', '--format', 'values', ...files, QUERY];
    const { status, stdout, stderr, error } = spawnSync(findTool('opa'), args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: MOST_OUTPUT,
    });
    if (status !== 0) throw new Error(`opa eval ended with ${status}: ${stderr}${error ?? ''}`);
    const [results] = JSON.parse(stdout);
    return results.map(readOne);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readOne(result: unknown): Verdict {
  const verdict = readVerdict(result);
  if (typeof verdict === 'string') throw new Error(`OPA answers ${JSON.stringify(result)}: ${verdict}`);
  return verdict;
}
