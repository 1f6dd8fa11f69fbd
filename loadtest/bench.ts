/**
 * `npm run bench`: the sidecar beside a bare `node:http` constant, a Hono constant and the other engines that are installed, in one
 * interleaved run: who answers what, how much each takes at most, and how long answers take below that.
 * `npm run bench -- --help` lists the options; what the figures mean stands in loadtest/README.md.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toError } from '../src/domain/errors.ts';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startProgress } from '../src/process/progress.ts';
import { type Agreement, compareAnswers } from './bench/agreement.ts';
import { type Field, noteIdleCpu, noteMemory, startField } from './bench/field.ts';
import { hasWrk } from './bench/generators.ts';
import { type CrossCheck, crossCheck, hasK6 } from './bench/k6.ts';
import { type Measurement, summarise, summariseRates, withoutAnswers } from './bench/measurement.ts';
import { mergeReports } from './bench/merge.ts';
import { takeTurns } from './bench/one-at-a-time.ts';
import { fillPage } from './bench/page.ts';
import { type Plan, RESULTS, readPlan } from './bench/plan.ts';
import { toPlots } from './bench/plots.ts';
import { describeMachine } from './bench/processes.ts';
import { ratesOf } from './bench/rates.ts';
import { type Report, toMarkdown } from './bench/report.ts';
import { measureMaxima, measureRates, setupsOf } from './bench/saturate.ts';
import { SEED } from './bench/sidecars.ts';
import { profileSidecar, type Waterfall } from './bench/waterfall.ts';

process.env.PATH = `${fileURLToPath(new URL('../.tools/bin', import.meta.url))}:${process.env.PATH}`;
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const lifecycle = makeLifecycle();
const folder = mkdtempSync(join(tmpdir(), 'machtig-bench-'));
lifecycle.onClose('temporary folder', () => rmSync(folder, { recursive: true, force: true }));
let interrupted = false;

/** A terminal, npm and tsx may each pass the signal on: the first counts, and none of them may end us before all is closed. */
function interrupt(): void {
  if (interrupted) return;
  interrupted = true;
  process.exitCode = 130;
  void lifecycle.close().finally(() => process.exit());
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

const progressOf = (label: string, total: number) =>
  startProgress({ label, unit: 'runs', total, screen: process.stderr });

async function agree({ circles }: Field, plan: Plan): Promise<Agreement[]> {
  const agreements: Agreement[] = [];
  for (const { sidecar, others } of circles) {
    process.stderr.write(`questions: ask ${sidecar.name} and ${others.length} others\n`);
    agreements.push(...(await compareAnswers(sidecar, others, plan.questions)));
  }
  return agreements;
}

type Keep = (found: Partial<Report>) => void;

async function measure(field: Field, plan: Plan, keep: Keep): Promise<Measurement[]> {
  const { rounds, seconds, openSeconds } = plan;
  await noteIdleCpu(field);
  const turns = takeTurns(field.targets);
  lifecycle.onClose('whoever stands still', turns.end);
  const setups = field.targets.flatMap((target) => setupsOf(target, plan));
  const maxima = progressOf('at the maximum', setups.length * rounds);
  const summary = summarise(
    await measureMaxima(setups, {
      rounds,
      seconds,
      turns,
      progress: maxima,
      keep: (runs) => keep({ runs: [...runs], summary: summarise(runs) }),
    }),
  );
  maxima.end();
  const rates = ratesOf(field.targets, summary, plan);
  const below = progressOf('below it', rates.length * rounds);
  await measureRates(rates, {
    rounds,
    seconds: openSeconds,
    turns,
    progress: below,
    keep: (runs) => keep({ rateRuns: [...runs], rates: summariseRates(runs) }),
  });
  below.end();
  turns.end();
  noteMemory(field);
  return summary;
}

/** Of the smallest register: there, nothing but the decision itself is in the way. */
async function profile(field: Field, summary: readonly Measurement[], plan: Plan): Promise<Waterfall | undefined> {
  const [projection] = field.projections;
  const sidecar = field.circles[0]?.sidecar;
  const row = summary.find(({ server, connections }) => server === sidecar?.name && connections === 64);
  if (projection === undefined || sidecar === undefined || row === undefined) return undefined;
  process.stderr.write('profile: where the time goes\n');
  return profileSidecar({ plan, folder, lifecycle }, { projection, bodies: sidecar.bodies, row });
}

async function besideK6(field: Field, summary: readonly Measurement[], plan: Plan): Promise<CrossCheck | undefined> {
  const sidecar = field.circles[0]?.sidecar;
  const row = summary.find(({ server, connections }) => server === sidecar?.name && connections === 64);
  if (sidecar === undefined || row === undefined || !hasK6()) return undefined;
  process.stderr.write('k6: the same rate by another generator\n');
  return crossCheck(sidecar, { maximum: row.perSecond, seconds: plan.openSeconds, folder });
}

function settingOf({ seconds, openSeconds, rounds, questions }: Plan): Report['setting'] {
  return {
    'seconds at the maximum': seconds,
    'seconds at a rate below it': openSeconds,
    rounds,
    seed: SEED,
    questions: `${questions.toLocaleString('en')} drawn, Zipf 1.0 over represented parties; each asked at least twice before`,
    'order of asking':
      'independent draws from those, seeded by seed, setup and round: the same stream for every server',
    sidecar: 'records `written`, else as it comes',
    sync: 'does not compare Redis with PostgreSQL meanwhile',
    generator: `${hasWrk ? 'wrk on TCP, own closed loop on Unix' : 'own closed loop'} at the maximum; own open model below it`,
  };
}

const write = (plan: Plan, name: string, text: string) => writeFileSync(join(plan.out, name), text);
const asJson = (report: Report) => `${JSON.stringify(report, null, 2)}\n`;
const SIZES = join(RESULTS, 'sizes.json');
const PARTIAL = 'bench.partial.json';

/** What stands in a file of its own beside the others. */
function withSizes(report: Report): Report {
  return existsSync(SIZES) ? { ...report, sizes: JSON.parse(readFileSync(SIZES, 'utf8')) } : report;
}

function writeReport(measured: Report, plan: Plan): void {
  write(plan, 'bench.json', asJson(measured));
  const report = withSizes(measured);
  for (const [name, svg] of toPlots(report)) write(plan, name, svg);
  write(plan, 'bench.md', toMarkdown(report));
  // Only what is kept is shown, and nobody should cite a short run.
  if (!plan.quick && plan.out === RESULTS) writeFileSync(PAGE, fillPage(readFileSync(PAGE, 'utf8'), report));
  rmSync(join(plan.out, PARTIAL), { force: true });
}

/** What the rest can do without: why it is missing is said in its place. */
async function attempt<T>(what: string, leftOut: Report['leftOut'], act: () => Promise<T>): Promise<T | undefined> {
  return act().catch((thrown: unknown) => {
    if (!interrupted) leftOut.push({ server: what, why: toError(thrown).message.split('\n', 1)[0] ?? '' });
    return undefined;
  });
}

async function run(plan: Plan): Promise<Report> {
  if (plan.build) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const machine = describeMachine();
  const field = await startField({ plan, folder, lifecycle });
  const { servers, leftOut } = field;
  const projections = field.projections.map(({ facts }) => facts);
  const nothing = { agreements: [], summary: [], rates: [], runs: [], rateRuns: [] };
  let report: Report = { machine, setting: settingOf(plan), projections, servers, leftOut, ...nothing };
  const keep: Keep = (found) => {
    report = { ...report, ...found };
    write(plan, PARTIAL, asJson(report));
  };
  keep({ agreements: await agree(field, plan) });
  // Whoever writes a record would wait for what filling the registers has left to be written.
  spawnSync('sync');
  const summary = await measure(field, plan, keep);
  keep({ leftOut: [...leftOut, ...withoutAnswers(report.runs)] });
  writeReport(report, plan); // What took an hour is kept, whatever becomes of the rest.
  await field.stopOthers();
  const waterfall = plan.profile
    ? await attempt('where the time goes', report.leftOut, () => profile(field, summary, plan))
    : undefined;
  const check = await attempt('k6', report.leftOut, () => besideK6(field, summary, plan));
  return { ...report, ...(waterfall && { waterfall }), ...(check && { crossCheck: check }) };
}

function merge(plan: Plan): Report {
  const [first, ...others] = plan.merge.map((file): Report => JSON.parse(readFileSync(file, 'utf8')));
  if (first === undefined) throw new Error('there is nothing to put together');
  return mergeReports(first, others);
}

async function begin(plan: Plan): Promise<void> {
  mkdirSync(plan.out, { recursive: true });
  const report = plan.merge.length > 0 ? merge(plan) : await run(plan);
  writeReport(report, plan);
  process.stdout.write(toMarkdown(withSizes(report)));
}

const plan = readPlan(process.argv.slice(2));
if ('help' in plan) process.stdout.write(plan.help);
else {
  await begin(plan)
    .catch((thrown: unknown) => {
      if (!interrupted) throw thrown;
    })
    .finally(() => lifecycle.close());
}
