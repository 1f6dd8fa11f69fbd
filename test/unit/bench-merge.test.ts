import { describe, expect, it } from 'vitest';
import { type Measurement, type RateMeasurement, ratioToBare } from '../../loadtest/bench/measurement.ts';
import { mergeReports } from '../../loadtest/bench/merge.ts';
import { readPlan } from '../../loadtest/bench/plan.ts';
import { type Report, toMarkdown } from '../../loadtest/bench/report.ts';

const row = (server: string, cpuUs: number): Measurement => ({
  server,
  dataClass: 'data held',
  transport: 'tcp',
  connections: 64,
  asked: 'half',
  generator: 'wrk',
  requests: 1000,
  errors: 0,
  perSecond: 1e6 / cpuUs,
  p50Us: 10,
  p99Us: 20,
  cpuUs,
  busyShare: 1,
});
const spread = { p50Us: 1, p95Us: 1, p99Us: 1, p999Us: 1, maxUs: 1 };
const rate = (server: string, why: string): RateMeasurement => ({
  server,
  dataClass: 'data held',
  connections: 64,
  why,
  share: 0.5,
  cpuUs: 20,
  rate: 1000,
  requests: 1000,
  allows: 500,
  errors: 0,
  unanswered: 0,
  perSecond: 1000,
  latency: spread,
  service: spread,
  lateness: spread,
  generatorCpuS: 1,
});
const machine: Report['machine'] = {
  cpu: 'any',
  cores: 2,
  memoryGiB: 24,
  pinned: 'not pinned',
  loadAverage: '0.0',
  node: 'v20.0.0',
  redis: 'Redis',
  commit: 'first',
  at: '2026-01-01T00:00:00.000Z',
};
const reportOf = (summary: Measurement[], more: Partial<Report> = {}): Report => ({
  machine,
  setting: {},
  projections: [],
  servers: summary.map(({ server }) => ({ server, dataClass: 'data held' })),
  leftOut: [],
  agreements: [],
  summary,
  rates: [],
  runs: summary,
  rateRuns: [],
  ...more,
});

describe('reports of several runs, put together', () => {
  const first = reportOf([row('bare', 10), row('sidecar, 10,000', 50)], {
    leftOut: [
      { server: 'OpenFGA, 1,000,000', why: 'not asked for' },
      { server: 'Cerbos, 10,000', why: 'is not installed' },
    ],
    rates: [rate('sidecar, 10,000', '50 %')],
  });
  const second = reportOf([row('bare', 20), row('sidecar, 10,000', 90), row('OpenFGA, 1,000,000', 400)], {
    machine: { ...machine, commit: 'second' },
    leftOut: [{ server: 'SpiceDB, 1,000,000', why: 'would take too much memory' }],
    rates: [rate('sidecar, 10,000', '50 %'), rate('OpenFGA, 1,000,000', '50 %')],
  });
  const merged = mergeReports(first, [second]);

  it('have each server once, from the first run that has it', () => {
    expect(merged.summary.map(({ server, cpuUs }) => [server, cpuUs])).toEqual([
      ['bare', 10],
      ['sidecar, 10,000', 50],
      ['OpenFGA, 1,000,000', 400],
    ]);
    expect(merged.runs).toHaveLength(3);
    expect(merged.servers).toHaveLength(3);
  });

  it('stand by size, whichever run was of the larger', () => {
    const large = reportOf([row('bare', 10), row('sidecar, 10,000,000', 60)]);
    const small = reportOf([
      row('bare', 20),
      row('sidecar, 1,000,000', 55),
      row('sidecar, 1,000,000, shared rules', 50),
    ]);
    expect(mergeReports(large, [small]).summary.map(({ server }) => server)).toEqual([
      'bare',
      'sidecar, 1,000,000',
      'sidecar, 1,000,000, shared rules',
      'sidecar, 10,000,000',
    ]);
  });

  it('compare each with the bare server of its own run', () => {
    expect(merged.summary.map((each) => ratioToBare(each, merged.summary))).toEqual([1, 0.2, 0.05]);
  });

  it('take each rate of a server from the first run that has it', () => {
    expect(merged.rates.map(({ server, why }) => [server, why])).toEqual([
      ['sidecar, 10,000', '50 %'],
      ['OpenFGA, 1,000,000', '50 %'],
    ]);
  });

  it('leave out nobody who was measured, and say whose run it was', () => {
    expect(merged.leftOut.map(({ server }) => server)).toEqual(['Cerbos, 10,000', 'SpiceDB, 1,000,000']);
    expect(toMarkdown(merged)).toContain('In a run of their own (commit second');
  });
});

describe('the plan of a run', () => {
  it('measures a sidecar of every size that engines are filled with', () => {
    const plan = readPlan(['--sizes', '10000', '--peer-sizes', '1000000']);
    expect(plan).toMatchObject({ sizes: [10_000, 1_000_000], peerSizes: [1_000_000] });
    expect(readPlan(['--sizes', '100000'])).toMatchObject({ sizes: [100_000], peerSizes: [100_000] });
  });
});
