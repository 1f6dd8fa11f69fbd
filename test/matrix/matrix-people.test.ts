import { expect, it } from 'vitest';
import { MANDATE_ATTEMPTS } from './mandate-attempts.ts';
import { runMatrix } from './run.ts';
import { startMatrixWorld } from './world.ts';

it('exactly those succeed whom the table names: acts on the mandates of citizens, wards and other organisations', {
  timeout: 600_000,
}, async () => {
  const world = await startMatrixWorld();
  try {
    const before = await world.state();
    const { cells, done, disagreements } = await runMatrix(
      world,
      MANDATE_ATTEMPTS.filter(({ facts }) => facts.represented !== 'molen'),
    );
    console.info(`${cells} cells, ${done} done`);
    expect(disagreements).toEqual([]);
    expect(done).toBeGreaterThan(0);
    expect(await world.state()).toEqual(before);
  } finally {
    await world.close();
  }
});
