import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MandateFacts } from '../../src/domain/facts.ts';
import type { Batch, Write } from '../../src/mandates/projection.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const header = { layout: LAYOUT, keyId: 'k1', keyCheck: 'check' };
const at = (n: number) => ({ epoch: 1, n });

function aMandate(n: number, changes: Partial<MandateFacts> = {}): MandateFacts {
  return {
    mandate_id: id(n),
    kind: 'employee',
    status: 'active',
    valid_from: 1,
    valid_until: 2,
    loa: 'eh3',
    scope: { by: 'service' },
    operations: 'all',
    branches: 'all',
    cases: 'all',
    granted_at: 1,
    ...changes,
  };
}
function putMandate(n: number, changes?: Partial<MandateFacts>): Write {
  return {
    put: 'mandate',
    represented: id(1),
    delegate: id(2),
    scope: scopeKey.service(id(3)),
    facts: aMandate(n, changes),
  };
}
function batch(from: number, to: number, ...writes: Write[]): Batch {
  return { from: at(from), to: at(to), hash: `hash ${to}`, writes };
}

test('smoke', async () => {
  const client = await redis.client();
  const projection = await openRedisProjection({ client });
  expect(await projection.state()).toBeUndefined();
  const rebuild = await projection.rebuild(header, 1);
  await rebuild.load([putMandate(10)]);
  await rebuild.swap(at(0), '');
  const lookups = makeRedisLookups({ client, key: header });
  const key = recordKey.mandates(id(1), id(2), scopeKey.service(id(3)));
  expect(await lookups.read([key, recordKey.party(id(9))])).toEqual([[aMandate(10)], null]);
  await projection.apply(batch(0, 1, putMandate(11, { operations: ['view'] })), 1);
  expect(await lookups.read([key])).toEqual([[aMandate(10), aMandate(11, { operations: ['view'] })]]);
  await projection.apply(
    batch(1, 2, {
      drop: 'mandate',
      represented: id(1),
      delegate: id(2),
      scope: scopeKey.service(id(3)),
      mandateId: id(10),
    }),
    1,
  );
  expect(await lookups.read([key])).toEqual([[aMandate(11, { operations: ['view'] })]]);
  await projection.heartbeat(5, at(2), 1);
  const writes = [];
  for await (const chunk of projection.contents()) writes.push(...chunk);
  expect(writes).toEqual([putMandate(11, { operations: ['view'] })]);
  expect(await projection.state()).toEqual({ header, revision: at(2), hash: 'hash 2', fence: 1 });
});
