import { describe, expect, it } from 'vitest';
import { BOUNDS, type CostEntry, judgeCost, sparkline, trendText } from '../../loadtest/bench/cost-history.ts';

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
    const most = 2 * BOUNDS.instructions;
    expect(judgeCost(entry(9, most), history).held).toBe(true);
    expect(judgeCost(entry(2, most + 0.01), history)).toMatchObject({
      held: false,
      text: expect.stringContaining('TOO DEAR'),
    });
  });

  it('falls back to CPU time where one of the two has no instructions', () => {
    const most = 2 * BOUNDS['CPU time'];
    expect(judgeCost(entry(most), { entries: [entry(2, 2)] }).held).toBe(true);
    expect(judgeCost(entry(most + 0.01), { entries: [entry(2, 2)] }).held).toBe(false);
    expect(judgeCost(entry(2, 8), { entries: [entry(2)] }).held).toBe(true);
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
