import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBundle, readBundle } from '../../src/policy/bundle.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { passSelfTest } from '../../src/policy/self-test.ts';
import { readTar } from '../../src/policy/tar.ts';
import { build } from '../../src/workbench/build.ts';
import { readFolder } from '../../src/workbench/folder.ts';
import { readyCases } from '../../src/workbench/ready-cases.ts';
import { sampleOf } from '../../src/workbench/sample-input.ts';
import { makeToolbox } from '../../src/workbench/toolbox.ts';
import { copyOfPolicies, FIXTURE, policyFolder, type TestFolder } from '../support/policy-folder.ts';
import { revised, unpacked } from '../support/signing.ts';

const run = makeToolbox(process.env);
const ROOT = join(import.meta.dirname, '../..');

async function built(path: string) {
  const folder = readFolder(path);
  const { packed, ...found } = await build({ folder, run }, await readyCases(folder));
  const bytes = packed?.().bytes;
  return { ...found, packed: bytes, bundle: bytes && parseBundle(bytes) };
}

describe('a bundle of a folder of rules', () => {
  let folder: TestFolder;
  beforeAll(async () => {
    folder = await copyOfPolicies(FIXTURE);
  });
  afterAll(() => folder.remove());

  it('is byte for byte the same whenever the sources are, wherever they lie', async () => {
    const other = await copyOfPolicies(FIXTURE);
    const [one, again, elsewhere] = [await built(folder.path), await built(folder.path), await built(other.path)];
    await other.remove();
    expect(one.packed?.length).toBeGreaterThan(1000);
    expect(Buffer.compare(one.packed ?? Buffer.of(), again.packed ?? Buffer.of())).toBe(0);
    expect(Buffer.compare(one.packed ?? Buffer.of(), elsewhere.packed ?? Buffer.of())).toBe(0);
  });

  it('carries its cases, which it answers as it demands', async () => {
    const { bundle } = await built(folder.path);
    expect(bundle?.selfTest).toHaveLength(9);
    expect(bundle?.selfTest[0]).toMatchObject({ title: 'Alice reads what is active', expect: { decision: true } });
  });

  it('carries what its rules say of themselves, and neither tests nor cases nor older bundles', async () => {
    const { bundle, packed } = await built(folder.path);
    expect(bundle?.rules['authz.permitted']).toMatchObject({ file: 'authz/decision.rego' });
    expect(Object.values(bundle?.rules ?? {}).every(({ file }) => file.endsWith('.rego'))).toBe(true);
    const names = [...readTar(gunzipSync(packed ?? Buffer.of())).keys()];
    expect(names.sort()).toEqual([
      '.manifest',
      'data.json',
      'policy.wasm',
      'rules.json',
      'rules/authz/decision.rego',
      'self_test.json',
    ]);
  });

  it('has another revision when a case or what a rule says is another', async () => {
    const revision = async () => (await built(folder.path)).bundle?.revision;
    const before = await revision();
    const cases = await readFile(join(folder.path, 'cases/scenario.yaml'), 'utf8');
    await folder.write('cases/scenario.yaml', cases.replace('Bob is no editor', 'Bob edits nothing'));
    const retitled = await revision();
    await folder.write('cases/scenario.yaml', cases);
    const rules = await readFile(join(folder.path, 'authz/decision.rego'), 'utf8');
    await folder.write('authz/decision.rego', rules.replace('title: The answer', 'title: What is answered'));
    const renamed = await revision();
    await folder.write('authz/decision.rego', rules);
    expect(new Set([before, retitled, renamed]).size).toBe(3);
    expect(await revision()).toBe(before);
  });

  it('is not made when a case does not hold, and the case is told with what was got', async () => {
    const cases = await readFile(join(folder.path, 'cases/scenario.yaml'), 'utf8');
    await folder.write('cases/scenario.yaml', cases.replace(/decision: false\}$/m, 'decision: true}'));
    const { packed, failing } = await built(folder.path);
    await folder.write('cases/scenario.yaml', cases);
    expect(packed).toBeUndefined();
    expect(failing).toMatchObject([
      { title: 'Bob is no editor', missed: [{ field: 'decision', expected: true, got: false }] },
    ]);
    expect(cases.split('\n')[(failing[0]?.line ?? 0) - 1]).toBe('- title: Bob is no editor');
  });

  it('is not made when it would allow nobody everything', async () => {
    const rules = '# METADATA\n# entrypoint: true\ndecision := {"allow": true, "branch_verified": false}\n';
    const bad = await policyFolder({
      '.manifest': '{ "roots": ["authz"], "metadata": { "input": "mandates" } }',
      'authz/authz.rego': `package authz\n\n${rules}`,
    });
    const { packed, complaints } = await built(bad.path);
    await bad.remove();
    expect(packed).toBeUndefined();
    expect(complaints[0]?.says).toMatch(/^the bundle would be refused/);
  });
});

