import { describe, expect, it } from 'vitest';
import { lineChart, type Series } from '../../loadtest/bench/chart.ts';
import { type Measurement, summarise, withoutAnswers } from '../../loadtest/bench/measurement.ts';

const draw = (series: Series[], log = true) =>
  lineChart({ title: 'title', subtitle: '', x: { label: 'x', log }, y: { label: 'y', log }, series });
const points = (svg: string) => svg.match(/<circle /g)?.length ?? 0;
const line = { name: 'measured', points: [[10, 100] as const, [20, 300] as const] };

describe('a chart', () => {
  it('has the points that have a place on it, and no others', () => {
    expect(points(draw([line]))).toBe(2);
    const odd = {
      name: 'odd',
      points: [[10, Number.POSITIVE_INFINITY] as const, [Number.NaN, 5] as const, [0, 5] as const],
    };
    const svg = draw([line, odd]);
    expect(points(svg)).toBe(2);
    expect(svg).not.toMatch(/NaN|Infinity|odd/);
    expect(points(draw([line, odd], false))).toBe(3);
  });

  it('is drawn of nothing at all, and of nothing but 0', () => {
    for (const log of [true, false]) expect(draw([], log)).toContain('title');
    const svg = draw([{ name: 'still', points: [[0, 0]] }], false);
    expect(points(svg)).toBe(1);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

const run = (server: string, requests: number): Measurement => ({
  server,
  dataClass: 'data held',
  transport: 'tcp',
  connections: 64,
  asked: 'half',
  generator: 'wrk',
  requests,
  errors: 3,
  perSecond: requests,
  p50Us: 10,
  p99Us: 20,
  cpuUs: 1000 / requests,
  busyShare: requests === 0 ? Number.NaN : 1,
});

describe('rounds without answers', () => {
  it('do not count in the median of the others, but their errors do', () => {
    const [row, ...more] = summarise([
      run('slow', 0),
      run('slow', 100),
      run('slow', 50),
      run('slow', 0),
      run('slow', 10),
    ]);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ cpuUs: 20, perSecond: 50, requests: 160, errors: 15, busyShare: 1 });
    expect(withoutAnswers([run('slow', 0), run('slow', 100)])).toEqual([]);
  });

  it('make no row where there are no others: what gave no answer is said', () => {
    const runs = [run('dead', 0), run('slow', 100), run('dead', 0)];
    expect(summarise(runs).map(({ server }) => server)).toEqual(['slow']);
    expect(withoutAnswers(runs)).toEqual([
      { server: 'dead (tcp, 64 connections)', why: 'it gave no answer while it was measured' },
    ]);
  });
});
