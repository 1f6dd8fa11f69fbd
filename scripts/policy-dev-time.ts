/**
 * `npx tsx scripts/policy-dev-time.ts [saves]`: how long it takes from a save to the verdict of `machtig policy dev`, on a
 * copy of the project's rules; each save changes a rule, and what is told is awaited.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeToolbox } from '../src/workbench/toolbox.ts';
import { ROOT } from '../src/workbench/tools.ts';
import { watch } from '../src/workbench/watch.ts';

const SAVES = Number(process.argv[2] ?? 10);
const CHANGES = [
  [
    'a rule of decisions',
    'authz/validity/validity.rego',
    'input.now < mandate.valid_until',
    'mandate.valid_until > input.now',
  ],
  ['a rule of managing', 'admin/court/court.rego', '# title: ', '# title:  '],
  ['a case', '../test/conformance/cases/time.yaml', '- title: ', '- title:  '],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'policy-dev-'));
for (const name of ['policies', 'examples', 'test/conformance', 'bundles', '.regal']) {
  cpSync(join(ROOT, name), join(folder, name), { recursive: true });
}
const policies = join(folder, 'policies');
const ending = new AbortController();
let told: { soon?: number; last?: number; resolve?: () => void } = {};

const watching = watch({
  path: policies,
  run: makeToolbox(process.env),
  signal: ending.signal,
  tell(report, _folder, ms) {
    if (report.waitsFor.length > 0) told.soon = ms;
    else {
      told.last = ms;
      told.resolve?.();
    }
  },
  fail(message) {
    throw new Error(message);
  },
});
await verdict();
console.log(
  `${cpus().length} cores (${cpus()[0]?.model}), load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`,
);
for (const [what, file, from, to] of CHANGES) {
  const path = join(policies, file);
  const [one, other] = [readFileSync(path, 'utf8'), readFileSync(path, 'utf8').replace(from, to)];
  const times: { soon: number; last: number }[] = [];
  for (let save = 0; save < SAVES; save += 1) {
    const awaited = verdict();
    writeFileSync(path, save % 2 === 0 ? other : one);
    times.push(await awaited);
  }
  console.log(
    `${what}: cases ${spread(times.map(({ soon }) => soon))}, verdict ${spread(times.map(({ last }) => last))}`,
  );
}
ending.abort();
await watching;
rmSync(folder, { recursive: true, force: true });

function verdict(): Promise<{ soon: number; last: number }> {
  return new Promise((resolve) => {
    told = { resolve: () => resolve({ soon: told.soon ?? Number.NaN, last: told.last ?? Number.NaN }) };
  });
}

function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => `${((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1000).toFixed(2)} s`;
  return `${at(0.5)} (best ${at(0)}, worst ${at(1)})`;
}
