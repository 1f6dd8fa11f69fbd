/**
 * `tsx loadtest/shadow.ts`: what trying a bundle in the shadow costs those who ask. Servers that differ in nothing else
 * take turns, each pinned to one core with its shadow thread; the generator has the other. Options: --seconds N, --rounds N,
 * --warm N (seconds before anything counts: a thread compiles what it runs at first), --connections N, --candidate FILE (by default the active one), --out FILE.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toUrn } from '../src/domain/identifier.ts';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { drawSeedQuestions } from '../src/register/seed-questions.ts';
import { freePort } from '../test/support/free-port.ts';
import { hasWrk, loadByClosedLoop, loadByWrk } from './bench/generators.ts';
import { type Load, median } from './bench/measurement.ts';
import { cpuTimeUs, describeMachine, residentMiB, startNode } from './bench/processes.ts';
import { answers } from './peers/process.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '7' },
    warm: { type: 'string', default: '20' },
    connections: { type: 'string', default: '16' },
    candidate: { type: 'string', default: fileURLToPath(new URL('../bundles/mandates.tar.gz', import.meta.url)) },
    out: { type: 'string', default: fileURLToPath(new URL('results/shadow.json', import.meta.url)) },
  },
});
const seconds = Number(values.seconds);

/** `again` differs from `off` in nothing: what lies between the two is noise. */
const MODES = [
  { name: 'off', share: 0, cpu: 0 },
  { name: 'again', share: 0, cpu: 0 },
  { name: 'default', share: 0.1, cpu: 5 },
  { name: 'a tenth, unbounded', share: 0.1, cpu: 100 },
  { name: 'everything, unbounded', share: 1, cpu: 100 },
] as const;

interface Run extends Load {
  mode: string;
  /** User and system time of the whole process, its shadow thread among it, divided by requests. */
  cpuUs: number;
}

const lifecycle = makeLifecycle();
const folder = mkdtempSync(join(tmpdir(), 'machtig-shadow-'));
lifecycle.onClose('folder', () => rmSync(folder, { recursive: true, force: true }));
const bodies = join(folder, 'bodies.ndjson');
writeFileSync(
  bodies,
  `${Array.from(drawSeedQuestions({ mandates: 20_000, seed: 1, count: 20_000 }), toBody).join('\n')}\n`,
);

function toBody(question: ReturnType<typeof drawSeedQuestions> extends Generator<infer Q> ? Q : never): string {
  const { actor, represented, via: _, together: __, ...rest } = question;
  return JSON.stringify({ ...rest, actor: urnOf(actor), represented: urnOf(represented) });
}

function urnOf(name: Parameters<typeof toUrn>[0] | object): string {
  if ('scheme' in name) return toUrn(name as Parameters<typeof toUrn>[0]);
  throw new Error('seeded questions name parties by identifiers');
}

async function start(mode: (typeof MODES)[number]) {
  const port = await freePort();
  const script = fileURLToPath(new URL('shadow/server.ts', import.meta.url));
  const own = [port, join(folder, `${mode.name}.jsonl`), mode.share, mode.cpu, values.candidate].map(String);
  const ready = () => answers(`http://127.0.0.1:${port + 1}/`);
  const child = await startNode(mode.name, { args: ['--import', 'tsx', script, ...own], cpu: 0, ready });
  lifecycle.onClose(mode.name, child.stop);
  return { mode: mode.name, port, pid: child.pid };
}

let offset = 0;
async function measure({ mode, port, pid }: Awaited<ReturnType<typeof start>>, forSeconds: number): Promise<Run> {
  const load = hasWrk ? loadByWrk : loadByClosedLoop;
  const before = cpuTimeUs(pid);
  const connections = Number(values.connections);
  const result = await load({
    target: { port },
    connections,
    seconds: forSeconds,
    path: '/v1/decision',
    bodies,
    offset,
  });
  offset += result.requests;
  if (result.errors > 0) throw new Error(`${mode}: ${result.errors} errors`);
  return { mode, ...result, cpuUs: (cpuTimeUs(pid) - before) / result.requests };
}

try {
  const servers = [];
  for (const mode of MODES) servers.push(await start(mode));
  for (const server of servers) await measure(server, Number(values.warm));
  const runs: Run[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const server of servers) runs.push(await measure(server, seconds));
  }
  const of = (mode: string, pick: (run: Run) => number) => median(runs.filter((run) => run.mode === mode).map(pick));
  const summary = MODES.map(({ name, share, cpu }) => {
    const figures = {
      perSecond: of(name, (run) => run.perSecond),
      p50Us: of(name, (run) => run.p50Us),
      p99Us: of(name, (run) => run.p99Us),
      cpuUs: of(name, (run) => run.cpuUs),
    };
    const ratio = {
      perSecond: figures.perSecond / of('off', (run) => run.perSecond),
      cpuUs: figures.cpuUs / of('off', (run) => run.cpuUs),
    };
    return { name, share, cpu, ...figures, ratio };
  });
  const shadows = [];
  for (const { mode, port, pid } of servers) {
    const status = await (await fetch(`http://127.0.0.1:${port + 1}/`)).json();
    shadows.push({ mode, residentMiB: Math.round(residentMiB(pid)), status });
  }
  const { redis: _, ...machine } = describeMachine();
  const setting = { ...values, generator: hasWrk ? 'wrk' : 'closed loop', register: '20,000 mandates in process' };
  const { candidate: __, out: ___, ...said } = setting;
  writeFileSync(values.out, `${JSON.stringify({ machine, setting: said, summary, shadows, runs }, null, 2)}\n`);
  console.table(
    summary.map(({ ratio, ...row }) => ({
      ...row,
      'rate ratio': ratio.perSecond.toFixed(3),
      'cpu ratio': ratio.cpuUs.toFixed(3),
    })),
  );
} finally {
  await lifecycle.close();
}
