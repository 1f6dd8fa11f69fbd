/**
 * What a larger register costs in latency: a sidecar over each size, held at one rate by an open model, in turn, for windows so long that each
 * holds several full collections (one every ten seconds or so is the p99 of whoever has it in a short window).
 * `npm run build && npx tsx loadtest/sizes.ts [--sizes 10000,10000000] [--rounds 3] [--seconds 60] [--out FOLDER]`; writes sizes.json.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startProgress } from '../src/process/progress.ts';
import { takeTurns } from './bench/one-at-a-time.ts';
import { describeMachine } from './bench/processes.ts';
import { measureMaximum, measureRate } from './bench/saturate.ts';
import { SEED, type SidecarTarget, startSidecarTarget, writeQuestions } from './bench/sidecars.ts';
import { judgeSizes, roundsThatCount, type SizeWindow } from './bench/sizes-verdict.ts';
import { startProjection, startRegisters } from './bench/stack.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,10000000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '60' },
    out: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
});
const sizes = values.sizes.split(',').map(Number);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const SERVER_CPU = 0;
const CONNECTIONS = 64;
const QUESTIONS = 50_000;
/** So many rounds are tried for each that is to count. */
const TRIES = 4;

process.env.PATH = `${join(import.meta.dirname, '../.tools/bin')}:${process.env.PATH}`;
const lifecycle = makeLifecycle();
const folder = mkdtempSync(join(tmpdir(), 'machtig-sizes-'));
lifecycle.onClose('temporary folder', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void lifecycle.close().finally(() => process.exit(130)));
}

async function startAll(): Promise<SidecarTarget[]> {
  const createRegister = await startRegisters(lifecycle);
  const targets: SidecarTarget[] = [];
  for (const mandates of sizes) {
    const databaseUrl = await createRegister(mandates);
    const projection = await startProjection({ mandates, seed: SEED, databaseUrl, folder, lifecycle });
    const bodies = writeQuestions(folder, { mandates, count: QUESTIONS });
    const name = `sidecar, ${mandates.toLocaleString('en')}`;
    const options = { name, label: String(mandates), projection, folder, lifecycle, cpu: SERVER_CPU, bodies };
    targets.push(await startSidecarTarget(options));
  }
  return targets;
}

/** What each takes at most, asked until it is warm; the rate for all is half of the least. */
async function rateForAll(
  targets: readonly SidecarTarget[],
  turnTo: (target: SidecarTarget) => Promise<void>,
): Promise<number> {
  const maxima: number[] = [];
  for (const target of targets) {
    await turnTo(target);
    const setup = { target, transport: 'tcp' as const, connections: CONNECTIONS, asked: 'half' as const };
    const found: number[] = [];
    for (const stream of ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']) {
      found.push((await measureMaximum(setup, { seconds: 10, stream })).perSecond);
    }
    maxima.push(Math.max(...found));
  }
  return Math.round(Math.min(...maxima) / 2);
}

async function measure() {
  const targets = await startAll();
  const turns = takeTurns(targets);
  lifecycle.onClose('whoever stands still', turns.end);
  const rate = await rateForAll(targets, turns.of);
  const progress = startProgress({
    label: 'windows',
    unit: 'runs',
    total: TRIES * rounds * targets.length,
    screen: process.stderr,
  });
  const windows: SizeWindow[] = [];
  for (let round = 0; roundsThatCount(windows) < rounds && round < TRIES * rounds; round++) {
    for (const target of targets) {
      await turns.of(target);
      const before = await target.counters();
      const held = { target, connections: CONNECTIONS, why: 'one rate for all sizes', rate, maximum: 2 * rate };
      const { share: _, ...found } = await measureRate(held, { seconds, round });
      windows.push({ round, ...found, ...target.shares(before, await target.counters()) });
      progress.advance(1);
    }
  }
  progress.end();
  return { rate, seconds, windows };
}

const machine = describeMachine();
const report = { machine, ...(await measure().finally(() => lifecycle.close())) };
writeFileSync(join(values.out, 'sizes.json'), `${JSON.stringify(report, null, 2)}\n`);
const { what, target, found, verdict } = judgeSizes(report);
process.stdout.write(`${what}: ${found}; ${target}: ${verdict}\n`);
