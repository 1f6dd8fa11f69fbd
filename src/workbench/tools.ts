import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project: two above both src/workbench and dist/workbench. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Tool {
  /** Go package with the command. */
  source: string;
  /** Go module whose version in `goMod` is the pinned one. */
  module: string;
  /** Folder of the go.mod that pins it. */
  goMod: string;
  versionArguments: string[];
  /** What the tool prints of itself; the first group is its version. */
  prints: RegExp;
  usedFor: string;
}

export const TOOLS = {
  opa: {
    source: 'github.com/open-policy-agent/opa',
    module: 'github.com/open-policy-agent/opa',
    goMod: 'tools',
    versionArguments: ['version'],
    prints: /^Version: (\d+\.\d+\.\d+)/m,
    usedFor: 'building and testing the policies',
  },
  regal: {
    source: 'github.com/open-policy-agent/regal',
    module: 'github.com/open-policy-agent/regal',
    goMod: 'tools',
    versionArguments: ['version'],
    prints: /^Version:\s+(\d+\.\d+\.\d+)/m,
    usedFor: 'linting the policies',
  },
  k6: {
    source: 'go.k6.io/k6',
    module: 'go.k6.io/k6',
    goMod: 'tools/k6',
    versionArguments: ['version'],
    prints: /k6(?:\.exe)? v(\d+\.\d+\.\d+)/,
    usedFor: 'load tests',
  },
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** The environment of whoever asks: tools are looked for in `.tools`, then along its PATH. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The path of a tool in the pinned version. @throws Error saying what to do when it is not there. */
export function findTool(name: ToolName, env: Environment): string {
  const found = lookUpTool(name, env);
  if (found !== undefined) return found;
  throw new Error(`${name} ${pinnedVersion(name)} is not there (${TOOLS[name].usedFor}): run npm run tools -- ${name}`);
}

export function lookUpTool(name: ToolName, env: Environment): string | undefined {
  const folders = [join(ROOT, '.tools'), ...(env.PATH ?? '').split(delimiter)];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path) && isPinned(name, path));
}

/** @throws Error when no go.mod of this checkout pins it */
export function pinnedVersion(name: ToolName): string {
  const { goMod, module } = TOOLS[name];
  const path = join(ROOT, goMod, 'go.mod');
  if (!existsSync(path)) {
    throw new Error(
      `which ${name} to use stands in ${goMod}/go.mod of a checkout, which is not here: work in a checkout`,
    );
  }
  const line = readFileSync(path, 'utf8')
    .split('\n')
    .find((text) =>
      text
        .replace(/^require/, '')
        .trim()
        .startsWith(`${module} v`),
    );
  const version = line?.trim().split(' v')[1]?.split(' ')[0];
  if (version === undefined) throw new Error(`${goMod}/go.mod does not pin ${module}`);
  return version;
}

/** A build from source may not know its version (Regal says `unknown`): then Go tells which module it was made of. */
function isPinned(name: ToolName, path: string): boolean {
  const tool: Tool = TOOLS[name];
  const said = spawnSync(path, tool.versionArguments, { encoding: 'utf8' });
  const version = tool.prints.exec(said.stdout ?? '')?.[1] ?? builtFrom(tool, path);
  return version === pinnedVersion(name);
}

function builtFrom(tool: Tool, path: string): string | undefined {
  const told = spawnSync('go', ['version', '-m', path], { encoding: 'utf8' });
  const lines = (told.stdout ?? '').split('\n').map((line) => line.trim().split('\t'));
  const [, , version] = lines.find(([key, module]) => key !== 'path' && module === tool.module) ?? [];
  return version?.slice(1);
}
