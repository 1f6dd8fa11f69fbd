import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { RULES, SELF_TEST, type SelfTestCase } from '../policy/bundle-parts.ts';
import { packBundle } from '../policy/pack.ts';
import { revisionOf } from '../policy/revision.ts';
import { readTar } from '../policy/tar.ts';
import { placeOf } from './folder.ts';
import { readNotes } from './notes.ts';
import { opaComplaints } from './opa-errors.ts';
import type { StageDeps, StageResult } from './stages.ts';

/** Contents by path, without a leading slash; the manifest names no revision yet. */
export type BundleFiles = Map<string, Uint8Array>;

/** What does not belong into a bundle, though it lies beside the rules. */
const BESIDE = ['*_test.rego', 'capabilities.json', 'schemas', '*.tar.gz', '*.md', 'policy.yaml', 'input.json'];

/**
 * Rules to WebAssembly, with what their METADATA says of them (`rules.json`); entrypoints are the rules that call
 * themselves so in METADATA. Undefined, with complaints, when it does not compile.
 */
export async function compile(deps: StageDeps): Promise<{ result: StageResult; files?: BundleFiles }> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  const output = join(folder, 'compiled.tar.gz');
  const { cwd } = placeOf(deps.folder);
  try {
    const { status, stderr, stdout } = await deps.run('opa', buildArguments(deps, output), {
      cwd,
      signal: deps.signal,
    });
    if (status !== 0) {
      return { result: { stage: 'bundle', complaints: opaComplaints('bundle', stderr || stdout, cwd), looked: '' } };
    }
    const files = readTar(gunzipSync(await readFile(output)));
    files.set(RULES, json(await readNotes(deps, output)));
    return { result: { stage: 'bundle', complaints: [], looked: '' }, files };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function buildArguments({ folder }: StageDeps, output: string): string[] {
  const ignored = [...BESIDE, ...folder.leaveOut].flatMap((name) => ['--ignore', name]);
  const { name } = placeOf(folder);
  return [
    'build',
    ...['--target', 'wasm'],
    ...['--capabilities', folder.capabilities],
    ...ignored,
    ...['--output', output],
    ...['--bundle', name],
  ];
}

/** The bundle with the cases that it must pass (none: it demands nothing of itself), byte for byte the same for the same sources. */
export function pack(compiled: BundleFiles, selfTest: readonly SelfTestCase[]): Uint8Array {
  const files = new Map(compiled);
  if (selfTest.length > 0) files.set(SELF_TEST, json(selfTest));
  files.set('.manifest', json({ ...manifestOf(files), revision: revisionOf(files) }));
  return packBundle(files);
}

function manifestOf(files: BundleFiles): object {
  const bytes = files.get('.manifest');
  if (bytes === undefined) throw new Error('opa build wrote no manifest');
  return Object(JSON.parse(new TextDecoder().decode(bytes)));
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
