import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showComplaint } from '../../src/workbench/complaint.ts';
import { readFolder } from '../../src/workbench/folder.ts';
import { lint } from '../../src/workbench/lint.ts';
import { checkTypes, format, type StageDeps } from '../../src/workbench/stages.ts';
import { runTests } from '../../src/workbench/tests.ts';
import { makeToolbox } from '../../src/workbench/toolbox.ts';
import { copyOfPolicies, FIXTURE, policyFolder, type TestFolder } from '../support/policy-folder.ts';

const MANIFEST = '{ "roots": ["authz"], "metadata": { "input": "mandates" } }';
const HEAD = '# METADATA\n# title: Rules\n# schemas:\n#   - input: schema.input\npackage authz\n\n';
const LINE = 8;

let folder: TestFolder;
let deps: StageDeps;
beforeAll(async () => {
  folder = await policyFolder({ '.manifest': MANIFEST });
  deps = { folder: readFolder(folder.path), run: makeToolbox(process.env) };
});
afterAll(() => folder.remove());

/** What the author is told who writes this as the eighth line of a file. */
async function told(rule: string) {
  await folder.write('authz.rego', `${HEAD}\n${rule}\n`);
  const { complaints } = await checkTypes(deps);
  return complaints;
}

describe('a mistake in a rule is told in the words of its author', () => {
  it.each([
    ['a clock', 'x if time.now_ns() > 3', /^time\.now_ns is not available/, /input\.now/],
    ['a text put together', 'x if sprintf("%d", [1]) == "1"', /^sprintf is not available/, /reason code/],
    ['a call to elsewhere', 'x if http.send({}).status == 1', /^http\.send is not available/, /data\.json/],
    ['a misspelt function', 'x if startwith("a", "b")', /^there is no function startwith/, /misspelt/],
    [
      'a misspelt rule of the project',
      'x if data.authz.lvl.required(1)',
      /^there is no function data\.authz\.lvl/,
      /misspelt/,
    ],
    ['a misspelt field', 'x if input.actr.party', /^input has no field actr: actor\?$/, /it has actor, now/],
    [
      'a misspelt field of one of many',
      'x if { some one in input.services; one.servce }',
      /^one has no field servce: service\?$/,
      /chains/,
    ],
    ['a name that nothing gives a value', 'x if q == 3', /^nothing gives q a value$/, /import/],
    ['a value that nothing uses', 'x if { y := 1 }', /^y is given a value that nothing uses$/, undefined],
    ['a rule that asks itself', 'x if not x', /asks itself$/, /authz\.x/],
    ['sides that differ in kind', 'x if input.now == "a"', /one is number, the other string/, undefined],
    [
      'a brace that is not closed',
      'x if input.now in {1, 2\n\ny if true',
      /^identifier cannot stand here/,
      /not closed/,
    ],
    [
      'a body that is not closed',
      'x if {\n  true\n\ny if true',
      /^if keyword .*: expected a new line or ; or }$/,
      /above/,
    ],
    ['an unfinished rule', 'x if input.now <', /ends in the middle of a rule/, /missing/],
  ])('%s', async (_what, rule, says, hint) => {
    const [first, ...others] = await told(rule);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ stage: 'types', file: join(folder.path, 'authz.rego') });
    expect(first?.says).toMatch(says);
    if (hint === undefined) expect(first?.hint).toBeUndefined();
    else expect(first?.hint).toMatch(hint);
    expect(JSON.stringify(first)).not.toMatch(/rego_\w+_error/);
  });

  it('points at the line with a caret', async () => {
    const [first] = await told('x if input.actr.party');
    expect(first).toMatchObject({ line: LINE, column: 6 });
    expect(first && showComplaint(first).slice(1, 3)).toEqual(['      x if input.actr.party', '           ^']);
  });

  it('says nothing of what is right', async () => {
    expect(await told('x if input.now > 3')).toEqual([]);
  });
});

