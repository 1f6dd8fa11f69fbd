import { judge } from './design-targets.ts';
import { ratioToBare } from './measurement.ts';
import { type Report, table } from './report.ts';

const BEGIN = '<!-- figures of the last full run of npm run bench: written by it -->';
const END = '<!-- end of the figures -->';

/** Puts the figures of a run into a page, between its two marks. @throws Error when the page has no such marks */
export function fillPage(page: string, report: Report): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page lacks "${BEGIN}" and "${END}"`);
  return [page.slice(0, begin + BEGIN.length), '', ...figures(report), '', page.slice(end)].join('\n');
}

function figures(report: Report): string[] {
  const { machine, summary } = report;
  const results = '../loadtest/results';
  const verdicts = judge(report).map(({ what, target, found, verdict }) => [what, target, found, verdict]);
  const loaded = summary.filter((row) => row.connections === 64 && row.asked === 'half' && row.transport === 'tcp');
  return [
    `Commit ${machine.commit}, ${machine.at.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.pinned}.`,
    '',
    ...table(['what', 'target', 'found', ''], verdicts),
    '',
    `![CPU µs per request](${results}/bench.svg)`,
    '',
    ...table(
      ['server (TCP, 64 connections)', 'class', 'CPU µs per request', 'with its database', '× bare', 'requests/s'],
      loaded.map((row) => [
        row.server,
        row.dataClass,
        row.cpuUs.toFixed(1),
        (row.cpuUs + (row.storeCpuUs ?? 0)).toFixed(1),
        ratioToBare(row, summary).toFixed(2),
        Math.round(row.perSecond).toLocaleString('en'),
      ]),
    ),
    '',
    `![latency against load](${results}/bench-latency.svg)`,
    '',
    `![cost against the number of mandates](${results}/bench-size.svg)`,
    ...(report.waterfall === undefined ? [] : ['', `![where the time goes](${results}/bench-waterfall.svg)`]),
  ];
}
