import { expect, it } from 'vitest';
import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import { fuzzAdminApi } from '../fuzz/admin-api.ts';

/** `npm run fuzz:admin -- --minutes 10 --seed 7` asks longer. */
const minutes = Number(process.env.FUZZ_MINUTES ?? 0);
const seed = Number(process.env.FUZZ_SEED ?? 1);

it('whatever is asked of the admin API is answered as described, to nobody who may not', {
  timeout: minutes * 60_000 + 120_000,
}, async () => {
  const until = performance.now() + minutes * 60_000;
  const { requests, answers, faults } = await fuzzAdminApi({ seed, until, requests: minutes > 0 ? 600 : 200 });
  if (minutes > 0) {
    const rows = [...answers].sort().map(
      ([id, statuses]) =>
        `${id}: ${[...statuses]
          .sort()
          .map(([s, n]) => `${s} × ${n}`)
          .join(', ')}`,
    );
    const never = OPERATIONS.filter(({ id }) => ![...(answers.get(id)?.keys() ?? [])].some((status) => status < 300));
    console.info(`${rows.join('\n')}\n${requests} requests; never done: ${never.map(({ id }) => id).join(', ')}`);
  }
  expect(faults).toEqual([]);
});
