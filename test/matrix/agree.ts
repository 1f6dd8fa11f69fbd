import { expect } from 'vitest';
import type { Attempt } from './attempt.ts';
import { runMatrix } from './run.ts';
import { startMatrixWorld } from './world.ts';

/** That exactly those succeed whom the table names, and that nothing stays of all these attempts. */
export async function expectToAgree(attempts: readonly Attempt[]): Promise<void> {
  const world = await startMatrixWorld();
  try {
    const before = await world.state();
    const { cells, done, disagreements } = await runMatrix(world, attempts);
    console.info(`${cells} cells, ${done} done`);
    expect(disagreements).toEqual([]);
    expect(done).toBeGreaterThan(0);
    expect(await world.state()).toEqual(before);
  } finally {
    await world.close();
  }
}
