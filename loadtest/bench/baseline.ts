import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The program as it was at a commit, built with the packages of now.
 * @returns its main file
 * @throws Error where this clone has not that commit, or it no longer builds
 */
export function buildAt(commit: string, into: string): string {
  mkdirSync(into);
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 30, stdio: 'pipe' });
  execFileSync('tar', ['-x', '-C', into], { input: archive });
  for (const name of ['node_modules', '.tools']) symlinkSync(join(ROOT, name), join(into, name));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: into, stdio: 'pipe' });
  return join(into, 'dist/main.js');
}
