import { setTimeout as sleep } from 'node:timers/promises';
import { diceFor, type Rig } from '../rig/rig.ts';
import { type LoadReport, underLoad } from '../rig/under-load.ts';
import { eventually } from '../support/eventually.ts';
import { makeStage, type Scenario } from './scenario.ts';

export interface Outcome {
  scenario: string;
  seed: number;
  /** How often the fault happened. */
  strikes: number;
  /** From when everything was well again until every sidecar said that it was fresh, ms. */
  recoveredInMs: number;
  report: LoadReport;
}

/** So many answers before that every sidecar has answered, and so long behind that everybody was asked again. */
const ANSWERS_BEFORE = 50;
const AFTER_MS = 400;

/** One run of one fault under load, on a rig that is well, and is well again when it resolves. */
export async function runScenario(rig: Rig, scenario: Scenario, seed: number): Promise<Outcome> {
  const dice = diceFor(seed, scenario.name);
  let strikes = 0;
  let recoveredInMs = 0;
  const report = await underLoad({ ...rig, seed }, { skewMs: scenario.skewMs ?? 0 }, async (load) => {
    await eventually('the load has begun', () => load.tally.answers >= ANSWERS_BEFORE);
    await scenario.strike(makeStage(rig, load, dice, () => strikes++));
    const healingSince = performance.now();
    await rig.heal();
    recoveredInMs = performance.now() - healingSince;
    await sleep(AFTER_MS);
  });
  return { scenario: scenario.name, seed, strikes, recoveredInMs, report };
}

/** What makes a run no proof: nobody was allowed or denied anything, nothing was committed, or nothing happened. */
export function emptiness({ strikes, report }: Outcome, scenario: Scenario): string | undefined {
  if (strikes === 0) return 'the fault did not happen';
  if (report.allows === 0 || report.denials === 0) return `${report.allows} allows, ${report.denials} denials`;
  if (report.commits.committed === 0) return 'nothing was committed';
  if (report.commits.failed > 0 && !scenario.stopsWriters) return `${report.commits.failed} commits failed`;
  return undefined;
}
