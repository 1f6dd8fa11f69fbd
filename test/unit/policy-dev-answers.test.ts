import { execFileSync } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../src/workbench/build.ts';
import { compareAnswers } from '../../src/workbench/compare-answers.ts';
import { readFolder } from '../../src/workbench/folder.ts';
import { makeLastGood, sourcesIn } from '../../src/workbench/last-good.ts';
import { makeLongStages } from '../../src/workbench/long-stages.ts';
import type { Report } from '../../src/workbench/pipeline.ts';
import { type ReadyCase, readyCases } from '../../src/workbench/ready-cases.ts';
import { showReport } from '../../src/workbench/show-report.ts';
import { makeToolbox } from '../../src/workbench/toolbox.ts';
import { copyOfPolicies, FIXTURE, type TestFolder } from '../support/policy-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const VALIDITY = 'authz/validity/validity.rego';
const run = makeToolbox(process.env);

/** The project's rules with one sentence changed, and what its cases answer now compared with before. */
async function changed(folder: TestFolder, cases: readonly ReadyCase[], from: string, to: string, file = VALIDITY) {
  const rules = await readFile(join(folder.path, file), 'utf8');
  expect(rules).toContain(from);
  const read = readFolder(folder.path);
  const before = await build({ folder: read, run }, cases);
  await folder.write(file, rules.replace(from, to));
  const built = await build({ folder: read, run }, cases);
  await folder.write(file, rules);
  if (before.bundle === undefined || built.bundle === undefined) throw new Error('it does not compile');
  const lastGood = { name: 'the state before', bundle: before.bundle, sources: sourcesIn(before.unproved) };
  const now = { bundle: built.bundle, sources: sourcesIn(built.unproved) };
  return { built, comparison: compareAnswers(lastGood, now, cases, built.answers) };
}

