import { expect, it } from 'vitest';
import { CATALOGUE_ATTEMPTS } from './catalogue-attempts.ts';
import { PARTY_ATTEMPTS } from './party-attempts.ts';
import { runMatrix } from './run.ts';
import { startMatrixWorld } from './world.ts';

it('exactly those succeed whom the table names: everything else', { timeout: 600_000 }, async () => {
  const world = await startMatrixWorld();
  try {
    const before = await world.state();
    const { cells, done, disagreements } = await runMatrix(world, [...PARTY_ATTEMPTS, ...CATALOGUE_ATTEMPTS]);
    console.info(`${cells} cells, ${done} done`);
    expect(disagreements).toEqual([]);
    expect(done).toBeGreaterThan(0);
    expect(await world.state()).toEqual(before);
  } finally {
    await world.close();
  }
});
