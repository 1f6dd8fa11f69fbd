/** `npm run tools [-- k6]`: finds each pinned tool on PATH, or builds it into `.tools` from its go.mod. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Tool {
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

const TOOLS = {
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

/** The path of a tool in the pinned version. @throws Error saying what to do when it is not there. */
export function findTool(name: ToolName): string {
  const found = lookUp(name);
  if (found !== undefined) return found;
  throw new Error(`${name} ${pinnedVersion(name)} is not there (${TOOLS[name].usedFor}): run npm run tools -- ${name}`);
}

function lookUp(name: ToolName): string | undefined {
  const folders = [join(root, '.tools'), ...(process.env.PATH ?? '').split(delimiter)];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path) && isPinned(name, path));
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

function pinnedVersion(name: ToolName): string {
  const { goMod, module } = TOOLS[name];
  const line = readFileSync(join(root, goMod, 'go.mod'), 'utf8')
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

function build(name: ToolName): string {
  const { goMod, source } = TOOLS[name];
  const path = join(root, '.tools', name);
  mkdirSync(join(root, '.tools'), { recursive: true });
  execFileSync('go', ['build', '-v', '-trimpath', '-o', path, source], { cwd: join(root, goMod), stdio: 'inherit' });
  return path;
}

function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

function ensure(name: ToolName): void {
  const version = pinnedVersion(name);
  const found = lookUp(name);
  if (found !== undefined) return console.log(`${name} ${version}: ${found}`);
  if (!hasGo()) {
    throw new Error(
      `${name} ${version} is not on PATH and Go is not installed. Install Go 1.26 or later (https://go.dev/dl/) and run ` +
        `this again, or put ${name} ${version} from its official releases on PATH.`,
    );
  }
  console.log(`${name} ${version}: building from source, this takes some minutes …`);
  console.log(`${name} ${version}: ${build(name)}`);
}

function main(asked: string[]): void {
  const names = asked.length === 0 ? ['opa', 'regal'] : asked;
  for (const name of names) {
    if (!isToolName(name)) throw new Error(`unknown tool ${name}: choose from ${Object.keys(TOOLS).join(', ')}`);
    ensure(name);
  }
}

function isToolName(name: string): name is ToolName {
  return Object.hasOwn(TOOLS, name);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    main(process.argv.slice(2));
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = 1;
  }
}