describe("a change of the project's rules", () => {
  let folder: TestFolder;
  let cases: ReadyCase[];
  beforeAll(async () => {
    folder = await copyOfPolicies(join(ROOT, 'policies'));
    const registers = ['examples/register.yaml', 'test/conformance/catalogue.yaml'].map((name) => join(ROOT, name));
    const manage = 'urn:etoegang:DV:00000003800000070000:services:2';
    const acts = { cases: join(ROOT, 'test/conformance/admin/cases'), manage };
    const settings = {
      cases: join(ROOT, 'test/conformance/cases'),
      acts,
      register: registers,
      leave_out: ['conformance'],
    };
    await folder.write('policy.yaml', JSON.stringify(settings));
    cases = await readyCases(readFolder(folder.path));
  });
  afterAll(() => folder.remove());

  it('that changes no answer is told to change none', async () => {
    const { built, comparison } = await changed(
      folder,
      cases,
      'mandate.valid_from <= input.now',
      'input.now >= mandate.valid_from',
    );
    expect(built.failing).toEqual([]);
    expect(comparison).toMatchObject({ changed: [], sources: [VALIDITY] });
  });

  it('that denies more is told with the rule that denies', async () => {
    const title = 'A mandate is in force from the very millisecond it starts';
    const { built, comparison } = await changed(
      folder,
      cases,
      'mandate.valid_from <= input.now',
      'mandate.valid_from < input.now',
    );
    expect(built.failing.map((one) => one.title)).toContain(title);
    expect(built.packed).toBeUndefined();
    const mandates = built.failing.flatMap(({ missed }) => missed.filter(({ field }) => field === 'mandates'));
    expect(mandates.length).toBeGreaterThan(0);
    expect(JSON.stringify(mandates)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(comparison.changed.find((one) => one.title === title)).toMatchObject({
      difference: { kind: 'allow_to_deny', gained: ['mandate_not_started'] },
      rules: ['authz.validity.started'],
    });
  });

  it('that allows more is told first, with the rule that no longer denies', async () => {
    const { built, comparison } = await changed(
      folder,
      cases,
      'input.now < mandate.valid_until',
      'input.now <= mandate.valid_until',
    );
    expect(comparison.changed.length).toBeGreaterThan(2);
    expect(comparison.changed[0]).toMatchObject({ difference: { kind: 'deny_to_allow', lost: ['mandate_expired'] } });
    expect(comparison.changed[0]?.rules).toContain('authz.validity.unended');
    const report: Report = { ok: false, ms: 1, stages: [], waitsFor: [], built, comparison };
    const text = showReport(report, { folder: readFolder(folder.path), ms: 1, atMost: 1 });
    expect(text).toMatch(
      /WIDER: [\s\S]*by The mandate has not ended \(authz\.validity\.unended, \S+validity\.rego:\d+\)/,
    );
    expect(text).toMatch(/… and \d+ more/);
  });

  it('that lets more be done to the register is told like one of decisions', async () => {
    const { built, comparison } = await changed(
      folder,
      cases,
      '"may_not_appoint" | not _may_appoint(who)',
      '"may_not_appoint" | not _is_manager(who)',
      'admin/managers/managers.rego',
    );
    const title = 'A manager without the right of substitution appoints nobody';
    expect(built.packed).toBeUndefined();
    expect(built.failing.find((one) => one.title === title)?.missed).toContainEqual({
      field: 'allow',
      expected: false,
      got: true,
    });
    const change = comparison.changed.find((one) => one.title === title);
    expect(change?.difference).toMatchObject({ kind: 'deny_to_allow', lost: ['may_not_appoint'] });
    expect(change?.rules).toEqual(['admin.managers.reasons']);
    expect(change?.file).toMatch(/admin\/cases\/managers\.yaml$/);
  });
});

describe('what answers are compared with', () => {
  let folder: TestFolder;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: folder.path });
  beforeAll(async () => {
    folder = await copyOfPolicies(FIXTURE);
  });
  afterAll(() => folder.remove());

  it('is the bundle on disk, then what was committed, then what is committed next', async () => {
    const lastGood = makeLastGood(readFolder(folder.path));
    expect((await lastGood())?.name).toMatch(/^the bundle on disk/);
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'one');
    const committed = await lastGood();
    expect(committed?.name).toMatch(/^the last commit/);
    await folder.write('bundle.tar.gz', 'no bundle any more');
    expect((await lastGood())?.bundle.revision).toBe(committed?.bundle.revision);
    git('commit', '--quiet', '--all', '--message', 'two');
    expect(await lastGood()).toBeUndefined();
  });

  it('is nothing where no bundle is named', async () => {
    await cp(join(FIXTURE, 'bundle.tar.gz'), join(folder.path, 'bundle.tar.gz'));
    await folder.write('policy.yaml', 'cases: cases\n');
    expect(await makeLastGood(readFolder(folder.path))()).toBeUndefined();
  });
});

describe('lint and tests', () => {
  it('are repeated when a rule or a table changed, or when they found something, and else not', async () => {
    const folder = await copyOfPolicies(FIXTURE);
    let asked = 0;
    let complaints: { stage: 'lint'; says: string }[] = [];
    const long = makeLongStages(async () => {
      asked += 1;
      return [{ stage: 'lint', complaints, looked: '' }];
    });
    const look = async () => {
      await long({ folder: readFolder(folder.path), run });
      return asked;
    };
    expect([await look(), await look()]).toEqual([1, 1]);
    await folder.write('cases/more.yaml', '[]\n');
    expect(await look()).toBe(1);
    await folder.write('data.json', '{}');
    expect(await look()).toBe(2);
    complaints = [{ stage: 'lint', says: 'something' }];
    await folder.write('authz/more.rego', 'package authz.more\n');
    expect([await look(), await look()]).toEqual([3, 4]);
    await folder.write('policy.yaml', 'coverage: 90\n');
    complaints = [];
    expect([await look(), await look()]).toEqual([5, 5]);
    await folder.remove();
  });
});
