import { randomBytes } from 'node:crypto';
import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import { createApp } from '../../src/http/app.ts';
import { serve } from '../../src/http/serve.ts';
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import { followRedis } from '../../src/mandates/follow/redis-follower.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { type Lifecycle, makeLifecycle, opening } from '../../src/process/lifecycle.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { RECORDS_OFF } from '../../src/records/records.ts';
import { importRegister } from '../../src/register/import.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { everyone } from './http.ts';
import { committedPolicy } from './policy.ts';
import { startRedis } from './redis.ts';
import { redisClient } from './redis-stack.ts';
import { startSync } from './sync-run.ts';

export const TEST_KEYS = makeKeys({ hmacKey: randomBytes(32), hmacKeyId: 'test', sealKey: randomBytes(32) });

export interface DecisionStack {
  url: string;
  database: TestDatabase;
  /** Sets the clock by which is decided. */
  setClock(now: number): void;
  close(): Promise<void>;
}

/** The real way of a register: import into Postgres, sync to Redis, cached lookups, HTTP; only the clock is ours. */
export async function startDecisionStack(register: object): Promise<DecisionStack> {
  const lifecycle = makeLifecycle();
  return opening(lifecycle, () => openStack(lifecycle, register));
}

async function openStack(lifecycle: Lifecycle, register: object): Promise<DecisionStack> {
  const log = makeLog({ level: 'silent' });
  const database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  await importRegister(JSON.stringify(register), { pool: database.pool, keys: TEST_KEYS });
  const redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  const client = await redisClient(lifecycle, redis.url, 5000);
  const projection = await openRedisProjection({ client, partitions: 1 });
  lifecycle.onClose('sync', startSync({ databaseUrl: database.url, projection, layout: LAYOUT }).stop);
  const key = { keyId: TEST_KEYS.keyId, keyCheck: TEST_KEYS.check() };
  const cache = makeCachedLookups(makeRedisLookups({ client, key, partitions: 1 }), { maxBytes: 1024 * 1024 });
  const limits = { maxStalenessMs: 30_000, minRevisionWaitMs: 200, partitions: 1 };
  const following = followRedis({ ...limits, url: redis.url, client, key, cache, log });
  lifecycle.onClose('follower', following.close);
  let clock = 0;
  const evaluate = makeEvaluate({
    lookups: cache,
    freshness: following.freshness,
    policy: await committedPolicy(),
    alias: TEST_KEYS.alias,
    records: RECORDS_OFF,
    uses: { note: () => {} },
    now: () => clock,
    metrics: makeMetrics(),
  });
  const app = createApp({ policy: { input: 'mandates', evaluate }, identify: () => everyone, log });
  const listening = await serve(app, { drainMs: 100, tcp: { host: '127.0.0.1', port: 0 } });
  lifecycle.onClose('door', listening.close);
  await eventually('the sidecar is fresh', () => following.freshness.position(), 60_000);
  return {
    url: listening.url ?? '',
    database,
    setClock: (now) => {
      clock = now;
    },
    close: lifecycle.close,
  };
}
