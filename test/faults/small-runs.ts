import { afterAll, afterEach, beforeAll, expect, it, onTestFailed } from 'vitest';
import { type Rig, startRig } from '../rig/rig.ts';
import { RIGS } from './rigs.ts';
import { emptiness, runScenario } from './run.ts';
import type { Scenario } from './scenario.ts';

const SEED = 1;

/**
 * Runs each fault once, on one rig; `npm run faults` runs them many times, with other seeds and those that take long.
 * @returns the rig, for tests that look at what they left behind
 */
export function testOnce(scenarios: readonly Scenario[]): () => Rig {
  let rig: Rig | undefined;
  const open = async () => {
    const kind = RIGS[scenarios[0]?.on ?? 'plain'];
    rig = await startRig({ seed: SEED, sidecars: 2, syncs: 2, maxStalenessMs: 2000, ...kind });
  };
  const close = async () => {
    await rig?.close();
    rig = undefined;
  };
  function there(): Rig {
    if (rig === undefined) throw new Error('there is no rig');
    return rig;
  }

  beforeAll(open, 240_000);
  afterAll(close);
  // What one fault left behind is not to be blamed on the next.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await close();
    await open();
  }, 240_000);

  for (const scenario of scenarios.filter(({ isLong }) => isLong !== true)) {
    it.skipIf(scenario.needs?.())(
      scenario.name,
      async () => {
        const rig = there();
        const processes = [...rig.syncs, ...rig.sidecars];
        onTestFailed(() => {
          for (const { name, output } of processes) process.stderr.write(`--- ${name}\n${output().slice(-1500)}\n`);
        });
        const outcome = await runScenario(rig, scenario, SEED);
        expect(outcome.report.violations).toEqual([]);
        expect(emptiness(outcome, scenario)).toBeUndefined();
      },
      120_000,
    );
  }
  return there;
}
