import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from './target.ts';

/** Kept with the sources: inputs that once reached something, each a file; small, for they are tried in every run. */
const KEPT = join(import.meta.dirname, 'corpus');
const LARGEST = 4096;
const FILES_AT_MOST = 60;

/** What may be tried again of a target by that name: nothing of one whose inputs mean something else in every run. */
export function readCorpus(name: string, { passing }: Pick<Target, 'passing'>): Uint8Array[] {
  const folder = join(KEPT, name);
  if (passing || !existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => new Uint8Array(readFileSync(join(folder, file))));
}

/** Adds what is small enough while there is room. Returns how many files were added. */
export function addToCorpus(name: string, { passing }: Pick<Target, 'passing'>, inputs: readonly Uint8Array[]): number {
  if (passing) return 0;
  const folder = join(KEPT, name);
  mkdirSync(folder, { recursive: true });
  let room = FILES_AT_MOST - readdirSync(folder).length;
  let added = 0;
  for (const input of inputs) {
    const path = join(folder, nameOf(input));
    if (room <= 0 || input.length > LARGEST || existsSync(path)) continue;
    writeFileSync(path, input);
    room -= 1;
    added += 1;
  }
  return added;
}

export function nameOf(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16);
}
