import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Complaint, Stage } from './complaint.ts';
import { type PolicyFolder, placeOf, regoFiles } from './folder.ts';
import { opaComplaints } from './opa-errors.ts';
import type { RunTool } from './toolbox.ts';

/** What one stage found; none: all is well. */
export interface StageResult {
  stage: Stage;
  complaints: Complaint[];
  /** What was looked at, such as `117 tests`. */
  looked: string;
}

/** How a stage is run. */
export interface StageDeps {
  folder: PolicyFolder;
  run: RunTool;
  signal?: AbortSignal | undefined;
  /** Leaves the processor to stages that are asked beside it. */
  low?: boolean;
}

/** Writes every file as `opa fmt` has it, or (`write: false`) only says which are not. Whatever cannot be read is said. */
export async function format(
  { folder, run, signal }: StageDeps,
  write: boolean,
  wrote: (path: string) => void = () => undefined,
): Promise<StageResult> {
  const { cwd, name } = placeOf(folder);
  const { stdout, stderr } = await run('opa', ['fmt', '--list', name], { cwd, signal });
  const unread = /rego_parse_error|failed to/.test(stderr) ? opaComplaints('format', stderr, cwd) : [];
  const listed = stdout.split('\n').filter((line) => line.endsWith('.rego'));
  const looked = `${regoFiles(folder).length} files`;
  if (write) {
    for (const file of listed) {
      if (await formatFile(run, cwd, file)) wrote(resolve(cwd, file));
    }
    return { stage: 'format', complaints: unread, looked };
  }
  const unformatted = listed.map((file) => ({
    stage: 'format' as const,
    file: resolve(cwd, file),
    says: 'is not formatted: opa fmt --write, or machtig policy dev, does it',
  }));
  return { stage: 'format', complaints: [...unread, ...unformatted], looked };
}

/** Its author may save meanwhile: what was saved after it was read is never written over, and writing is never stopped. */
async function formatFile(run: RunTool, cwd: string, file: string): Promise<boolean> {
  const path = resolve(cwd, file);
  const read = readFileSync(path, 'utf8');
  const { status, stdout } = await run('opa', ['fmt', file], { cwd });
  if (status !== 0 || stdout === '' || readFileSync(path, 'utf8') !== read) return false;
  writeFileSync(path, stdout);
  return true;
}

/** Strict, against the schemas of what the rules read, and with what WebAssembly does by itself. */
export async function checkTypes({ folder, run, signal }: StageDeps): Promise<StageResult> {
  const { cwd } = placeOf(folder);
  const files = regoFiles(folder);
  const schemas = folder.schemas === undefined ? [] : ['--schema', folder.schemas];
  const args = ['check', '--strict', '--format', 'json', ...schemas, '--capabilities', folder.capabilities, ...files];
  const { status, stderr, stdout } = await run('opa', args, { cwd, signal });
  const complaints = status === 0 ? [] : opaComplaints('types', stderr || stdout, cwd);
  return { stage: 'types', complaints, looked: `${files.length} files` };
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
