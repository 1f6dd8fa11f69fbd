import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SCENARIOS } from '../faults/all.ts';
import { faultsPage } from '../faults/page.ts';

const ROOT = join(import.meta.dirname, '../..');

it('what docs/faults.md says is what the last run of npm run faults found', async () => {
  const results = JSON.parse(readFileSync(join(ROOT, 'loadtest/results/faults.json'), 'utf8'));
  await expect(faultsPage(SCENARIOS, results)).toMatchFileSnapshot(join(ROOT, 'docs/faults.md'));
});

it('no two faults have one name: seeds and results go by it', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
