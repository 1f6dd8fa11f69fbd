/**
 * `npm run soak`: a built sidecar for an hour at half of what it takes at most, while the register changes 500 times a second and a
 * signed bundle comes every minute. Does memory grow, do handles stay open, does it get slower? A sample of its answers is
 * checked against the history of commits. Options: --minutes 60, --mandates 100000, --share 0.5 or --rate N, --changes 500,
 * --reload-seconds 60, --sample-seconds 5, --seed 1, --out FOLDER, --no-build. Writes soak.{json,md} and soak-*.svg; exit
 * code 1 when something did not hold.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { LASTING_ACTS } from '../test/rig/acts.ts';
import { type Rig, startRig } from '../test/rig/rig.ts';
import { underLoad } from '../test/rig/under-load.ts';
import { toEvaluationBody } from '../test/rig/world.ts';
import { loadByClosedLoop } from './bench/generators.ts';
import { PROGRAM } from './bench/stack.ts';
import { AUTHZEN_MARKERS, EVALUATION } from './bench/targets.ts';
import { toPlots } from './soak/plots.ts';
import { prepareReleases } from './soak/releases.ts';
import { type Measured, toJson, toMarkdown, toReport } from './soak/report.ts';
import { type Soaked, soak } from './soak/run.ts';
import { readSetting } from './soak/setting.ts';

const setting = readSetting();
const QUESTIONS = 20_000;
const CONNECTIONS = 64;
/** Of the register: what may be changed, of each kind. */
const CANDIDATES = 50_000;
/** Some twenty questions a second are checked. */
const CHECKED = { connections: 1, pauseMs: 50, writers: 8, acts: LASTING_ACTS, forgets: true };
/** In an average transaction: some make three, some are rolled back. */
const CHANGES = 1.33;
/** As everywhere that something is changed for hours. */
const VACUUMS = { autovacuum: 'on', shared_buffers: '256MB', max_wal_size: '4GB' };
const SIDECAR_CPU = 0;

process.env.PATH = `${fileURLToPath(new URL('../.tools/bin', import.meta.url))}:${process.env.PATH}`;
const lifecycle = makeLifecycle();
const folder = mkdtempSync(join(tmpdir(), 'machtig-soak-'));
lifecycle.onClose('temporary folder', () => rmSync(folder, { recursive: true, force: true }));
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

async function countMandates(rig: Rig): Promise<number> {
  const client = new pg.Client({ connectionString: rig.postgres.url() });
  await client.connect();
  const { rows } = await client.query<{ count: string }>('select count(*) from mandates');
  await client.end();
  return Number(rows[0]?.count);
}

function writeBodies(rig: Rig): string {
  const file = join(folder, 'questions.ndjson');
  const lines = rig.questions.map((question) => JSON.stringify(toEvaluationBody(question)));
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function measure(): Promise<Measured> {
  const releases = await prepareReleases(folder);
  const rig = await startRig({
    seed: setting.seed,
    world: { mandates: setting.mandates, questions: QUESTIONS },
    candidates: CANDIDATES,
    postgresSettings: VACUUMS,
    sidecars: 1,
    syncs: 1,
    direct: true,
    program: PROGRAM,
    sidecarEnv: releases.env,
  });
  lifecycle.onClose('rig', rig.close);
  const [sidecar, sync] = [rig.sidecars[0], rig.syncs[0]];
  if (sidecar === undefined || sync === undefined) throw new Error('the rig has no sidecar or no sync');
  spawnSync('taskset', ['-a', '-c', '-p', String(SIDECAR_CPU), String(sidecar.pid())]);
  const steady = {
    target: { port: Number(new URL(sidecar.url).port) },
    path: EVALUATION,
    bodies: writeBodies(rig),
    markers: AUTHZEN_MARKERS,
  };
  const most = async (seconds: number) =>
    (await loadByClosedLoop({ ...steady, connections: CONNECTIONS, seconds, offset: 0 })).perSecond;
  const before = await countMandates(rig);
  let maximum: number | undefined;
  let rate = setting.rate ?? 0;
  let soaked: Soaked | undefined;
  const report = await underLoad(rig, { ...CHECKED, commitsPerSecond: setting.changes / CHANGES }, async () => {
    // With changes under way: they cost the sidecar facts that it had at hand, and those who bring them take of its core.
    if (setting.rate === undefined) {
      await most(20);
      maximum = await most(10);
      rate = setting.share * maximum;
    }
    const common = { rig, sidecar, sync, releases, setting, signal: stop.signal };
    // A connection on which nothing is asked for long is closed by the server.
    const connections = Math.min(CONNECTIONS, Math.ceil(rate));
    soaked = await soak({ ...common, steady: { ...steady, connections, rate } });
  });
  if (soaked === undefined) throw new Error('nothing was measured');
  const mandatesGranted = (await countMandates(rig)) - before;
  return { ...soaked, ...(maximum !== undefined && { maximum }), rate, mandatesGranted, report };
}

try {
  if (setting.build) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  mkdirSync(setting.out, { recursive: true });
  const report = toReport(setting, await measure());
  const { machine, conditions } = report;
  const path = (ending: string) => join(setting.out, `soak${ending}`);
  writeFileSync(path('.json'), toJson(report));
  writeFileSync(path('.md'), toMarkdown(report));
  const subtitle = `${report.setting.rate} requests and ${setting.changes} changes a second; ${machine.cpu}, ${machine.cores} cores, commit ${machine.commit}`;
  for (const [name, svg] of toPlots(report.samples, subtitle)) writeFileSync(path(`-${name}.svg`), svg);
  process.stdout.write(toMarkdown(report));
  process.exitCode = conditions.every(({ held }) => held) ? 0 : 1;
} finally {
  await lifecycle.close();
}
