import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Bundle, parseBundle } from '../policy/bundle.ts';
import { readTar } from '../policy/tar.ts';
import type { PolicyFolder } from './folder.ts';

/** The bundle with which answers are compared. */
export interface LastGood {
  /** For people: what it is. */
  name: string;
  bundle: Bundle;
  /** Sources of its rules, by their path in their folder. */
  sources: ReadonlyMap<string, string>;
}

/**
 * The bundle as it was last committed; outside git, as it lies on disk. A function that is asked at each save, and reads
 * anew only when there was a commit meanwhile. Undefined: there is nothing to compare with, or it cannot be used.
 */
export function makeLastGood({ bundle: path }: PolicyFolder): () => Promise<LastGood | undefined> {
  let known: { id: string; found: LastGood | undefined } | undefined;
  return async () => {
    if (path === undefined) return undefined;
    const id = (await git(path, ['rev-parse', `HEAD:./${basename(path)}`]))?.toString('utf8').trim() ?? 'file';
    if (known?.id !== id) known = { id, found: await read(path, id) };
    return known.found;
  };
}

async function read(path: string, id: string): Promise<LastGood | undefined> {
  const committed = id === 'file' ? undefined : await git(path, ['cat-file', 'blob', id]);
  if (committed === undefined && !existsSync(path)) return undefined;
  const packed = committed ?? (await readFile(path));
  try {
    const bundle = parseBundle(packed);
    const name = `${committed === undefined ? 'the bundle on disk' : 'the last commit'} (${bundle.revision.slice(0, 8)})`;
    return { name, bundle, sources: sourcesIn(packed) };
  } catch {
    return undefined;
  }
}

/** Rego and data by path in their folder, whatever that was called where it was built. */
export function sourcesIn(packed: Uint8Array): Map<string, string> {
  const files = [...readTar(gunzipSync(packed))].filter(([name]) => name.endsWith('.rego') || name === 'data.json');
  return new Map(
    files.map(([name, bytes]) => [
      name.endsWith('.rego') ? name.slice(name.indexOf('/') + 1) : name,
      new TextDecoder().decode(bytes),
    ]),
  );
}

/** Undefined when git is not there, or does not know. */
function git(path: string, args: string[]): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const options = { cwd: dirname(path), encoding: 'buffer' as const, maxBuffer: 64 * 1024 * 1024 };
    execFile('git', args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}
