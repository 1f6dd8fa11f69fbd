import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { placeOf, regoFiles } from './folder.ts';
import { opaComplaints } from './opa-errors.ts';
import { readJson, type StageDeps, type StageResult } from './stages.ts';
import { withFile } from './with-file.ts';

const Lint = z.object({
  violations: z
    .array(
      z.object({
        title: z.string(),
        description: z.string(),
        location: z.object({ file: z.string(), row: z.number(), col: z.number(), text: z.string().optional() }),
      }),
    )
    .nullish(),
});

/** By the configuration that stands nearest above the folder (`.regal/config.yaml`), or by Regal's own. */
export async function lint({ folder, run, signal, low }: StageDeps): Promise<StageResult> {
  const { cwd, name } = placeOf(folder);
  const files = regoFiles(folder);
  const { status, stdout, stderr } = await withConfig(folder.path, (config) =>
    run('regal', ['lint', '--format', 'json', ...config, name], { cwd, signal, low }),
  );
  const parsed = Lint.safeParse(readJson(stdout));
  if (!parsed.success) {
    return { stage: 'lint', complaints: status === 0 ? [] : opaComplaints('lint', stderr || stdout, cwd), looked: '' };
  }
  const complaints = (parsed.data.violations ?? []).map(
    ({ title, description, location: { file, row, col, text } }) => ({
      stage: 'lint' as const,
      file: resolve(cwd, file),
      line: row,
      column: col,
      says: `${sentence(description)}${lengthOf(title, text)} (${title})`,
    }),
  );
  return { stage: 'lint', complaints, looked: `${files.length} files` };
}

/** How long it is: the one thing that an author cannot see. */
function lengthOf(title: string, text: string | undefined): string {
  return title === 'line-length' && text !== undefined ? `: ${[...text].length} characters` : '';
}

function sentence(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** Where nothing is configured Regal takes tables that stand in data.json for references that lead nowhere. */
async function withConfig<T>(folder: string, call: (config: string[]) => Promise<T>): Promise<T> {
  if (isConfigured(folder)) return call([]);
  const tables = tablesIn(folder).flatMap((name) => [`data.${name}`, `data.${name}.*`]);
  const rule = { level: 'error', 'except-paths': tables };
  const config = stringify({ rules: { imports: { 'unresolved-reference': rule } } });
  return withFile(config, (path) => call(['--config-file', path]), 'config.yaml');
}

function isConfigured(folder: string): boolean {
  if (existsSync(join(folder, '.regal/config.yaml')) || existsSync(join(folder, '.regal.yaml'))) return true;
  return dirname(folder) !== folder && isConfigured(dirname(folder));
}

/** Names of what stands in data.json; one that cannot be read is told by the compiler. */
function tablesIn(folder: string): string[] {
  const path = join(folder, 'data.json');
  return existsSync(path) ? Object.keys(Object(readJson(readFileSync(path, 'utf8')))) : [];
}
