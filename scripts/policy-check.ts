/**
 * `npm run check:policy`: what `machtig policy check` looks at, in every folder of rules; the cases natively, too; and
 * that everything committed is what its sources make. Goes on after a failure, so that all of them are seen at once.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '../src/policy/tar.ts';
import { showFailing } from '../src/workbench/build.ts';
import { showComplaint } from '../src/workbench/complaint.ts';
import { type PolicyFolder, regoFiles } from '../src/workbench/folder.ts';
import { check, type Report } from '../src/workbench/pipeline.ts';
import { readyCases } from '../src/workbench/ready-cases.ts';
import { FOLDERS, POLICIES, root, run } from './policy-bundle.ts';
import { GENERATED } from './policy-generated.ts';
import { findTool, type ToolName } from './tools.ts';

/** Written by `npm run cases`; without it the cases are left to their other judges. */
const CASES = 'build/cases.json';

let failed = 0;

function tell(name: string, fault: string | undefined): void {
  console.log(`${fault === undefined ? 'ok  ' : 'FAIL'} ${name}`);
  if (fault === undefined) return;
  failed += 1;
  console.log(fault.trimEnd().replace(/^/gm, '     '));
}

for (const folder of FOLDERS) await checkFolder(folder);
if (existsSync(join(root, CASES))) tell('conformance cases, natively', askNatively());
else console.log(`     (conformance cases, natively: left out; npm run cases writes ${CASES})`);
tell('lint rules of our own', testLintRules());
tell('no lint rule ignored', ignored());
for (const { path, make } of GENERATED) tell(path, sameText(path, make()));
process.exitCode = failed === 0 ? 0 : 1;

async function checkFolder(folder: PolicyFolder): Promise<void> {
  const name = relative(root, folder.path);
  const readCases = () => readyCases(folder);
  const report = await check({ folder, run, write: false, readCases, lastGood: async () => undefined });
  for (const { stage, complaints, looked } of report.stages) {
    const faults = stage === 'cases' && report.built?.failing.length ? [] : complaints.flatMap(showComplaint);
    const failing = stage === 'cases' ? (report.built?.failing ?? []).flatMap(showFailing) : [];
    const fault = [...faults, ...failing].join('\n');
    tell(`${name}: ${stage}${looked === '' ? '' : ` (${looked})`}`, complaints.length === 0 ? undefined : fault);
  }
  if (folder.bundle !== undefined) tell(relative(root, folder.bundle), sameBundle(folder.bundle, report));
}

function askNatively(): string | undefined {
  const rules = regoFiles({ ...POLICIES, leaveOut: [] });
  return complaintOf('opa', ['test', '--fail-on-empty', '--timeout', '120s', ...rules, 'policies/data.json', CASES]);
}

function testLintRules(): string | undefined {
  return complaintOf('regal', ['test', '.regal/rules']);
}

function complaintOf(tool: ToolName, args: string[]): string | undefined {
  const { status, error, stdout, stderr } = spawnSync(findTool(tool), args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? undefined : `${stdout}${stderr}${error ?? ''}`;
}

function ignored(): string | undefined {
  const folders = FOLDERS.map(({ path }) => relative(root, path));
  const args = ['-rn', 'regal ignore', ...folders, '--include=*.rego'];
  const { stdout } = spawnSync('grep', args, { cwd: root, encoding: 'utf8' });
  return stdout === '' ? undefined : stdout;
}

function sameText(path: string, made: string): string | undefined {
  const same = existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') === made;
  return same ? undefined : `${path} is not what its sources make: run npm run build:policy`;
}

/** File by file: how the archive was compressed may differ from one version of Node to the next. */
function sameBundle(path: string, { built }: Report): string | undefined {
  if (built?.packed === undefined) return 'it was not built: see above';
  const committed = unpack(readFileSync(path));
  const made = unpack(built.packed().bytes);
  const names = [...new Set([...committed.keys(), ...made.keys()])].sort();
  const different = names.filter((name) => Buffer.compare(bytes(committed, name), bytes(made, name)) !== 0);
  return different.length === 0
    ? undefined
    : `${relative(root, path)} differs from its sources in ${different.join(', ')}: run npm run build:policy`;
}

function unpack(packed: Uint8Array): Map<string, Uint8Array> {
  return readTar(gunzipSync(packed));
}

/** What is not there is like no file. */
function bytes(files: Map<string, Uint8Array>, name: string): Uint8Array {
  return files.get(name) ?? new Uint8Array([0]);
}
