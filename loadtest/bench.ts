/**
 * `npm run bench`: the sidecar beside a bare `node:http` constant and a Hono constant, in one interleaved run.
 * Options: --quick (short, 10 k mandates only), --seconds N, --rounds N, --sizes 10000,1000000, --out FOLDER.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startProgress } from '../src/process/progress.ts';
import { hasWrk, loadByClosedLoop, loadByWrk } from './bench/generators.ts';
import { type Measurement, summarise } from './bench/measurement.ts';
import { toSvg } from './bench/plot.ts';
import { cpuTimeUs, describeMachine, residentMiB } from './bench/processes.ts';
import { type Report, toMarkdown } from './bench/report.ts';
import { QUESTIONS, SEED, startSidecars } from './bench/sidecars.ts';
import { startConstants, type Target } from './bench/targets.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    sizes: { type: 'string' },
    out: { type: 'string' },
  },
});
const seconds = Number(values.seconds ?? (values.quick ? 2 : 5));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const sizes = (values.sizes ?? (values.quick ? '10000' : '10000,1000000')).split(',').filter(Boolean).map(Number);
const out = values.out ?? fileURLToPath(new URL('results', import.meta.url));

process.env.PATH = `${fileURLToPath(new URL('../.tools/bin', import.meta.url))}:${process.env.PATH}`;
const lifecycle = makeLifecycle();
const folder = mkdtempSync(join(tmpdir(), 'machtig-bench-'));
lifecycle.onClose('temporary folder', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => void lifecycle.close().finally(() => process.exit(130)));

interface Setup {
  target: Target;
  transport: 'tcp' | 'unix';
  connections: number;
}

/** Each run goes on where the one before it stopped. */
let nextQuestion = 0;

async function measure({ target, transport, connections }: Setup): Promise<Measurement> {
  const generator = transport === 'tcp' && hasWrk ? 'wrk' : 'closed-loop';
  const load = generator === 'wrk' ? loadByWrk : loadByClosedLoop;
  const before = await target.counters();
  const cpuBefore = cpuTimeUs(target.pid);
  const result = await load({
    target: transport === 'tcp' ? { port: target.port } : { socket: target.socket },
    connections,
    seconds,
    path: '/access/v1/evaluation',
    bodies: target.bodies,
    offset: nextQuestion,
  });
  nextQuestion += result.requests;
  const cpuUs = (cpuTimeUs(target.pid) - cpuBefore) / result.requests;
  const busyShare = (cpuUs * result.perSecond) / 1_000_000;
  const shares = target.shares(before, await target.counters());
  return { server: target.name, transport, connections, generator, ...result, cpuUs, busyShare, ...shares };
}

/** Until every question was asked twice, a minute at most: what is asked for the first time is nobody's cache hit. */
async function warm(target: Target): Promise<void> {
  const until = performance.now() + 60_000;
  for (let asked = 0; asked < 2 * QUESTIONS && performance.now() < until; ) {
    asked += (await measure({ target, transport: 'tcp', connections: 64 })).requests;
  }
}

async function measureAll(targets: readonly Target[]): Promise<Measurement[]> {
  const setups = targets.flatMap((target) =>
    (['tcp', 'unix'] as const).flatMap((transport) =>
      [1, 64].map((connections) => ({ target, transport, connections })),
    ),
  );
  const progress = startProgress({
    label: 'measure',
    unit: 'runs',
    total: setups.length * rounds,
    screen: process.stderr,
  });
  const runs: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const setup of setups) {
      runs.push(await measure(setup));
      progress.advance(1);
    }
  }
  progress.end();
  return runs;
}

try {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const constants = await startConstants(folder, lifecycle);
  const { sidecars, stacks } = await startSidecars(sizes, folder, lifecycle);
  const targets = [...constants, ...sidecars];
  const bodies = sidecars.at(-1)?.bodies;
  if (bodies !== undefined) for (const constant of constants) constant.bodies = bodies;
  for (const target of targets) await warm(target);
  const runs = await measureAll(targets);
  for (const [index, { pid }] of sidecars.entries()) {
    const stack = stacks[index];
    if (stack) stack.memoryMiB = Math.round(residentMiB(pid));
  }
  const setting = {
    seconds,
    rounds,
    seed: SEED,
    questions: '50,000 drawn, Zipf 1.0 over represented parties, asked in turn; each at least twice before',
    record: 'written',
    generator: hasWrk ? 'wrk on TCP, own closed loop on Unix' : 'own closed loop',
  };
  const report: Report = { machine: describeMachine(), setting, stacks, summary: summarise(runs), runs };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(
    join(out, 'bench.svg'),
    toSvg(report.summary, `${report.machine.cpu}, Node ${process.version}, commit ${report.machine.commit}`),
  );
  writeFileSync(join(out, 'bench.md'), toMarkdown(report));
  process.stdout.write(toMarkdown(report));
} finally {
  await lifecycle.close();
}
