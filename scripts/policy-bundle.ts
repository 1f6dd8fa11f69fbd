/** The folders of rules whose bundles are committed. */
import { join } from 'node:path';
import { build, showFailing } from '../src/workbench/build.ts';
import { showComplaint } from '../src/workbench/complaint.ts';
import { type PolicyFolder, readFolder } from '../src/workbench/folder.ts';
import { readyCases } from '../src/workbench/ready-cases.ts';
import { makeToolbox } from '../src/workbench/toolbox.ts';
import { ROOT } from '../src/workbench/tools.ts';

export const root = ROOT;

export const POLICIES: PolicyFolder = readFolder(join(root, 'policies'));

/** Every folder with a `policy.yaml` that names its bundle. */
export const FOLDERS: readonly PolicyFolder[] = [POLICIES, readFolder(join(root, 'examples/authzen-fixture'))];

export const run = makeToolbox(process.env);

/** The bundle of a folder, byte for byte the same whenever the sources are. @throws Error saying why there is none */
export async function compile(folder: PolicyFolder): Promise<Uint8Array> {
  const { packed, complaints, failing } = await build({ folder, run }, await readyCases(folder));
  if (packed !== undefined) return packed().bytes;
  throw new Error([...complaints.flatMap(showComplaint), ...failing.flatMap(showFailing)].join('\n'));
}
