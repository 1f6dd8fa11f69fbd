import type { Measurement } from './measurement.ts';
import type { describeMachine } from './processes.ts';

export interface Report {
  machine: ReturnType<typeof describeMachine>;
  /** What was asked of whom: seeds, sizes, seconds, rounds. */
  setting: Record<string, string | number>;
  /** Seeding, projecting and memory of each size, as far as measured. */
  stacks: Record<string, string | number>[];
  summary: Measurement[];
  runs: Measurement[];
}

/** The yardstick of every ratio: the bare server on TCP with as many connections, by CPU per request. */
export function ratioToBare(row: Measurement, rows: readonly Measurement[]): number {
  const bare = rows.find((r) => r.server === 'bare' && r.transport === 'tcp' && r.connections === row.connections);
  return (bare?.cpuUs ?? Number.NaN) / row.cpuUs;
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

const TARGETS = [
  { transport: 'tcp', atLeast: 0.5 },
  { transport: 'unix', atLeast: 0.6 },
] as const;

/** Says of each target whether it was reached, by how much not, in figures. */
function verdicts(rows: readonly Measurement[]): string[] {
  return TARGETS.flatMap(({ transport, atLeast }) =>
    rows
      .filter((row) => row.server.startsWith('sidecar') && row.transport === transport && row.connections === 64)
      .map((row) => {
        const ratio = ratioToBare(row, rows);
        const held = ratio >= atLeast ? 'reached' : `missed by ${((1 - ratio / atLeast) * 100).toFixed(0)} %`;
        return `- ${row.server} on ${transport}: ${ratio.toFixed(2)} × bare, target ${atLeast.toFixed(2)}: ${held}.`;
      }),
  );
}

const facts = (entries: Record<string, string | number>) =>
  Object.entries(entries).map(
    ([name, value]) => `- ${name}: ${typeof value === 'number' ? value.toLocaleString('en') : value}`,
  );

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
    ...verdicts(summary),
    '',
    '## Setting',
    '',
    ...facts(setting),
    ...stacks.flatMap((stack) => ['', ...facts(stack)]),
    '',
    '## Machine',
    '',
    ...facts(machine),
    '',
  ].join('\n');
}
