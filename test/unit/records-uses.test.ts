import { describe, expect, it } from 'vitest';
import { makeUses, type Use } from '../../src/records/uses.ts';

function noting(options: { max?: number; fail?: boolean } = {}) {
  const reports: (readonly Use[])[] = [];
  const dropped: number[] = [];
  const uses = makeUses({
    sink: async (report) => {
      if (options.fail) throw 'no connection';
      reports.push(report);
    },
    intervalMs: 1_000_000,
    onDrop: (count) => dropped.push(count),
    ...(options.max !== undefined && { max: options.max }),
  });
  return { uses, reports, dropped };
}

describe('use of mandates', () => {
  it('is reported in aggregate: how often, and when last', async () => {
    const { uses, reports } = noting();
    uses.note(['a', 'b'], 1);
    uses.note(['a'], 2);
    await uses.flush();
    expect(reports).toEqual([
      [
        { mandate_id: 'a', count: 2, last: 2 },
        { mandate_id: 'b', count: 1, last: 1 },
      ],
    ]);
  });

  it('is reported once', async () => {
    const { uses, reports } = noting();
    uses.note(['a'], 1);
    await uses.flush();
    await uses.flush();
    await uses.close();
    expect(reports).toHaveLength(1);
  });

  it('is remembered of a bounded number of mandates, and what is dropped is counted', async () => {
    const { uses, reports, dropped } = noting({ max: 2 });
    uses.note(['a', 'b', 'c'], 1);
    uses.note(['a'], 2);
    await uses.close();
    expect(reports[0]?.map(({ mandate_id, count }) => [mandate_id, count])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(dropped).toEqual([1]);
  });

  it('is dropped, and counted, when nobody takes it', async () => {
    const { uses, dropped } = noting({ fail: true });
    uses.note(['a', 'b'], 1);
    await uses.close();
    expect(dropped).toEqual([2]);
  });
});
