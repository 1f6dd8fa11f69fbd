/**
 * `npm run fuzz:schemathesis -- --minutes 4 [--seed N]`: Schemathesis on the admin API of the example register. Taken
 * from PATH, or from PyPI into .tools/.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const VERSION = '4.32.5';
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string', default: '1' } },
});
const folder = fileURLToPath(new URL('../.tools/schemathesis', import.meta.url));
const run = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'inherit' }).status === 0;

function find(): string | undefined {
  if (spawnSync('schemathesis', ['--version']).status === 0) return 'schemathesis';
  const own = `${folder}/bin/schemathesis`;
  if (existsSync(own)) return own;
  const isInstalled =
    run('python3', '-m', 'venv', folder) && run(`${folder}/bin/pip`, 'install', '-q', `schemathesis==${VERSION}`);
  return isInstalled ? own : undefined;
}

const command = find();
if (command === undefined) {
  process.stderr.write('Schemathesis is not there and cannot be installed: it needs python3 with venv, and PyPI.\n');
  process.exitCode = 1;
} else {
  const env = { ...process.env, SCHEMATHESIS: command, FUZZ_MINUTES: values.minutes, FUZZ_SEED: values.seed };
  const { status } = spawnSync('npx', ['vitest', 'run', 'test/fuzz/schemathesis.test.ts'], { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
}
