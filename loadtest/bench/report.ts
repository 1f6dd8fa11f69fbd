import { judge } from './design-targets.ts';
import { type Measurement, ratioToBare } from './measurement.ts';
import type { describeMachine } from './processes.ts';
import type { StackFacts } from './stack.ts';

export interface Report {
  machine: ReturnType<typeof describeMachine>;
  /** What was asked of whom: seeds, sizes, seconds, rounds. */
  setting: Record<string, string | number>;
  /** Seeding, projecting and memory of each size. */
  stacks: StackFacts[];
  summary: Measurement[];
  runs: Measurement[];
}

const percent = (share: number | undefined) => (share === undefined ? '' : `${(share * 100).toFixed(1)} %`);
const rowOf = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;

function table(rows: readonly Measurement[]): string[] {
  const head = [
    'server',
    'transport',
    'conn.',
    'CPU µs/req',
    '× bare',
    'req/s',
    'p50 µs',
    'p99 µs',
    'busy',
    'allow',
    'warm',
    'errors',
  ];
  return [
    rowOf(head),
    rowOf(head.map(() => '---')),
    ...rows.map((row) =>
      rowOf([
        row.server,
        row.transport,
        row.connections,
        row.cpuUs.toFixed(1),
        ratioToBare(row, rows).toFixed(2),
        Math.round(row.perSecond).toLocaleString('en'),
        row.p50Us,
        row.p99Us,
        percent(row.busyShare),
        percent(row.allowShare),
        percent(row.warmShare),
        row.errors,
      ]),
    ),
  ];
}

/** Says of each target of the design whether it was met, with the figures. */
function verdicts(rows: readonly Measurement[], stacks: readonly StackFacts[]): string[] {
  const head = ['what', 'target', 'found', ''];
  return [
    rowOf(head),
    rowOf(head.map(() => '---')),
    ...judge(rows, stacks).map(({ what, target, found, verdict }) => rowOf([what, target, found, verdict])),
  ];
}

const facts = (entries: Record<string, string | number>) =>
  Object.entries(entries).map(
    ([name, value]) => `- ${name}: ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
  );

function named(stack: StackFacts): Record<string, number> {
  return {
    mandates: stack.mandates,
    'seed (COPY into PostgreSQL), ms': stack.seedMs,
    'sync from start to projected, ms': stack.projectMs,
    'projected mandates/s, its start included': stack.projectedPerSecond,
    'Redis bytes per mandate, all records': stack.bytesOfAll,
    'Redis bytes per mandate, mandates with both indexes alone': stack.bytesOfMandates,
    'sidecar from start to ready, ms': stack.coldStartMs,
    'sidecar memory when ready, MiB': stack.readyMiB,
    'sidecar memory after the run, MiB': stack.memoryMiB ?? Number.NaN,
  };
}

export function toMarkdown({ machine, setting, stacks, summary }: Report): string {
  return [
    '# Decisions beside the floor',
    '',
    '`npm run bench`; all servers measured in turn within one run. **CPU µs per request** (user and system time of the',
    'server process) is the figure to compare: rates drift with the machine. “× bare” divides the CPU of a bare',
    '`node:http` constant on TCP, with as many connections, by that of the row: more is better. *busy* is the share of the',
    'time in which the server had its core; *warm* the share of lookups that needed no network.',
    '',
    '![CPU µs per request](bench.svg)',
    '',
    ...table(summary),
    '',
    '## Against the targets',
    '',
    ...verdicts(summary, stacks),
    '',
    '## Setting',
    '',
    ...facts(setting),
    ...stacks.flatMap((stack) => ['', ...facts(named(stack))]),
    '',
    '## Machine',
    '',
    ...facts(machine),
    '',
  ].join('\n');
}
