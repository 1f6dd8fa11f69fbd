/**
 * `npm run bench`: the sidecar beside a bare `node:http` constant, a Hono constant and the other engines that are installed, in one
 * interleaved run: who answers what, how much each takes at most, and how long answers take below that.
 * `npm run bench -- --help` lists the options; what the figures mean stands in loadtest/README.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startProgress } from '../src/process/progress.ts';
import { type Agreement, compareAnswers } from './bench/agreement.ts';
import { type Field, noteIdleCpu, noteMemory, startField } from './bench/field.ts';
import { hasWrk } from './bench/generators.ts';
import { type CrossCheck, crossCheck, hasK6 } from './bench/k6.ts';
import { type Measurement, summarise, summariseRates, withoutAnswers } from './bench/measurement.ts';
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
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void lifecycle.close().finally(() => process.exit(130)));
}

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

async function measure(field: Field, plan: Plan) {
  const { rounds, seconds, openSeconds } = plan;
  await noteIdleCpu(field);
  const setups = field.targets.flatMap((target) => setupsOf(target, plan));
  const maxima = progressOf('at the maximum', setups.length * rounds);
  const runs = await measureMaxima(setups, { rounds, seconds, progress: maxima });
  maxima.end();
  const summary = summarise(runs);
  const rates = ratesOf(field.targets, summary, plan);
  const below = progressOf('below it', rates.length * rounds);
  const rateRuns = await measureRates(rates, { rounds, seconds: openSeconds, progress: below });
  below.end();
  noteMemory(field);
  return { summary, runs, rates: summariseRates(rateRuns), rateRuns };
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
    questions: `${questions.toLocaleString('en')} drawn, Zipf 1.0 over represented parties, asked in turn; each at least twice before`,
    sidecar: 'records `written`, else as it comes',
    generator: `${hasWrk ? 'wrk on TCP, own closed loop on Unix' : 'own closed loop'} at the maximum; own open model below it`,
  };
}

function write(report: Report, { out, quick }: Plan): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
  for (const [name, svg] of toPlots(report)) writeFileSync(join(out, name), svg);
  writeFileSync(join(out, 'bench.md'), toMarkdown(report));
  // Only what is kept is shown, and nobody should cite a short run.
  if (!quick && out === RESULTS) writeFileSync(PAGE, fillPage(readFileSync(PAGE, 'utf8'), report));
}

async function run(plan: Plan): Promise<void> {
  if (plan.build) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const machine = describeMachine();
  const field = await startField({ plan, folder, lifecycle });
  const agreements = await agree(field, plan);
  const measured = await measure(field, plan);
  const { servers } = field;
  const report: Report = {
    machine,
    setting: settingOf(plan),
    projections: field.projections.map(({ facts }) => facts),
    servers,
    leftOut: [...field.leftOut, ...withoutAnswers(measured.runs)],
    agreements,
    ...measured,
  };
  write(report, plan); // What took an hour is kept, whatever becomes of the profile.
  const waterfall = plan.profile ? await profile(field, measured.summary, plan) : undefined;
  const check = await besideK6(field, measured.summary, plan);
  const whole = { ...report, ...(waterfall && { waterfall }), ...(check && { crossCheck: check }) };
  write(whole, plan);
  process.stdout.write(toMarkdown(whole));
}

const plan = readPlan(process.argv.slice(2));
if ('help' in plan) process.stdout.write(plan.help);
else await run(plan).finally(() => lifecycle.close());
