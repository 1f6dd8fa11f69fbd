import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, parseBundle } from '../../src/policy/bundle.ts';
import { compile, pack } from '../../src/workbench/compile.ts';
import { readFolder } from '../../src/workbench/folder.ts';
import { makeToolbox } from '../../src/workbench/toolbox.ts';
import { ROOT } from '../../src/workbench/tools.ts';

/** The rules with so many more conditions that a service may have: `made_01`, `made_02`, …; each looks at the path. */
export async function bundleWith(conditions: number): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'conditions-'));
  try {
    const policies = join(folder, 'policies');
    cpSync(join(ROOT, 'policies'), policies, { recursive: true });
    rmSync(join(policies, 'policy.yaml')); // The cases are not asked here.
    rmSync(join(policies, 'conformance'), { recursive: true });
    for (const name of namesOf(conditions)) writeCondition(join(policies, 'services'), name);
    askFor(join(policies, 'services/services.rego'), namesOf(conditions));
    const { files, result } = await compile({ folder: readFolder(policies), run: makeToolbox(process.env) });
    if (files === undefined) throw new Error(result.complaints.map(({ says }) => says).join('\n'));
    return parseBundle(pack(files, []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function namesOf(conditions: number): string[] {
  return Array.from({ length: conditions }, (_, index) => `made_${String(index + 1).padStart(2, '0')}`);
}

function writeCondition(services: string, name: string): void {
  mkdirSync(join(services, name));
  writeFileSync(
    join(services, name, `${name}.rego`),
    `package services.${name}

objections(wanted, path) := {"${name}" | not fits(wanted, path)}

fits(wanted, path) if wanted[path.basis] == true
`,
  );
}

/** As an author adds his own: an import, and a line before the last. */
function askFor(path: string, names: readonly string[]): void {
  const text = readFileSync(path, 'utf8');
  const last = text.lastIndexOf('else := {"service_condition_unknown"}');
  const lines = names.map((name) => `else := ${name}.objections(wanted, path) if name == "${name}"\n\n`).join('');
  const imports = names.map((name) => `import data.services.${name}\n`).join('');
  const asked = `${text.slice(0, last)}${lines}${text.slice(last)}`;
  writeFileSync(path, asked.replace('import data.services.chains\n', `import data.services.chains\n${imports}`));
}
