/** Compiles a folder of policies into a bundle that names its own content as its revision. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { revisionOf } from '../src/policy/revision.ts';
import { readTar } from '../src/policy/tar.ts';
import { findTool } from './tools.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Every committed bundle and the sources it is made of. */
export const BUNDLES = [
  { source: 'policies', bundle: 'bundles/mandates.tar.gz', entrypoints: ['authz/decision', 'authz/explain', 'admin/decision'] },
  {
    source: 'examples/authzen-fixture',
    bundle: 'examples/authzen-fixture/bundle.tar.gz',
    entrypoints: ['authz/decision'],
  },
] as const;
export type Source = Pick<(typeof BUNDLES)[number], 'source' | 'entrypoints'>;

/** Bundle content by path. */
export type Files = Map<string, Uint8Array>;

export function unpack(packed: Uint8Array): Files {
  return readTar(gunzipSync(packed));
}

/** The bundle of a source (relative to the root), byte for byte the same whenever the sources are. */
export function compile(source: Source): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    const unnamed = opaBuild(source, join(folder, 'unnamed.tar.gz'), '');
    return opaBuild(source, join(folder, 'named.tar.gz'), revisionOf(unpack(unnamed)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function opaBuild({ source, entrypoints }: Source, output: string, revision: string): Uint8Array {
  const ignored = ['*_test.rego', 'capabilities.json', 'schemas', '*.tar.gz', '*.md'].flatMap((name) => [
    '--ignore',
    name,
  ]);
  execFileSync(
    findTool('opa'),
    [
      'build',
      ...['--target', 'wasm'],
      ...entrypoints.flatMap((name) => ['--entrypoint', name]),
      ...['--capabilities', 'policies/capabilities.json'],
      ...ignored,
      ...['--revision', revision],
      ...['--output', output],
      ...['--bundle', source],
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return readFileSync(output);
}
