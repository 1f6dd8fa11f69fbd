import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judge } from '../../loadtest/bench/design-targets.ts';
import type { Measurement, RateMeasurement } from '../../loadtest/bench/measurement.ts';
import { summarise } from '../../loadtest/bench/measurement.ts';
import { fillPage } from '../../loadtest/bench/page.ts';
import { toPlots } from '../../loadtest/bench/plots.ts';
import { atHalfOf } from '../../loadtest/bench/rates.ts';
import { type Report, toMarkdown } from '../../loadtest/bench/report.ts';

const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));

const row = (server: string, cpuUs: number, more: Partial<Measurement> = {}): Measurement => ({
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
  ...more,
});

const spread = (p99Us: number) => ({ p50Us: 1, p95Us: 1, p99Us, p999Us: p99Us, maxUs: p99Us });
const rate = (server: string, why: string, p99Us: number): RateMeasurement => ({
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
  latency: spread(p99Us),
  service: spread(p99Us),
  lateness: spread(1),
  generatorCpuS: 1,
});

const OPA = 'OPA, our rules, data held, 10,000';
const OPA_OF_1_M = 'OPA, our rules, data held, 1,000,000';
const report: Report = {
  machine: {
    cpu: 'any',
    cores: 2,
    memoryGiB: 24,
    pinned: 'not pinned',
    loadAverage: '0.0',
    node: 'v20.0.0',
    redis: 'Redis',
    commit: 'abc1234',
    at: '2026-01-01T00:00:00.000Z',
  },
  setting: {},
  projections: [],
  servers: [],
  leftOut: [{ server: 'Cerbos', why: 'is not installed' }],
  agreements: [],
  summary: [
    row('bare', 10),
    row('sidecar, 10,000', 20, { warmShare: 1 }),
    row('sidecar, 1,000,000', 21, { warmShare: 1 }),
    row('sidecar, 10,000, shared rules', 19),
    row('sidecar, 1,000,000, shared rules', 40),
    row(OPA, 800),
    row(OPA_OF_1_M, 120),
  ],
  rates: [
    rate('sidecar, 10,000, shared rules', atHalfOf(OPA), 500),
    rate('sidecar, 1,000,000, shared rules', atHalfOf(OPA_OF_1_M), 100),
    rate(OPA, atHalfOf(OPA), 400),
    rate(OPA_OF_1_M, atHalfOf(OPA_OF_1_M), 400),
  ],
  runs: [],
  rateRuns: [],
};
const verdictOf = (what: string, of: Report = report) => judge(of).find((line) => line.what.startsWith(what));

describe('the report of the bench', () => {
  it('compares the largest size with OPA’s of the same size', () => {
    expect(verdictOf('decisions against OPA server (same data, our rules)')).toMatchObject({
      verdict: 'not met',
      found: expect.stringContaining('3.0 × (sidecar, 1,000,000'),
    });
    expect(verdictOf('p99 at the rate where OPA server (our rules)')).toMatchObject({ verdict: 'met' });
  });

  it('judges the floor by the largest size', () => {
    expect(verdictOf('decisions against bare')).toMatchObject({ verdict: 'not met' });
  });

  it('judges the tail of the largest size by a run of its own', () => {
    expect(verdictOf('its p99')).toMatchObject({ verdict: 'not measured' });
    const windows = [10_000, 1_000_000].map((mandates, i) => ({
      round: 0,
      server: `sidecar, ${mandates}`,
      latency: { p99Us: 100 + 21 * i },
      warmShare: 1,
    }));
    const sizes = { machine: { commit: 'abc1234' }, rate: 1000, windows };
    expect(verdictOf('its p99', { ...report, sizes })).toMatchObject({
      verdict: 'not met',
      found: expect.stringContaining('1.21 ×'),
    });
  });

  it('charges a server with the CPU of its database', () => {
    const text = toMarkdown({ ...report, summary: [row('bare', 10), row('SpiceDB', 30, { storeCpuUs: 70 })] });
    expect(text).toContain('| SpiceDB | tcp | 64 | all | 30.0 | 70.0 | 0.10 |');
  });

  it('says who was left out', () => {
    expect(toMarkdown(report)).toContain('- Cerbos: is not installed');
  });

  it('takes the median of the rounds and every error', () => {
    const [only] = summarise([row('bare', 10), row('bare', 30, { errors: 1 }), row('bare', 11)]);
    expect(only).toMatchObject({ cpuUs: 11, errors: 1, requests: 3000 });
  });

  it('has plots without numbers that are none', () => {
    for (const [, svg] of toPlots(report)) expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('the page about performance', () => {
  it('takes the figures of a run between its marks, time and again', () => {
    const once = fillPage(readFileSync(page, 'utf8'), report);
    expect(once).toContain('Commit abc1234');
    expect(fillPage(once, report)).toBe(once);
  });

  it('is refused without its marks', () => {
    expect(() => fillPage('# A page', report)).toThrow('lacks');
  });
});
