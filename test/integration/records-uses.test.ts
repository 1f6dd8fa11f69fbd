import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRedisUseSink } from '../../src/records/redis-uses.ts';
import { makeUses } from '../../src/records/uses.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('use of mandates in Redis', () => {
  it('is one entry of a stream for each report', async () => {
    const client = await redis.client();
    const uses = makeUses({ sink: makeRedisUseSink(client, 'use:{m0}'), intervalMs: 1_000_000 });
    uses.note(['a', 'b'], 1);
    await uses.flush();
    uses.note(['a'], 2);
    await uses.close();
    const entries = await client.xrange('use:{m0}', '-', '+');
    expect(entries.map(([, [field, text = '']]) => [field, JSON.parse(text)])).toEqual([
      [
        'uses',
        [
          { mandate_id: 'a', count: 1, last: 1 },
          { mandate_id: 'b', count: 1, last: 1 },
        ],
      ],
      ['uses', [{ mandate_id: 'a', count: 1, last: 2 }]],
    ]);
  });
});
