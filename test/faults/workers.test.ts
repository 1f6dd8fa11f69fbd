import { expect, it } from 'vitest';
import { verifyRecords } from '../../src/records/verify.ts';
import { testOnce } from './small-runs.ts';
import { WORKERS } from './workers.ts';

const there = testOnce(WORKERS);

it('after all this every worker has one chain of records, without a gap', async () => {
  for (const { recordsFile } of there().sidecars) {
    for (const seat of [1, 2]) {
      const { records, first, faults } = await verifyRecords([recordsFile.replace('.jsonl', `-${seat}.jsonl`)]);
      expect(faults).toEqual([]);
      expect(first?.seq).toBe(1);
      expect(records).toBeGreaterThan(10);
    }
  }
}, 60_000);
