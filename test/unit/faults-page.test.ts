import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SCENARIOS } from '../faults/all.ts';
import { addResults, type FaultResults, faultsPage, joinResults } from '../faults/page.ts';
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

it('lanes that ran beside each other are counted together, and the worst of each is kept', () => {
  const lane = (seed: number, scenario: string, longestGapMs: number): FaultResults => ({
    ...{ machine: {}, seed, minutes: seed, maxStalenessMs: 2000 },
    tallies: [
      {
        ...{ ...emptyTally(scenario), runs: 2, answers: 10, allows: 4, longestGapMs, refusals: { data_stale: 3 } },
        violations: [{ seed, rule: 'equal', says: 'wrong' }],
      },
    ],
  });
  const joined = joinResults([lane(1, 'a', 500), lane(2, 'b', 5), lane(3, 'a', 200)]);
  expect(joined).toMatchObject({ seed: 1, minutes: 3 });
  expect(joined.tallies).toMatchObject([
    { scenario: 'a', runs: 4, answers: 20, allows: 8, longestGapMs: 500, refusals: { data_stale: 6 } },
    { scenario: 'b', runs: 2, answers: 10, longestGapMs: 5, refusals: { data_stale: 3 } },
  ]);
  expect(joined.tallies[0]?.violations.map(({ seed }) => seed)).toEqual([1, 3]);
});
