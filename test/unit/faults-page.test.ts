import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SCENARIOS } from '../faults/all.ts';
import { addResults, type FaultResults, faultsPage } from '../faults/page.ts';
import { emptyTally } from '../faults/tally.ts';

const ROOT = join(import.meta.dirname, '../..');

it('what docs/faults.md says is what the last run of npm run faults found', async () => {
  const results = JSON.parse(readFileSync(join(ROOT, 'loadtest/results/faults.json'), 'utf8'));
  await expect(faultsPage(SCENARIOS, results)).toMatchFileSnapshot(join(ROOT, 'docs/faults.md'));
});

it('no two faults have one name: seeds and results go by it', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

it('results of some faults take the place of what was known of them, and say of which commit they are', () => {
  const of = (commit: string, minutes: number, ...names: string[]): FaultResults => ({
    ...{ machine: { commit }, seed: 1, minutes, maxStalenessMs: 2000 },
    tallies: names.map((name) => ({ ...emptyTally(name), runs: minutes })),
  });
  const both = addResults(of('old', 5, 'a', 'b'), of('new', 2, 'b', 'c'));
  expect(both.tallies.map(({ scenario, runs, commit }) => [scenario, runs, commit])).toEqual([
    ['a', 5, undefined],
    ['b', 2, 'new'],
    ['c', 2, 'new'],
  ]);
  expect(both).toMatchObject({ machine: { commit: 'old' }, minutes: 7 });
  expect(addResults(of('old', 1, 'a'), of('old', 1, 'a')).tallies[0]?.commit).toBeUndefined();
});
