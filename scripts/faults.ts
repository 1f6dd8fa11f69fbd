/**
 * `npm run faults`: does to real processes under load whatever may go wrong, and checks every answer. `npm run faults -- --help` lists the
 * options and the faults.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../loadtest/bench/processes.ts';
import { startProgress } from '../src/process/progress.ts';
import { SCENARIOS } from '../test/faults/all.ts';
import { expectedOf } from '../test/faults/expected.ts';
import { addResults, type FaultResults, faultsPage, joinResults } from '../test/faults/page.ts';
import { RIGS, type RigKind } from '../test/faults/rigs.ts';
import { emptiness, runScenario } from '../test/faults/run.ts';
import type { Scenario } from '../test/faults/scenario.ts';
import { addOutcome, emptyTally, type FaultTally } from '../test/faults/tally.ts';
import { type Rig, startRig } from '../test/rig/rig.ts';
import { runLanes } from './faults-lanes.ts';

const HELP = `npm run faults -- [options]
Writes loadtest/results/faults.json and docs/faults.md, anew after each run.
  --only PATTERN     only the faults whose names fit, and nothing is written …
  --add              … but these, in the place of what was known of them
  --runs N           each fault so often (default 1)
  --minutes M        so long instead, each fault once at least
  --seed S           the first seed (default 1); the same seed does the same
  --lanes L          so many at the same time
  --partitions P     of the projection
  --program FILE     such as dist/main.js, instead of the sources
  --no-save          writes nothing
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '1' },
    /** Of a lane: where its results go. */
    results: { type: 'string' },
    partitions: { type: 'string', default: '1' },
    program: { type: 'string' },
    'no-save': { type: 'boolean', default: false },
    add: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(`${HELP}\n${SCENARIOS.map(({ name }) => name).join('\n')}\n`);
  process.exit();
}

const MAX_STALENESS_MS = 2000;
const RESULTS = 'loadtest/results/faults.json';
const firstSeed = Number(values.seed);
const known: FaultResults | undefined = values.add ? JSON.parse(readFileSync(RESULTS, 'utf8')) : undefined;
const only = new RegExp(values.only, 'i');
const chosen = SCENARIOS.filter(({ name, needs }) => only.test(name) && needs?.() === undefined);
const tallies = new Map<Scenario, FaultTally>(chosen.map((one) => [one, emptyTally(one.name)]));
let rig: Rig | undefined;
let rigKind: RigKind | undefined;

/** One at a time: what is of another kind gives way. */
async function rigOf(kind: RigKind): Promise<Rig> {
  if (rig !== undefined && rigKind === kind) return rig;
  await rig?.close();
  rig = undefined;
  const { env, ...options } = RIGS[kind];
  rig = await startRig({
    ...{ seed: firstSeed, sidecars: 2, syncs: 2, maxStalenessMs: MAX_STALENESS_MS },
    env: { MACHTIG_PARTITIONS: values.partitions, ...env },
    ...options,
    ...(values.program !== undefined && { program: resolve(values.program) }),
  });
  rigKind = kind;
  return rig;
}

async function run(scenario: Scenario, tally: FaultTally, seed: number): Promise<void> {
  try {
    const well = await rigOf(scenario.on ?? 'plain');
    const outcome = await runScenario(well, scenario, seed);
    addOutcome(tally, outcome);
    const why = emptiness(outcome, scenario);
    if (why !== undefined) tally.failures.push({ seed, why });
    for (const violation of outcome.report.violations.slice(0, 3)) {
      tell(`${violation.rule}: ${violation.says} ${JSON.stringify(expectedOf(well, violation))}`, scenario, seed);
    }
  } catch (thrown) {
    tally.failures.push({ seed, why: String(thrown) });
    tell(String(thrown), scenario, seed);
    for (const { name, output } of [...(rig?.syncs ?? []), ...(rig?.sidecars ?? [])]) tell(`${name}\n${output()}`);
    // What it left behind is not to be blamed on the next.
    await rig?.close().catch(() => {});
    rig = undefined;
  }
}

function tell(what: string, scenario?: Scenario, seed?: number): void {
  process.stderr.write(`${scenario ? `!! ${scenario.name} (--seed ${seed}): ` : ''}${what}\n`);
}

/** After each run: what was done before somebody stops it counts as well. */
function save(): void {
  const found = [...tallies.values()].filter(({ runs, failures }) => runs + failures.length > 0);
  const fresh = { machine, seed: firstSeed, minutes: minutes(), maxStalenessMs: MAX_STALENESS_MS, tallies: found };
  if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(fresh));
  else publish(fresh);
}

function publish(fresh: FaultResults): void {
  if (values['no-save'] || (values.only !== '' && !values.add)) return;
  const results = known === undefined ? fresh : addResults(known, fresh);
  results.minutes = Math.round(results.minutes * 10) / 10;
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync('docs/faults.md', faultsPage(SCENARIOS, results));
}

// Processes of a rig outlive it otherwise.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void (rig?.close() ?? Promise.resolve()).finally(() => process.exit(130)));
}

const machine = describeMachine();
const began = performance.now();
const minutes = () => (performance.now() - began) / 60_000;
const isOver = (round: number) =>
  values.minutes === undefined ? round >= Number(values.runs) : minutes() >= Number(values.minutes);

async function runAll(): Promise<FaultTally[]> {
  const total = values.minutes === undefined ? chosen.length * Number(values.runs) : undefined;
  const progress = startProgress({ label: 'faults', unit: 'runs', screen: process.stderr, ...(total && { total }) });
  for (let round = 0; !isOver(round); round++) {
    for (const [scenario, tally] of tallies) {
      if (round > 0 && isOver(round)) break;
      await run(scenario, tally, firstSeed + round);
      save();
      progress.advance(1);
    }
  }
  progress.end();
  await rig?.close();
  return [...tallies.values()];
}

async function runBeside(lanes: number): Promise<FaultTally[]> {
  const joined = joinResults(await runLanes(lanes, firstSeed));
  publish({ ...joined, machine });
  return [...joined.tallies];
}

const lanes = Number(values.lanes);
const ended = lanes > 1 ? await runBeside(lanes) : await runAll();
for (const { scenario, runs, strikes, answers, allows, violations, failures } of ended) {
  process.stdout.write(
    `${scenario}: ${runs} runs, ${strikes} faults, ${answers} answers (${allows} allows), ${violations.length} wrong, ${failures.length} failed\n`,
  );
}
process.exitCode = ended.some((one) => one.violations.length + one.failures.length > 0) ? 1 : 0;
