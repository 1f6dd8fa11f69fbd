import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../../src/policy/bundle.ts';
import { eventually } from '../support/eventually.ts';
import { copyOfPolicies, FIXTURE, type TestFolder } from '../support/policy-folder.ts';
import { runMachtig } from '../support/program.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/machtig.js');
const RULES = 'authz/decision.rego';
const CASES = 'cases/scenario.yaml';

/** A workbench over a copy of the AuthZEN fixture, and what it has told so far. */
async function startWorkbench(folder: TestFolder) {
  const output = join(folder.path, '../kept.tar.gz');
  const child = spawn(process.execPath, [PROGRAM, 'policy', 'dev', folder.path, '--output', output], {
    env: { PATH: process.env.PATH ?? '' },
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      told += text.toString();
    });
  }
  return {
    output,
    /** The reports since the last time this was asked that fit; waits for the first. */
    next: (wanted: RegExp) =>
      eventually(
        `the workbench tells ${wanted}`,
        () => {
          const found = wanted.exec(told);
          if (child.exitCode !== null) throw new Error(told);
          if (found === null) return undefined;
          const report = told;
          told = '';
          return report;
        },
        50_000,
      ),
    told: () => told,
    async end(): Promise<number | null> {
      child.kill('SIGINT');
      if (child.exitCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
}

describe('machtig policy dev', () => {
  let folder: TestFolder;
  let workbench: Awaited<ReturnType<typeof startWorkbench>>;
  let rules: string;
  let cases: string;

  beforeAll(async () => {
    folder = await copyOfPolicies(FIXTURE);
    rules = await readFile(join(folder.path, RULES), 'utf8');
    cases = await readFile(join(folder.path, CASES), 'utf8');
    workbench = await startWorkbench(folder);
    expect(await workbench.next(/all is well/)).toMatch(
      /✓ cases 9 of 9[\s\S]*Every case is answered as by the bundle on disk/,
    );
  });
  afterAll(async () => {
    expect(await workbench.end()).toBe(0);
    await folder.remove();
  });
  afterEach(async () => {
    await folder.write(RULES, rules);
    await folder.write(CASES, cases);
    await workbench.next(/✓ all is well · /);
  });

  it('tells a mistake with file, line and caret, and nothing that follows from it', async () => {
    await folder.write(RULES, rules.replace('input.action.name == "read"', 'time.now_ns() > 0'));
    const report = await workbench.next(/✗ types: 1/);
    expect(report).toMatch(/decision\.rego:\d+ {2}time\.now_ns is not available/);
    expect(report).toMatch(/\n {6}time\.now_ns\(\) > 0\n {6}\^\n {4}→ the clock is input\.now/);
    expect(report).not.toMatch(/ {4}at |node:internal|✗ tests/);
  });

  it('formats what was saved, which is no save of its own', async () => {
    await folder.write(RULES, rules.replace('\tinput.action.name == "read"\n', '    input.action.name=="read"\n'));
    await workbench.next(/✓ all is well/);
    expect(await readFile(join(folder.path, RULES), 'utf8')).toBe(rules);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(workbench.told()).toBe('');
    await folder.write(RULES, `${rules}\n`);
  });

  it('tells which case no longer holds, what was got, and first that it is wider', async () => {
    await folder.write(RULES, rules.replace('input.action.properties.soft == true', 'input.action.properties'));
    const report = await workbench.next(/✗ tests: 1, cases: 1/);
    expect(report).toMatch(/test_permitted does not hold for: hard delete/);
    expect(report).toMatch(
      /WIDER: A hard delete is nobody's\n {6}\S+scenario\.yaml:\d+\n {6}decision: expected false, got true/,
    );
    expect(report).toMatch(/by what changed in \S+\/rules\/authz\/decision\.rego\n/);
  });

  it('tells which answers changed though every case holds', async () => {
    const soft = '- title: A soft delete is an editor';
    const [before = ''] = cases.split(soft);
    await folder.write(
      CASES,
      `${before}- title: Deleting softly\n  request: {subject: {type: user, id: bob}, action: {name: delete, properties: {soft: true}}, resource: {type: record, id: record-1}}\n  expect: {decision: true}\n`,
    );
    const failing = await workbench.next(/✗ cases: 1/);
    expect(failing).toMatch(/Deleting softly\n.*\n {6}decision: expected true, got false/);
    const test = await readFile(join(folder.path, 'authz/decision_test.rego'), 'utf8');
    await folder.write(
      RULES,
      rules.replace(/(soft == true\n\t_status == "active"\n)\tdata\.users\[_user\]\.editor/, '$1\tdata.users[_user]'),
    );
    const report = await workbench.next(/✓ all is well, and 1 answer changed, 1 of them WIDER/);
    expect(report).toMatch(/DENIED → ALLOWED: Deleting softly/);
    expect(await readFile(join(folder.path, 'authz/decision_test.rego'), 'utf8')).toBe(test);
  });

  it('writes the bundle where it is wanted, when all is well and not before', async () => {
    const first = (await readBundle(workbench.output)).revision;
    await folder.write(RULES, rules.replace('input.action.name == "read"', 'input.action.name == "raed"'));
    expect(await workbench.next(/✗ .*cases: /)).not.toContain('kept.tar.gz');
    expect((await readBundle(workbench.output)).revision).toBe(first);
    await folder.write(RULES, rules.replace('# title: ', '# title: It is said that '));
    const [, revision] =
      /kept\.tar\.gz: revision ([0-9a-f]{32})/.exec(await workbench.next(/kept\.tar\.gz: .*\n/)) ?? [];
    expect(revision).not.toBe(first);
    expect((await readBundle(workbench.output)).revision).toBe(revision);
  });

  it('tells what is wrong with a case, and goes on', async () => {
    await folder.write(CASES, cases.replace('decision: true', 'decisoin: true'));
    expect(await workbench.next(/✗ cases: 1/)).toMatch(/decisoin/);
  });

  it('tells what is wrong with policy.yaml, and goes on', async () => {
    const settings = await readFile(join(folder.path, 'policy.yaml'), 'utf8');
    await folder.write('policy.yaml', 'cases: gone\n');
    await workbench.next(/names gone, which is not there/);
    await folder.write('policy.yaml', settings);
  });
});

describe('machtig policy check and build', () => {
  let folder: TestFolder;
  beforeAll(async () => {
    folder = await copyOfPolicies(FIXTURE);
  });
  afterAll(() => folder.remove());
  const machtig = (...args: string[]) => runMachtig(['policy', ...args], { PATH: process.env.PATH ?? '' });

  it('check says that all is well, and how much was looked at', async () => {
    const { code, out } = await machtig('check', folder.path);
    expect(out).toMatch(/^✓ all is well[\s\S]*coverage 100 %[\s\S]*cases 9 of 9/);
    expect(code).toBe(0);
  });

  it('build writes a bundle that a sidecar reads', async () => {
    const output = join(folder.path, '..', 'built.tar.gz');
    const { code, out } = await machtig('build', folder.path, '--output', output);
    expect(code).toBe(0);
    const { revision, selfTest } = await readBundle(output);
    expect(out).toContain(`revision ${revision}`);
    expect(selfTest).toHaveLength(9);
  });

  it('check fails, and build writes nothing, when a rule is wrong', async () => {
    const path = join(folder.path, RULES);
    const rules = await readFile(path, 'utf8');
    await folder.write(RULES, rules.replace('"write"', '"wirte"'));
    const output = join(folder.path, '..', 'bad.tar.gz');
    const [checked, built] = [
      await machtig('check', folder.path),
      await machtig('build', folder.path, '--output', output),
    ];
    await folder.write(RULES, rules);
    expect(checked).toMatchObject({ code: 1, out: expect.stringMatching(/✗ .*cases: /) });
    expect(built).toMatchObject({ code: 1, err: expect.stringContaining('was not written') });
    await expect(readFile(output)).rejects.toThrow('ENOENT');
  });

  it('says which folder is no folder of rules', async () => {
    const { code, err } = await machtig('check', join(folder.path, 'cases'));
    expect(code).toBe(1);
    expect(err).toMatch(/holds no rules: it needs a \.manifest such as/);
  });
});
