import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packBundle } from '../../src/policy/pack.ts';
import { revisionOf } from '../../src/policy/revision.ts';
import { readTar } from '../../src/policy/tar.ts';

type Tree = { [name: string]: Tree | string | boolean };

export const COMMITTED = join(import.meta.dirname, '../../bundles/mandates.tar.gz');

/**
 * The committed bundle with other data (`{'tables.levels.eh3': 'eh2'}`), which its rules read; unsigned, and
 * without the cases that would then fail.
 */
export function changedBundle(changes: Readonly<Record<string, string | boolean>>): Uint8Array {
  const files = new Map(readTar(gunzipSync(readFileSync(COMMITTED))));
  const data = JSON.parse(textOf(files, 'data.json'));
  for (const [path, value] of Object.entries(changes)) set(data, path.split('.'), value);
  files.set('data.json', Buffer.from(JSON.stringify(data)));
  for (const path of ['.signatures.json', 'self_test.json']) files.delete(path);
  const manifest = { ...JSON.parse(textOf(files, '.manifest')), revision: '' };
  return packBundle(files.set('.manifest', Buffer.from(JSON.stringify({ ...manifest, revision: revisionOf(files) }))));
}

function textOf(files: ReadonlyMap<string, Uint8Array>, path: string): string {
  return Buffer.from(files.get(path) ?? '').toString();
}

function set(tree: Tree, [name = '', ...deeper]: readonly string[], value: string | boolean): void {
  const next = tree[name];
  if (next === undefined) throw new Error(`the data of the bundle has no ${name}`);
  if (deeper.length === 0) tree[name] = value;
  else if (typeof next === 'object') set(next, deeper, value);
}
