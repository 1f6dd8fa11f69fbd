/** `npm run tools [-- k6]`: finds each pinned tool on PATH, or builds it into `.tools` from its go.mod. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as workbench from '../src/workbench/tools.ts';
import { lookUpTool, pinnedVersion, ROOT, TOOLS, type ToolName } from '../src/workbench/tools.ts';

export type { ToolName } from '../src/workbench/tools.ts';

/** The path of a tool in the pinned version. @throws Error saying what to do when it is not there. */
export function findTool(name: ToolName): string {
  return workbench.findTool(name, process.env);
}

function build(name: ToolName): string {
  const { goMod, source } = TOOLS[name];
  const path = join(ROOT, '.tools', name);
  mkdirSync(join(ROOT, '.tools'), { recursive: true });
  execFileSync('go', ['build', '-v', '-trimpath', '-o', path, source], { cwd: join(ROOT, goMod), stdio: 'inherit' });
  return path;
}

function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

function ensure(name: ToolName): void {
  const version = pinnedVersion(name);
  const found = lookUpTool(name, process.env);
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