describe("the project's own bundle", () => {
  it('demands every case of itself, and says of each rule what the committed sources say', async () => {
    const bundle = await readBundle(join(ROOT, 'bundles/mandates.tar.gz'));
    const acts = bundle.selfTest.filter(({ entrypoint }) => entrypoint === 'admin/decision');
    expect(bundle.selfTest.length - acts.length).toBeGreaterThan(400);
    expect(acts.length).toBeGreaterThan(90);
    expect(bundle.rules['authz.validity.started']).toMatchObject({
      title: 'The mandate has started',
      file: 'authz/validity/validity.rego',
      reasons: { mandate_not_started: 'The mandate starts later.' },
    });
    expect(bundle.rules['authz.validity.started']?.requirements).toEqual(['R47', 'R59']);
  });

  it('is not taken over when it lets others manage', async () => {
    const otherwise = revised(unpacked(join(ROOT, 'bundles/mandates.tar.gz')), (held) => {
      const data = JSON.parse(new TextDecoder().decode(held.get('data.json')));
      data.tables.acts['mandate.revoke'].by = ['court'];
      held.set('data.json', Buffer.from(JSON.stringify(data)));
    });
    const refused = passSelfTest(parseBundle(packBundle(otherwise)), async () => {});
    await expect(refused).rejects.toMatchObject({ code: 'self_test_failed' });
  });
});

describe('a folder that is no folder of rules', () => {
  it.each([
    ['nothing', {}, /needs a \.manifest/],
    [
      'a manifest that does not say what is read',
      { '.manifest': '{ "roots": [] }' },
      /does not say what the rules read/,
    ],
    [
      'a misspelt setting',
      { '.manifest': '{ "metadata": { "input": "authzen" } }', 'policy.yaml': 'case: here\n' },
      /case/,
    ],
    [
      'cases that are not there',
      { '.manifest': '{ "metadata": { "input": "authzen" } }', 'policy.yaml': 'cases: gone\n' },
      /names gone, which is not there/,
    ],
    ['no YAML', { '.manifest': '{ "metadata": { "input": "authzen" } }', 'policy.yaml': 'a: [\n' }, /is no YAML/],
  ] as const)('is refused with a sentence: %s', async (_what, files, says) => {
    const folder = await policyFolder(files);
    expect(() => readFolder(folder.path)).toThrow(says);
    await folder.remove();
  });

  it('is refused when it is not there', async () => {
    expect(() => readFolder('/nowhere/at/all')).toThrow('there is no folder /nowhere/at/all');
  });
});

describe('tools', () => {
  it('are asked for by name and version when they are not there, with what to do', async () => {
    const folder = await copyOfPolicies(FIXTURE);
    await mkdir(join(folder.path, 'empty'));
    // Regal may lie in .tools: without a PATH there is no opa, unless it lies there too.
    const without = makeToolbox({ PATH: join(folder.path, 'empty') });
    const asked = (async () => without('opa', ['version'], { cwd: folder.path }))();
    const found = await asked.catch((thrown: unknown) => String(thrown));
    await folder.remove();
    if (typeof found === 'string') expect(found).toMatch(/opa \d+\.\d+\.\d+ is not there .*npm run tools -- opa/);
    else expect(found.stdout).toContain('Version');
  });
});

describe('the example by which editors complete', () => {
  it.each([
    ['policies/schemas/input.json', 'policies/input.json'],
    ['policies/schemas/admin.json', 'policies/admin/input.json'],
  ])('of %s has every field that it knows', async (schema, example) => {
    const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8'));
    const known: unknown = await read(schema);
    expect(sampleOf(known)).toEqual(await read(example));
    expect([...fieldsIn(await read(example))].sort()).toEqual([...propertiesIn(known)].sort());
  });
});

/** Names of fields at any depth; `name` stands for one that is not said. */
function fieldsIn(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const below = Object.values(value).flatMap((item) => [...fieldsIn(item)]);
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...below].filter((name) => !UNSAID.has(name)));
}

/** Keys of sets and tables, which a schema does not list as properties. */
const UNSAID = new Set(['name', 'employee', 'signatory']);

function propertiesIn(schema: unknown): Set<string> {
  if (typeof schema !== 'object' || schema === null) return new Set();
  const { properties } = schema as { properties?: object };
  const below = Object.values(schema).flatMap((item) => [...propertiesIn(item)]);
  return new Set([...Object.keys(properties ?? {}), ...below].filter((name) => !UNSAID.has(name)));
}
