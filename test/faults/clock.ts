import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { untilFresh } from '../rig/program.ts';
import { restart, type Scenario, type Stage, times } from './scenario.ts';

const SHIFT = join(import.meta.dirname, 'clock-shift.mjs');

/** The wall clock of one process: the monotonic one cannot be set. */
export const CLOCK: readonly Scenario[] = [
  {
    name: 'clock of a sidecar jumps',
    does: 'Its wall clock is set back and forward by up to an hour, and right again, at moments of chance.',
    sees: '`clock_skewed` from the first question on; answers again half a second after the clock is right.',
    // What it may be off without being noticed.
    skewMs: 1100,
    strike: (stage) => jump(stage, () => (stage.dice.next() < 0.5 ? -1 : 1) * stage.dice.next() ** 3 * 3_600_000),
  },
  {
    name: 'clock of a sidecar jumps by seconds',
    does: 'The same by up to five seconds: within the bound of staleness.',
    sees: 'The same beyond one second; within it the rules read a clock that is off by so much.',
    skewMs: 1100,
    strike: (stage) => jump(stage, () => (stage.dice.next() * 2 - 1) * 5000),
  },
  {
    name: 'clock of a sidecar drifts',
    does: 'It goes wrong by a tenth of a second every fifth of a second, up to two seconds.',
    sees: 'The same, once it is more than a second off the clock of Redis.',
    skewMs: 1100,
    async strike(stage) {
      const step = stage.dice.next() < 0.5 ? -100 : 100;
      let off = 0;
      await shifted(stage, 20, 200, () => (off += step));
    },
  },
];

const jump = (stage: Stage, byMs: () => number) => shifted(stage, 5, 600, byMs);

/** A sidecar that runs with a clock of its own: wrong by `offMs`, then right, so often. */
async function shifted(stage: Stage, often: number, forMs: number, offMs: () => number): Promise<void> {
  const { rig, sidecar, wait, struck } = stage;
  const one = sidecar();
  const file = join(rig.folder, 'clock-shift');
  await writeFile(file, '0');
  await restart(one, { NODE_OPTIONS: `--import ${SHIFT}`, CLOCK_SHIFT_FILE: file });
  await untilFresh(one);
  for (const _ of times(often)) {
    await writeFile(file, String(Math.round(offMs())));
    struck();
    await wait(forMs / 3, forMs);
    if (often > 10) continue;
    await writeFile(file, '0');
    await wait(forMs, forMs * 1.5);
  }
  await restart(one);
}
