/** `npm run check`: what CI adds to the tests. Goes on after a failure, so that all of them are seen at once. */
import { spawnSync } from 'node:child_process';

const STEPS = {
  cases: 'the conformance cases as data for opa',
  'check:policy': 'rules: format, types, tests, coverage, lint, bundles',
  'check:code': 'code: format, lint, types, imports, house rules',
  'check:docs': 'documents that are made from the sources',
};

const failed = Object.keys(STEPS).filter((script) => {
  const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: 'inherit' });
  return status !== 0;
});

for (const [script, what] of Object.entries(STEPS)) {
  process.stdout.write(`${failed.includes(script) ? 'FAIL' : 'ok  '} ${what} (npm run ${script})\n`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
