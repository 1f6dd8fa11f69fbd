import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyFolder } from './folder.ts';

/** What files are like, so that it can be told whether one was saved, added or removed. */
export interface Fingerprint {
  /** Of each path what its file is like. */
  files: ReadonlyMap<string, string>;
  /** When the latest of them was saved, milliseconds since 1970. */
  latest: number;
}

/**
 * Asked ten times a second instead of being told by the system: some hundred files take a millisecond, whatever an
 * editor does when it saves (rename, replace, write in place) is seen, and mounts that tell nothing work as well.
 */
export function fingerprintOf(paths: readonly string[]): Fingerprint {
  const files = paths.flatMap(filesUnder).sort();
  let latest = 0;
  const found = files.map((path): [string, string] => {
    const { text, savedAt } = stateOf(path);
    latest = Math.max(latest, savedAt);
    return [path, text];
  });
  return { files: new Map(found), latest };
}

/** What one file is like now. */
function stateOf(path: string): { text: string; savedAt: number } {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return { text: 'gone', savedAt: 0 };
  return { text: `${found.mtimeMs} ${found.size} ${found.ino}`, savedAt: found.mtimeMs };
}

/** As it was, but for one file that was just written by us: it is no save of the author's, any other may be. */
export function afterWriting(seen: Fingerprint, path: string): Fingerprint {
  return { ...seen, files: new Map(seen.files).set(path, stateOf(path).text) };
}

export function isSame(a: Fingerprint, b: Fingerprint): boolean {
  return a.files.size === b.files.size && [...a.files].every(([path, text]) => b.files.get(path) === text);
}

/** Everything on which an answer to the author depends. */
export function watchedPaths(folder: PolicyFolder): string[] {
  return [folder.path, ...casePaths(folder)];
}

/** Of those, what makes the cases. */
export function casePaths({ cases, acts, registers }: PolicyFolder): string[] {
  return [...(cases === undefined ? [] : [cases]), ...(acts ? [acts.cases] : []), ...registers];
}

/** Files of a folder, or the file itself. What editors leave lying about is not looked at. */
function filesUnder(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return [path];
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(rego|json|ya?ml|manifest)$/.test(name))
      .map((name) => join(path, name));
  } catch {
    // A folder may go while it is read: the next look sees what is there.
    return [path];
  }
}
