/**
 * `tsx loadtest/replay.ts`: how long a replay of a million records takes and what memory, with two rules changed.
 * Options: --records N, --files N, --rounds N, --folder F (kept, and used again when it holds records), --out FILE.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../src/workbench/build.ts';
import { readFolder } from '../src/workbench/folder.ts';
import { IMPACTS } from '../src/workbench/impact-tally.ts';
import { makeToolbox } from '../src/workbench/toolbox.ts';
import { cpuTimeUs, describeMachine } from './bench/processes.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    files: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '1' },
    folder: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('results/replay.json', import.meta.url)) },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'machtig-replay-'));
mkdirSync(folder, { recursive: true });

/** A suspended mandate counts (wider), and one that is younger than a year does not (narrower). */
const CHANGES = [
  ['active(mandate) if mandate.status == "active"', 'active(mandate) if mandate.status in {"active", "suspended"}'],
  [
    'started(mandate) if mandate.valid_from <= input.now',
    'started(mandate) if mandate.valid_from <= input.now - 31536000000',
  ],
] as const;

async function changedBundle(): Promise<string> {
  const policies = join(folder, 'policies');
  cpSync(join(root, 'policies'), policies, { recursive: true });
  writeFileSync(join(policies, 'policy.yaml'), '{}\n');
  const rule = join(policies, 'authz/validity/validity.rego');
  let text = readFileSync(rule, 'utf8');
  for (const [from, to] of CHANGES) {
    if (!text.includes(from)) throw new Error(`the rule is not as it was: ${from}`);
    text = text.replace(from, to);
  }
  writeFileSync(rule, text);
  const { packed, complaints } = await build({ folder: readFolder(policies), run: makeToolbox(process.env) }, []);
  if (packed === undefined) throw new Error(JSON.stringify(complaints));
  const path = join(folder, 'changed.tar.gz');
  writeFileSync(path, packed().bytes);
  return path;
}

function recordFiles(): string[] {
  const found = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name))
      .sort();
  if (found().length === 0) {
    const script = fileURLToPath(new URL('replay/records.ts', import.meta.url));
    const args = ['--import', 'tsx', script, folder, values.records, values.files];
    execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return found();
}

interface Run {
  threads: number;
  seconds: number;
  cpuSeconds: number;
  peakMiB: number;
}

/** Groups come by impact, the largest of each first. */
function largestOf(groups: readonly { impact: string }[]): object[] {
  return IMPACTS.flatMap((impact) => groups.filter((group) => group.impact === impact).slice(0, 2));
}

/** Peak resident memory and CPU time as the kernel counts them, looked at until the process has ended. */
async function replay(files: readonly string[], bundle: string, threads: number): Promise<Run & { report: string }> {
  const args = [
    join(root, 'dist/main.js'),
    'replay',
    ...files,
    '--bundle',
    bundle,
    '--threads',
    String(threads),
    '--json',
  ];
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('machtig replay did not start');
  let [report, peakMiB, cpuUs] = ['', 0, 0];
  child.stdout.on('data', (text: Buffer) => {
    report += text.toString();
  });
  const look = () => {
    try {
      peakMiB =
        Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? peakMiB * 1024) / 1024;
      cpuUs = cpuTimeUs(pid);
    } catch {
      // It has just ended: the last look counts.
    }
  };
  const timer = setInterval(look, 50);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  if (code !== 1) throw new Error(`machtig replay ended with ${code}; 1 says that decisions change`);
  const seconds = (performance.now() - began) / 1000;
  return { threads, seconds, cpuSeconds: cpuUs / 1_000_000, peakMiB: Math.round(peakMiB), report };
}

try {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  const [bundle, files] = [await changedBundle(), recordFiles()];
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const runs: Run[] = [];
  let text = '';
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const threads of [2, 1]) {
      const { report, ...run } = await replay(files, bundle, threads);
      if (text !== '' && text !== report) throw new Error('two replays of the same records came to different reports');
      text = report;
      runs.push(run);
      process.stderr.write(`${JSON.stringify(run)}\n`);
    }
  }
  const { groups, ...report } = JSON.parse(text);
  const { pinned: _, redis: __, ...machine } = describeMachine();
  const records = { count: report.records, bytes, files: files.length };
  const result = {
    machine,
    changed: CHANGES,
    records,
    runs,
    report: { ...report, groups: groups.length, largest: largestOf(groups) },
  };
  writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify({ records, runs, changed: report.changed }, null, 2)}\n`);
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
