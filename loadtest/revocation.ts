/**
 * Revokes mandates while every sidecar is asked about them, calm and while something fails: how long until each denies.
 * Every answer of the load beside it is checked against the history of commits.
 * `npx tsx loadtest/revocation.ts [--calm 300] [--each 30] [--mandates 10000] [--seed 1] [--only calm] [--out FOLDER]`;
 * writes revocation.json, revocation.md and revocation.svg.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startProgress } from '../src/process/progress.ts';
import { diceFor, type Rig, startRig } from '../test/rig/rig.ts';
import { type LoadReport, underLoad } from '../test/rig/under-load.ts';
import { describeMachine } from './bench/processes.ts';
import { cpuTicks } from './revocation/cpu.ts';
import { findProbes } from './revocation/find-probes.ts';
import { PHASES, type Phase } from './revocation/phases.ts';
import { toSvg } from './revocation/plot.ts';
import { openProber, type Probe, type Prober, type Seen } from './revocation/probe.ts';
import { type PhaseResult, summarise, toTable } from './revocation/summary.ts';

const { values } = parseArgs({
  options: {
    calm: { type: 'string', default: '300' },
    each: { type: 'string', default: '30' },
    mandates: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
});
const seed = Number(values.seed);
const PROBES = 40;
/** Of the load: gentle, so that the processors have room. */
const LOAD = { connections: 2, pauseMs: 10, commitsPerSecond: 100 };

async function measurePhase(phase: Phase, rig: Rig, prober: Prober, probes: readonly Probe[]): Promise<PhaseResult> {
  const count = Number(phase.name === 'calm' ? values.calm : values.each);
  const dice = diceFor(seed, phase.name);
  const progress = startProgress({ label: phase.name, unit: 'revocations', total: count, screen: process.stderr });
  const before = cpuTicks();
  const seen: Seen[][] = [];
  for (let done = 0; done < count; done++) {
    const probe = probes[done % probes.length];
    if (probe === undefined) throw new Error('the register has no mandate to revoke');
    // Not in step with anything that is done at intervals.
    await sleep(20 + dice.next() * 60);
    seen.push(await prober.revoke(probe, () => phase.disturb(rig, dice), dice.next() * phase.withinMs));
    await phase.mend?.(rig);
    await prober.grantAgain(probe);
    progress.advance(1);
  }
  progress.end();
  const after = cpuTicks();
  const shareOf = (which: 'own' | 'busy') => (after[which] - before[which]) / (after.all - before.all);
  return summarise(phase, seen, { own: shareOf('own'), all: shareOf('busy') });
}

async function measureAll(rig: Rig): Promise<{ results: PhaseResult[]; load: LoadReport }> {
  const probes = await findProbes(rig, PROBES);
  const prober = await openProber(rig.postgres.url(), rig.sidecars);
  const results: PhaseResult[] = [];
  try {
    const load = await underLoad(rig, { ...LOAD, checkLater: true }, async () => {
      await sleep(2000);
      for (const phase of PHASES) {
        if (values.only === undefined || values.only === phase.name) {
          results.push(await measurePhase(phase, rig, prober, probes));
        }
      }
    });
    return { results, load };
  } finally {
    await prober.close();
  }
}

const world = { mandates: Number(values.mandates), questions: 2000 };
const rig = await startRig({ seed, world, sidecars: 3, syncs: 2, direct: true });
try {
  const { results, load } = await measureAll(rig);
  const machine = describeMachine();
  const setting = {
    ...{ mandates: world.mandates, sidecars: 3, seed, load: LOAD },
    measured: 'from COMMIT sent to the first denial received; each sidecar asked about every 2 ms',
  };
  writeFileSync(
    join(values.out, 'revocation.json'),
    `${JSON.stringify({ machine, setting, load, results })}\n`.replaceAll('{"phase"', '\n{"phase"'),
  );
  writeFileSync(
    join(values.out, 'revocation.svg'),
    toSvg(results, `${machine.cpu}, ${machine.cores} cores, commit ${machine.commit}`),
  );
  writeFileSync(join(values.out, 'revocation.md'), toTable(results));
  process.stdout.write(toTable(results));
  process.stdout.write(`${load.answers} answers of the load checked, ${load.violations.length} violations\n`);
  for (const { rule, says } of load.violations.slice(0, 5)) process.stdout.write(`${rule}: ${says}\n`);
  process.exitCode = load.violations.length === 0 ? 0 : 1;
} finally {
  await rig.close();
}
