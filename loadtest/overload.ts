/**
 * What a sidecar does with more than it can do: goodput and latency against offered load, with and without shedding; and
 * how long its event loop stands still under attack. `npx tsx loadtest/overload.ts [--seconds 4] [--connections 1000]`;
 * writes loadtest/results/overload.{json,svg}. Needs `npm run build`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { lineChart } from './bench/chart.ts';
import { loadByClosedLoop } from './bench/generators.ts';
import { describeMachine, pinned, residentMiB } from './bench/processes.ts';
import { SEED, writeQuestions } from './bench/sidecars.ts';
import { type RunningSidecar, startProjection, startRegisters, startSidecar } from './bench/stack.ts';
import { EVALUATION } from './bench/targets.ts';
import { ATTACKS } from './overload/attacks.ts';
import { watchHealth } from './overload/health.ts';

const { values } = parseArgs({
  options: {
    mandates: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '1000' },
  },
});
const mandates = Number(values.mandates);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
/** Of what it can do at most. */
const SHARES = [0.5, 0.8, 1, 1.2, 1.6, 2.4, 3];
const run = promisify(execFile);
const GENERATOR = join(import.meta.dirname, 'overload/generator.ts');
const lifecycle = makeLifecycle();

interface Offered {
  offered: number;
  goodput: number;
  refusedPerSecond: number;
  latency: { p50Us: number; p99Us: number; maxUs: number };
  refusal: { p50Us: number; p99Us: number; maxUs: number };
  unanswered: number;
  broken: number;
}

const say = (text: string) => process.stderr.write(`${text}\n`);
let offset = 0;

async function offer({ port, opsPort, child }: RunningSidecar, bodies: string, rate: number) {
  const options = { target: { port }, path: EVALUATION, bodies, connections, seconds, warmSeconds: 1, offset, rate };
  offset += 50_000;
  const health = watchHealth(opsPort);
  const [program, args] = pinned(process.execPath, ['--import', 'tsx', GENERATOR, JSON.stringify(options)], 1);
  const { stdout } = await run(program, args);
  const found = JSON.parse(stdout) as Offered; // What the generator prints.
  const more = { ...(await health.end()), residentMiB: Math.round(residentMiB(child.pid)) };
  say(
    `  ${Math.round(rate)}/s offered: ${found.goodput}/s answered, p99 ${(found.latency.p99Us / 1000).toFixed(1)} ms; ` +
      `${found.refusedPerSecond}/s refused, p99 ${(found.refusal.p99Us / 1000).toFixed(1)} ms; health ${JSON.stringify(more)}`,
  );
  return { ...found, ...more };
}

/** Answers a second, asked until it does not rise any more: a program that has just begun is compiled while it answers. */
async function mostOf({ port }: RunningSidecar, bodies: string): Promise<number> {
  const closed = { target: { port }, path: EVALUATION, bodies, offset: 0, connections: 64, seconds: 3 };
  let most = 0;
  for (let round = 0; round < 12; round++) {
    const { perSecond } = await loadByClosedLoop(closed);
    if (perSecond < 1.05 * most) return Math.max(perSecond, most);
    most = perSecond;
  }
  return most;
}

const folder = await mkdtemp(join(tmpdir(), 'machtig-overload-'));
lifecycle.onClose('the folder', () => rm(folder, { recursive: true, force: true }));
try {
  const makeRegister = await startRegisters(lifecycle);
  const databaseUrl = await makeRegister(mandates);
  const projection = await startProjection({ mandates, seed: SEED, databaseUrl, folder, lifecycle });
  const bodies = writeQuestions(folder, { mandates, count: 50_000 });
  const common = { projection, folder, lifecycle, cpu: 0 };
  const kinds = { shedding: {}, 'not shedding': { MACHTIG_SHED_AFTER_MS: '10000' } };
  const curves: Record<string, Awaited<ReturnType<typeof offer>>[]> = {};
  let most = 0;
  for (const [name, env] of Object.entries(kinds)) {
    const sidecar = await startSidecar({ ...common, label: name.replaceAll(' ', '-'), env });
    const found = await mostOf(sidecar, bodies);
    if (most === 0) most = found;
    say(`${name}: at most ${Math.round(found)}/s`);
    curves[name] = [];
    for (const share of [...SHARES, 0.5]) curves[name].push(await offer(sidecar, bodies, most * share));
    await sidecar.child.stop();
  }
  const attacked = await startSidecar({ ...common, label: 'attacked' });
  const attacks: Record<string, object> = {};
  for (const [name, attack] of Object.entries(ATTACKS)) {
    const health = watchHealth(attacked.opsPort);
    const before = residentMiB(attacked.child.pid);
    const came = await attack(attacked.port);
    const memory = { fromMiB: Math.round(before), toMiB: Math.round(residentMiB(attacked.child.pid)) };
    attacks[name] = { ...(await health.end()), ...memory, came };
    say(`${name}: ${JSON.stringify(attacks[name])}`);
  }
  const result = {
    machine: describeMachine(),
    mandates,
    connections,
    seconds,
    most: Math.round(most),
    curves,
    attacks,
  };
  const file = (ending: string) => join(import.meta.dirname, `results/overload.${ending}`);
  await writeFile(file('json'), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(file('svg'), draw(curves, most));
} finally {
  await lifecycle.close();
}

function draw(curves: Record<string, Awaited<ReturnType<typeof offer>>[]>, at: number): string {
  const lines = Object.entries(curves).flatMap(([name, points]) => {
    const rising = points.slice(0, SHARES.length);
    return [
      { name: `goodput/s, ${name}`, points: rising.map(({ offered, goodput }) => [offered, goodput] as const) },
      { name: `p99 in µs, ${name}`, points: rising.map(({ offered, latency }) => [offered, latency.p99Us] as const) },
    ];
  });
  return lineChart({
    title: 'What comes out of what comes in',
    subtitle: `One sidecar on one core that can do ${Math.round(at)}/s; open model over ${connections} connections`,
    x: { label: 'requests offered a second', log: false },
    y: { label: 'answers a second; p99 of what was accepted, µs', log: true },
    series: lines,
  });
}
