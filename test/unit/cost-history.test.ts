import { describe, expect, it } from 'vitest';
import { BOUND, type CostEntry, judgeCost, sparkline, trendText } from '../../loadtest/bench/cost-history.ts';

const pair = (ratio: number) => ({ bare: 10, sidecar: 10 * ratio, ratio });
const base = { at: '2026-01-01T00:00:00.000Z', commit: 'abc1234', node: 'v20.0.0', machine: 'any' };
const entry = (cpu: number, instructions?: number): CostEntry => ({
  ...base,
  cpuUs: pair(cpu),
  ...(instructions !== undefined && { instructions: pair(instructions) }),
});

describe('the bound on the cost of a decision', () => {
  it('holds at the bound and breaks above it', () => {
    const history = { entries: [entry(9, 9), entry(2, 2)] };
    expect(judgeCost(entry(9, 2 * BOUND), history).held).toBe(true);
    expect(judgeCost(entry(2, 2 * BOUND + 0.01), history)).toMatchObject({
      held: false,
      text: expect.stringContaining('TOO DEAR'),
    });
  });

  it('lets nothing pass that got a third dearer', () => {
    expect(BOUND).toBe(1.35);
  });

  it('falls back to CPU time where one of the two has no instructions', () => {
    expect(judgeCost(entry(2 * BOUND), { entries: [entry(2, 2)] }).held).toBe(true);
    expect(judgeCost(entry(4), { entries: [entry(2, 2)] }).held).toBe(false);
    expect(judgeCost(entry(2, 8), { entries: [entry(2)] }).held).toBe(true);
  });

  it('then compares with the program of the baseline in the same run, where that was run', () => {
    const beside = (baselineCpuUs: number) => ({ ...entry(4), baselineCpuUs });
    const history = { entries: [entry(2, 2)] };
    expect(judgeCost(beside(40 / BOUND), history)).toMatchObject({
      held: true,
      text: expect.stringContaining('40.00 µs of CPU in this run, 29.63 at the baseline'),
    });
    expect(judgeCost(beside(40 / BOUND - 0.1), history).held).toBe(false);
    expect(judgeCost({ ...entry(2, 8), baselineCpuUs: 100 }, history).held).toBe(false);
  });

  it('does not pass a ratio that is no number', () => {
    expect(judgeCost(entry(Number.NaN), { entries: [entry(2)] }).held).toBe(false);
  });

  it('holds while there is nothing to compare with', () => {
    expect(judgeCost(entry(100), { entries: [] }).held).toBe(true);
  });
});

describe('the trend', () => {
  it('draws a bar for each run and shows the last ten', () => {
    expect(sparkline([8, 4, 1])).toBe('█▅▂');
    const lines = trendText(Array.from({ length: 12 }, (_, i) => entry(i + 1))).split('\n');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toMatch(/[▁-█]{12}$/);
  });
});
