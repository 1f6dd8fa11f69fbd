import { describe, expect, it } from 'vitest';
import { judgeSizes, roundsThatCount, type SizeWindow } from '../../loadtest/bench/sizes-verdict.ts';

const of =
  (server: string) =>
  (round: number, p99Us: number, warmShare?: number): SizeWindow => ({
    round,
    server,
    latency: { p99Us },
    ...(warmShare !== undefined && { warmShare }),
  });
const [small, large] = [of('sidecar, 10,000'), of('sidecar, 10,000,000')];
const verdictOf = (...windows: SizeWindow[]) => judgeSizes({ machine: { commit: 'abc1234' }, rate: 5000, windows });

describe('a larger register beside a small one', () => {
  it('may take 1.2 times as long for its slowest, at one rate', () => {
    expect(verdictOf(small(0, 100, 1), large(0, 120, 1))).toMatchObject({ verdict: 'met' });
    expect(verdictOf(small(0, 100, 1), large(0, 121, 1))).toMatchObject({
      verdict: 'not met',
      found: '1.21 × (sidecar, 10,000,000: 121 against 100 µs at 5,000/s, commit abc1234), by 1 of 1 rounds',
    });
  });

  it('is not compared at different cache-hit shares', () => {
    expect(verdictOf(small(0, 100, 0.9), large(0, 100, 1))).toMatchObject({ verdict: 'not measured' });
    expect(verdictOf(small(0, 100), large(0, 100))).toMatchObject({ verdict: 'not measured' });
    expect(verdictOf({ ...small(0, 100), keptShare: 0.9 }, large(0, 100, 1))).toMatchObject({
      verdict: 'not measured',
    });
    expect(verdictOf({ ...small(0, 100), keptShare: 1 }, large(0, 100, 1))).toMatchObject({ verdict: 'met' });
    const warmed = [small(1, 100, 0.995), large(1, 300, 1)];
    expect(verdictOf(small(0, 100, 0.9), large(0, 100, 1), ...warmed)).toMatchObject({
      verdict: 'not met',
      found: expect.stringMatching(/^3\.00 × .*by 1 of 2 rounds$/),
    });
  });

  it('is not judged by rounds of which the host took a part', () => {
    const stolen = (window: SizeWindow, stolenShare: number): SizeWindow => ({ ...window, stolenShare });
    expect(verdictOf(small(0, 100, 1), stolen(large(0, 100, 1), 0.001))).toMatchObject({ verdict: 'met' });
    expect(verdictOf(stolen(small(0, 100, 1), 0.0011), large(0, 100, 1))).toMatchObject({ verdict: 'not measured' });
    expect(roundsThatCount([small(0, 100, 1), stolen(large(0, 100, 1), 0.02), small(1, 9, 1), large(1, 9, 1)])).toBe(1);
  });

  it('is judged by the medians of the rounds', () => {
    const rounds = [100, 900, 110].flatMap((p99Us, round) => [small(round, p99Us, 1), large(round, 130, 1)]);
    expect(verdictOf(...rounds)).toMatchObject({ verdict: 'met', found: expect.stringContaining('1.18 ×') });
  });

  it('is not measured before both were', () => {
    expect(judgeSizes(undefined)).toMatchObject({ verdict: 'not measured' });
    expect(verdictOf(small(0, 100, 1))).toMatchObject({ verdict: 'not measured' });
  });
});
