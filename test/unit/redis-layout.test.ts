import { describe, expect, it } from 'vitest';
import { bitsOf, copyName } from '../../src/mandates/redis-layout.ts';

/** What Redis keeps small, by default. */
const SMALL_HASH = 128;

describe('the name of a copy', () => {
  it.each([
    [0, 1, '7-10'],
    [60_000, 1, '7-10'],
    [1_000_000, 1, '7-14'],
    [10_000_000, 1, '7-18'],
    [100_000_000, 6, '7-18'],
  ])('spreads %i records in %i partitions', (records, partitions, name) => {
    expect(copyName(7, records, partitions)).toBe(name);
  });

  it('leaves every hash room to grow to twice its size before it is no longer small', () => {
    for (let records = 1; records < 1e8; records = Math.ceil(records * 1.3)) {
      const hashes = 2 ** bitsOf(copyName(1, records, 1));
      expect((2 * records) / hashes).toBeLessThanOrEqual(SMALL_HASH);
    }
  });
});
