/**
 * `npm run check:policy`: format, types, tests, lint, and that everything committed is what its sources make. Goes on
 * after a failure, so that all of them are seen at once.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLES, compile, type Files, root, type Source, unpack } from './policy-bundle.ts';
import { GENERATED } from './policy-generated.ts';
import { findTool, type ToolName } from './tools.ts';

/** Undefined when all is well, else what is wrong. */
type Check = () => string | undefined;

const CAPABILITIES = ['--capabilities', 'policies/capabilities.json'];
const RULES = ['policies/authz', 'policies/admin', 'policies/calendar', 'policies/fixtures'];
const FIXTURE = 'examples/authzen-fixture';
/** Written by `npm run cases`; without it the cases are left to their other judges. */
const CASES = existsSync(join(root, 'build/cases.json')) ? ['policies/conformance', 'build/cases.json'] : [];

const test = ['test', '--fail-on-empty', '--timeout', '120s', ...RULES, 'policies/data.json'];

const CHECKS: [name: string, check: Check][] = [
  ['format', run('opa', ['fmt', '--fail', '--list', 'policies', FIXTURE])],
  [
    'types and capabilities',
    run('opa', ['check', '--strict', '--schema', 'policies/schemas', ...CAPABILITIES, ...RULES]),
  ],
  ['tests', run('opa', [...test, ...CASES])],
  ['coverage', run('opa', [...test, '--coverage', '--threshold', '100'])],
  ['tests of the AuthZEN fixture', run('opa', ['test', '--fail-on-empty', `${FIXTURE}/authz`, `${FIXTURE}/data.json`])],
  ['lint', run('regal', ['lint', 'policies', FIXTURE])],
  ['no lint rule ignored', () => ignored()],
  ...GENERATED.map(({ path, make }): [string, Check] => [path, () => sameText(path, make())]),
  ...BUNDLES.map((one): [string, Check] => [one.bundle, () => sameBundle(one, one.bundle)]),
];

let failed = 0;
for (const [name, check] of CHECKS) {
  const fault = attempt(check);
  console.log(`${fault === undefined ? 'ok  ' : 'FAIL'} ${name}`);
  if (fault !== undefined) {
    failed += 1;
    console.log(fault.trimEnd().replace(/^/gm, '     '));
  }
}
if (CASES.length === 0) console.log('     (conformance cases left out: npm run cases writes build/cases.json)');
process.exitCode = failed === 0 ? 0 : 1;

function attempt(check: Check): string | undefined {
  try {
    return check();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function run(tool: ToolName, args: string[]): Check {
  return () => {
    const { status, error, stdout, stderr } = spawnSync(findTool(tool), args, { cwd: root, encoding: 'utf8' });
    return status === 0 ? undefined : `${stdout}${stderr}${error ?? ''}`;
  };
}

function ignored(): string | undefined {
  const found = spawnSync('grep', ['-rn', 'regal ignore', 'policies', FIXTURE, '--include=*.rego'], {
    cwd: root,
    encoding: 'utf8',
  });
  return found.stdout === '' ? undefined : found.stdout;
}

function sameText(path: string, made: string): string | undefined {
  const same = existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') === made;
  return same ? undefined : `${path} is not what its sources make: run npm run build:policy`;
}

/** File by file: how the archive was packed may differ from one version of Go to the next. */
function sameBundle(source: Source, bundle: string): string | undefined {
  const committed = unpack(readFileSync(join(root, bundle)));
  const made = unpack(compile(source));
  const paths = [...new Set([...committed.keys(), ...made.keys()])].sort();
  const different = paths.filter((path) => !sameFile(committed, made, path));
  return different.length === 0
    ? undefined
    : `${bundle} differs from its sources in ${different.join(', ')}: run npm run build:policy`;
}

function sameFile(a: Files, b: Files, path: string): boolean {
  const [left, right] = [a.get(path), b.get(path)];
  return left !== undefined && right !== undefined && Buffer.compare(left, right) === 0;
}