describe('what else is told', () => {
  it('a file that cannot be read, once and with its line', async () => {
    await folder.write('authz.rego', `${HEAD}x if {\n`);
    const { complaints } = await format(deps, true);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatchObject({ says: 'the file ends in the middle of a rule' });
    expect(complaints[0]?.line).toBeGreaterThan(0);
  });

  it('a file that is not formatted, which is left alone when only asked', async () => {
    await folder.write('authz.rego', `${HEAD}x   if   input.now > 3\n`);
    expect((await format(deps, false)).complaints).toMatchObject([
      { says: expect.stringContaining('is not formatted') },
    ]);
    expect((await format(deps, false)).complaints).toHaveLength(1);
    expect((await format(deps, true)).complaints).toEqual([]);
    expect((await format(deps, false)).complaints).toEqual([]);
  });

  it('what the linter finds, with the name of its rule', async () => {
    await folder.write('authz.rego', `${HEAD}x if input.now > 3\n\n# ${'n'.repeat(119)}\n`);
    const { complaints } = await lint(deps);
    expect(complaints.map(({ says }) => says)).toContain('Line too long: 121 characters (line-length)');
    expect(complaints.map(({ says }) => says)).toContainEqual(expect.stringContaining('(directory-package-mismatch)'));
    expect(complaints[0]?.line).toBeGreaterThan(0);
  });

  it('nothing of tables in data.json where no lint rules are configured', async () => {
    const bare = await copyOfPolicies(FIXTURE);
    await rm(join(bare.path, '../.regal'), { recursive: true });
    const { complaints } = await lint({ ...deps, folder: readFolder(bare.path) });
    await bare.write('data.json', '{}');
    const without = await lint({ ...deps, folder: readFolder(bare.path) });
    await bare.remove();
    expect(complaints).toEqual([]);
    expect(without.complaints[0]?.says).toContain('(unresolved-reference)');
  });

  it('which test fails, in which of its cases, and which lines no test comes to', async () => {
    const rules =
      '# METADATA\n# title: Twice\ntwice(n) := n * 2\n\n# METADATA\n# title: Never\nnever if input.now == 1\n';
    await folder.write('authz.rego', `${HEAD}${rules}`);
    const table = '\tsome [note, n, want] in [["one", 1, 2], ["two", 2, 5]]\n\tauthz.twice(n) == want\n';
    const tests = `package authz_test\n\nimport data.authz\n\ntest_twice[note] if {\n${table}}\n`;
    await folder.write('authz_test.rego', tests);
    const [failed, ...none] = await runTests(deps);
    expect(none).toEqual([]);
    expect(failed?.complaints).toMatchObject([
      { file: join(folder.path, 'authz_test.rego'), line: 5, says: 'test_twice does not hold for: two' },
    ]);
    await folder.write('authz_test.rego', tests.replace('2, 5', '2, 4'));
    const [passed, coverage] = await runTests(deps);
    expect(passed?.complaints).toEqual([]);
    expect(coverage?.complaints).toMatchObject([{ line: 13, says: 'no test comes to this line' }]);
  });

  it.each([
    ['a list of titles', 'some title in ["one", "three"]\n\tauthz.twice(1) + count(title) == 5', 'three'],
    ['titles as keys', 'some title, n in {"one": 1, "two": 2}\n\tauthz.twice(n) == 2', 'two'],
    ['a row that is too short', 'some [title, n] in [["one", 1], ["two"]]\n\tauthz.twice(n) == 2', 'two'],
    ['titles from elsewhere', 'some title, n in data.numbers\n\tauthz.twice(n) == 2', 'two'],
    ['one title for two cases', 'some [title, n] in [["one", 1], ["one", 2]]\n\tauthz.twice(n) == 2', 'one'],
  ])('a failing case in a table: %s', async (_what, body, failing) => {
    await folder.write('data.json', '{"numbers": {"one": 1, "two": 2}}');
    await folder.write('authz.rego', `${HEAD}# METADATA\n# title: Twice\ntwice(n) := n * 2\n`);
    const test = `package authz_test\n\nimport data.authz\n\ntest_twice[title] if {\n\t${body}\n}\n`;
    await folder.write('authz_test.rego', test);
    const [{ complaints } = { complaints: [] }] = await runTests(deps);
    await rm(join(folder.path, 'data.json'));
    expect(complaints).toMatchObject([{ file: join(folder.path, 'authz_test.rego'), line: 5 }]);
    expect(complaints[0]?.says).toMatch(
      new RegExp(`test_twice (does not hold for: |has two cases called )${failing}\\b`),
    );
  });

  it('no line that one of many tests comes to, whoever asks the others', async () => {
    const whole = '# METADATA\n# title: All\nall(n) := {\n\t"one": n,\n\t"two": [n | n > 1],\n}\n\nnone := 1\n';
    await folder.write('authz.rego', `${HEAD}${whole}`);
    const many = Array.from(
      { length: 90 },
      (_, n) => `test_${n} if authz.${n === 7 ? 'all(2).one == 2' : 'none == 1'}`,
    );
    const write = (tests: string[]) =>
      folder.write('authz_test.rego', `package authz_test\n\nimport data.authz\n\n${tests.join('\n\n')}\n`);
    await write(many);
    expect(await runTests(deps)).toMatchObject([
      { looked: '90 tests', complaints: [] },
      { looked: '100 %', complaints: [] },
    ]);
    await write(many.filter((_, n) => n !== 7));
    expect((await runTests(deps))[1]?.complaints).toMatchObject([{ line: 9 }]);
  });

  it('a test that cannot be asked, where it goes wrong', async () => {
    await folder.write('authz.rego', `${HEAD}# METADATA\n# title: Two ways\ntwo(_) := 1\n\ntwo(n) := n\n`);
    await folder.write('authz_test.rego', 'package authz_test\n\nimport data.authz\n\ntest_two if authz.two(2) == 1\n');
    const [{ complaints } = { complaints: [] }] = await runTests(deps);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]?.says).toMatch(/two bodies of this function hold at once/);
    expect(complaints[0]?.file).toBe(join(folder.path, 'authz.rego'));
  });
});

describe('formatting', () => {
  it('never writes over what was saved while it formatted', async () => {
    await folder.write('authz.rego', `${HEAD}x   if   input.now > 3\n`);
    const later = `${HEAD}x   if   input.now > 4\n`;
    // The author saves just when the file has been read and formatted.
    const run: StageDeps['run'] = async (name, args, how) => {
      const ran = await deps.run(name, args, how);
      if (!args.includes('--list')) await folder.write('authz.rego', later);
      return ran;
    };
    await format({ ...deps, run }, true);
    expect(await readFile(join(folder.path, 'authz.rego'), 'utf8')).toBe(later);
    await format(deps, true);
    expect(await readFile(join(folder.path, 'authz.rego'), 'utf8')).toBe(`${HEAD}x if input.now > 4\n`);
  });
});
