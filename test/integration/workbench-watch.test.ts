import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../src/workbench/pipeline.ts';
import { makeToolbox, type RunTool } from '../../src/workbench/toolbox.ts';
import { watch } from '../../src/workbench/watch.ts';
import { eventually } from '../support/eventually.ts';
import { copyOfPolicies, FIXTURE } from '../support/policy-folder.ts';

const CASES = 'cases/scenario.yaml';
const RULES = 'authz/decision.rego';

it('sees what its author saves while it formats', async () => {
  const folder = await copyOfPolicies(FIXTURE);
  const ending = new AbortController();
  const [cases, rules] = await Promise.all([CASES, RULES].map((name) => readFile(join(folder.path, name), 'utf8')));
  await folder.write(CASES, String(cases).replace('decision: true', 'decisoin: true'));
  await folder.write(RULES, String(rules).replace('\tinput.action', '    input.action'));
  const real = makeToolbox(process.env);
  let saved = false;
  const run: RunTool = async (name, args, how) => {
    // The cases are being read by now: what is saved here belongs to the next look.
    if (args[0] === 'fmt' && !saved) {
      saved = true;
      await folder.write(CASES, String(cases));
    }
    return real(name, args, how);
  };
  const told: Report[] = [];
  const watching = watch({
    path: folder.path,
    run,
    signal: ending.signal,
    // So that all of it falls between two looks.
    pollMs: 1500,
    tell: (report) => told.push(report),
    fail: (message) => expect.fail(message),
  });
  await eventually('all is well', () => told.some(({ ok, waitsFor }) => ok && waitsFor.length === 0), 50_000);
  expect(await readFile(join(folder.path, RULES), 'utf8')).toBe(rules);
  ending.abort();
  await watching;
  await folder.remove();
});
