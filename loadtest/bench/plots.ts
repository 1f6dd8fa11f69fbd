import { type Bar, barChart } from './bars.ts';
import { lineChart, type Series } from './chart.ts';
import { type Measurement, ratioToBare } from './measurement.ts';
import type { Report } from './report.ts';

const TCP = '#2b6cb0';
const UNIX = '#dd8a0c';
const STORE = '#a0aec0';

/** Every plot of a run: file name and SVG text. */
export function toPlots(report: Report): [name: string, svg: string][] {
  const { machine } = report;
  const subtitle = `${machine.cpu}, Node ${machine.node}, commit ${machine.commit}`;
  const plots: [string, string][] = [
    ['bench.svg', costs(report, `64 connections; blue TCP, orange Unix, grey its database; ${subtitle}`)],
    ['bench-latency.svg', latencies(report, `64 connections, TCP, open model; ${subtitle}`)],
    ['bench-size.svg', sizes(report, `64 connections, TCP; ${subtitle}`)],
  ];
  if (report.waterfall !== undefined) {
    plots.push(['bench-waterfall.svg', stages(report.waterfall, subtitle)]);
  }
  return plots;
}

const loaded = (rows: readonly Measurement[]) => rows.filter((row) => row.connections === 64 && row.asked === 'half');

function costs({ summary }: Report, subtitle: string): string {
  const bars = loaded(summary).map((row): Bar => {
    const parts = [
      { value: row.cpuUs, colour: row.transport === 'tcp' ? TCP : UNIX },
      { value: row.storeCpuUs ?? 0, colour: STORE },
    ];
    const cpu = row.cpuUs + (row.storeCpuUs ?? 0);
    const figure = `${cpu.toFixed(1)} µs · ${ratioToBare(row, summary).toFixed(2)} ×`;
    return { label: `${row.server}, ${row.transport}`, parts, figure };
  });
  return barChart({ title: 'Server CPU per request, µs (shorter is better)', subtitle, bars });
}

function latencies({ rates }: Report, subtitle: string): string {
  const byServer = new Map<string, [number, number][]>();
  for (const { server, why, rate, latency } of rates) {
    if (!why.endsWith('%')) continue;
    byServer.set(server, [...(byServer.get(server) ?? []), [rate, latency.p99Us]]);
  }
  const series = [...byServer].map(([name, points]): Series => ({ name, points: points.sort((a, b) => a[0] - b[0]) }));
  const x = { label: 'requests a second', log: true };
  const y = { label: 'p99, µs from the moment it was due', log: true };
  return lineChart({ title: 'Latency against load', subtitle, x, y, series });
}

/** The name of a server without its size. */
const withoutSize = (server: string) => server.replace(/, [\d,]+(?=,|$)/, '');

function sizes({ summary, servers }: Report, subtitle: string): string {
  const lines = new Map<string, [number, number][]>();
  for (const row of loaded(summary)) {
    const mandates = sizeOf(row.server, servers);
    if (row.transport !== 'tcp' || mandates === undefined) continue;
    const name = withoutSize(row.server);
    lines.set(name, [...(lines.get(name) ?? []), [mandates, row.cpuUs + (row.storeCpuUs ?? 0)]]);
  }
  const series = [...lines].map(([name, points]): Series => ({ name, points: points.sort((a, b) => a[0] - b[0]) }));
  const x = { label: 'mandates in the register', log: true };
  const y = { label: 'CPU µs per request, its database included', log: true };
  return lineChart({ title: 'Cost against the number of mandates', subtitle, x, y, series });
}

/** The sidecar on the shared rules is the same process as the one on all of them. */
function sizeOf(name: string, servers: Report['servers']): number | undefined {
  return servers.find(({ server }) => server === name || `${server}, shared rules` === name)?.mandates;
}

const STAGE_COLOURS = ['#1b4f8f', '#2c7a7b', '#2f855a', '#b7791f', '#c05621', '#97266d', '#553c9a', '#718096'];

/** Each stage begins where the one before it ended. */
function stages({ server, cpuUs, stages: found }: NonNullable<Report['waterfall']>, subtitle: string): string {
  let before = 0;
  const bars = found.map(({ stage, us }, index): Bar => {
    const parts = [
      { value: before, colour: '#fff' },
      { value: us, colour: STAGE_COLOURS[index % STAGE_COLOURS.length] ?? '#000' },
    ];
    before += us;
    return { label: stage, parts, figure: `${us.toFixed(1)} µs · ${((100 * us) / cpuUs).toFixed(0)} %` };
  });
  const title = `Where ${cpuUs.toFixed(1)} µs of CPU for a decision go`;
  return barChart({ title, subtitle: `${server}; ${subtitle}`, bars });
}
