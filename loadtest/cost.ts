/**
 * `npm run check:cost`: what a decision of the built sidecar costs, as a multiple of what a bare `node:http` constant costs in
 * the same run, against the committed baseline. In instructions where the machine counts them, else in CPU time beside the
 * program of the baseline's commit.
 * Options: --save (append this run to the history: it becomes the baseline), --rounds N, --no-build.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { buildAt } from './bench/baseline.ts';
import { type CostEntry, type CostHistory, judgeCost, trendText } from './bench/cost-history.ts';
import { countsInstructions, startCounting } from './bench/counting.ts';
import { loadByClosedLoop } from './bench/generators.ts';
import { median } from './bench/measurement.ts';
import { describeMachine } from './bench/processes.ts';
import { SEED, type SidecarTargetOptions, startSidecarTarget, writeQuestions } from './bench/sidecars.ts';
import { startProjection, startRegisters } from './bench/stack.ts';
import { startConstants, type Target } from './bench/targets.ts';

const { values } = parseArgs({
  options: {
    save: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    'no-build': { type: 'boolean', default: false },
  },
});
const MANDATES = 10_000;
const QUESTIONS = 10_000;
const CONNECTIONS = 16;
const HISTORY = fileURLToPath(new URL('results/cost.json', import.meta.url));

process.env.PATH = `${fileURLToPath(new URL('../.tools/bin', import.meta.url))}:${process.env.PATH}`;
const lifecycle = makeLifecycle();
const folder = mkdtempSync(join(tmpdir(), 'machtig-cost-'));
lifecycle.onClose('temporary folder', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void lifecycle.close().finally(() => process.exit(130)));
}

interface Cost {
  cpuUs: number;
  instructions?: number;
}

/** Per request, over so many requests; undefined when one was refused: refusals are cheaper than decisions. */
async function measure(target: Target, requests: number): Promise<Cost | undefined> {
  const { port, path, bodies, markers } = target;
  const stop = startCounting(target.pids());
  const load = await loadByClosedLoop({
    target: { port },
    connections: CONNECTIONS,
    seconds: 30,
    path,
    bodies,
    offset: 0,
    markers,
    requests,
  });
  const { cpuUs, instructions } = await stop();
  if (load.errors > 0) {
    process.stderr.write(
      `${target.name}: ${load.errors} of ${load.requests} answers were errors; this round does not count\n`,
    );
    return undefined;
  }
  return {
    cpuUs: cpuUs / load.requests,
    ...(instructions && { instructions: (instructions.user + instructions.kernel) / load.requests }),
  };
}

/** The middle of several rounds: neighbours add to some, and a burst of the processor's clock takes from others. @throws Error when none counts */
function middle(name: string, all: readonly (Cost | undefined)[]): Cost {
  const rounds = all.filter((round) => round !== undefined);
  if (rounds.length === 0) throw new Error(`${name}: no round without errors; the machine is too busy to tell`);
  const instructions = rounds.flatMap((round) => round.instructions ?? []);
  return {
    cpuUs: median(rounds.map(({ cpuUs }) => cpuUs)),
    ...(instructions.length > 0 && { instructions: median(instructions) }),
  };
}

async function compare(bare: Target, sidecar: Target, baseline: Target | undefined): Promise<CostEntry> {
  const all = [
    { target: bare, requests: 2 * QUESTIONS },
    { target: sidecar, requests: QUESTIONS },
    ...(baseline ? [{ target: baseline, requests: QUESTIONS }] : []),
  ];
  for (const { target } of all) for (let asked = 0; asked < 3; asked++) await measure(target, QUESTIONS);
  const rounds = all.map((): (Cost | undefined)[] => []);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, { target, requests }] of all.entries()) rounds[i]?.push(await measure(target, requests));
  }
  const [floor, ours, before] = all.map(({ target }, i) => middle(target.name, rounds[i] ?? []));
  if (floor === undefined || ours === undefined) throw new Error('nothing was measured');
  const { commit, at, node, cpu } = describeMachine();
  const pair = (of: number, beside: number) => ({ bare: of, sidecar: beside, ratio: beside / of });
  return {
    at,
    commit,
    node,
    machine: cpu,
    cpuUs: pair(floor.cpuUs, ours.cpuUs),
    ...(before && { baselineCpuUs: before.cpuUs }),
    ...(floor.instructions &&
      ours.instructions && { instructions: pair(Math.round(floor.instructions), Math.round(ours.instructions)) }),
  };
}

/** The program of the last entry; where it cannot be run (a shallow clone, another layout of what it reads) the run says so. */
async function startBaseline(options: SidecarTargetOptions, history: CostHistory): Promise<Target | undefined> {
  const commit = history.entries.at(-1)?.commit;
  if (commit === undefined || countsInstructions) return undefined;
  try {
    const program = buildAt(commit, join(folder, 'baseline'));
    return await startSidecarTarget({ ...options, name: 'baseline', label: 'baseline', program, patienceMs: 30_000 });
  } catch (thrown) {
    process.stderr.write(`${commit} cannot be measured beside this one: ${thrown}\n`);
    return undefined;
  }
}

async function run(history: CostHistory): Promise<CostEntry> {
  if (!values['no-build']) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const [bare] = await startConstants({ names: ['bare'], folder, lifecycle, cpu: 0 });
  if (bare === undefined) throw new Error('the bare server did not start');
  const createRegister = await startRegisters(lifecycle);
  const databaseUrl = await createRegister(MANDATES);
  const projection = await startProjection({ mandates: MANDATES, seed: SEED, databaseUrl, folder, lifecycle });
  const bodies = writeQuestions(folder, { mandates: MANDATES, count: QUESTIONS });
  const options = {
    name: 'sidecar',
    label: 'cost',
    projection,
    folder,
    lifecycle,
    cpu: 0,
    bodies,
    // What is asked is what a decision costs: a busy machine must not turn decisions into refusals.
    env: { MACHTIG_SHED_AFTER_MS: '10000' },
  };
  const sidecar = await startSidecarTarget(options);
  return compare({ ...bare, bodies }, sidecar, await startBaseline(options, history));
}

try {
  const history: CostHistory = existsSync(HISTORY) ? JSON.parse(readFileSync(HISTORY, 'utf8')) : { entries: [] };
  const entry = await run(history);
  const { held, text } = judgeCost(entry, history);
  const entries = [...history.entries, entry];
  process.stdout.write(`${trendText(entries)}\n${text}\n`);
  if (values.save) writeFileSync(HISTORY, `${JSON.stringify({ ...history, entries }, null, 2)}\n`);
  else if (!held) process.exitCode = 1;
} finally {
  await lifecycle.close();
}
