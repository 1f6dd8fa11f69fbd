import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const FIXTURE = join(import.meta.dirname, '../../examples/authzen-fixture');
const REGAL = join(import.meta.dirname, '../../.regal');

export interface TestFolder {
  /** The folder of rules. */
  path: string;
  write(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** A folder of rules of its own kind, with the project's lint rules above it. */
export async function policyFolder(files: Readonly<Record<string, string>>): Promise<TestFolder> {
  const above = await mkdtemp(join(tmpdir(), 'machtig-policy-'));
  const path = join(above, 'rules');
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  };
  await mkdir(path);
  await cp(REGAL, join(above, '.regal'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { path, write, remove: () => rm(above, { recursive: true, force: true }) };
}

/** A copy of a folder of rules, to be spoilt. */
export async function copyOfPolicies(source: string): Promise<TestFolder> {
  const folder = await policyFolder({});
  await cp(source, folder.path, { recursive: true });
  return folder;
}
