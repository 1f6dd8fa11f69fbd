import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { Question } from '../../src/domain/evaluation.ts';
import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { RECORDS_OFF } from '../../src/records/records.ts';
import { importRegister } from '../../src/register/import.ts';
import { loadCases } from '../conformance/cases.ts';
import { cloneDatabase } from '../support/database.ts';
import { TEST_KEYS } from '../support/decision-stack.ts';
import { makeDice } from '../support/dice.ts';
import { eventually } from '../support/eventually.ts';
import { everyone } from '../support/http.ts';
import { committedPolicy } from '../support/policy.ts';
import { startRedis } from '../support/redis.ts';
import { redisClient } from '../support/redis-stack.ts';
import { startSync } from '../support/sync-run.ts';

/** Nothing is remembered here, and nothing compares or repairs: what is not in Redis is not there. */
/** All of them take minutes: LOST_RECORDS=1. */
const SHARE = Number(process.env.LOST_RECORDS ?? 0.01);
const dice = makeDice(1);
const some = <T>(all: readonly T[]): T[] => all.filter(() => dice.next() < SHARE);

const lifecycle = makeLifecycle();
let client: Redis;
let keys: Buffer[];
let ask: () => Promise<string[]>;
let before: string[];

beforeAll(async () => {
  const { cases, storable } = loadCases();
  const database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  await importRegister(JSON.stringify(storable), { pool: database.pool, keys: TEST_KEYS });
  const redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  client = await redisClient(lifecycle, redis.url, 10_000);
  const projection = await openRedisProjection({ client });
  const sync = startSync({ databaseUrl: database.url, projection, layout: LAYOUT });
  const at = await eventually('there is a projection', () => projection.state());
  await sync.stop();
  const evaluate = makeEvaluate({
    lookups: makeRedisLookups({ client, key: { keyId: TEST_KEYS.keyId, keyCheck: TEST_KEYS.check() }, partitions: 1 }),
    freshness: {
      ...{ isTogether: () => true, together: async () => {}, reach: async () => {}, maxAgeMs: 1000 },
      position: () => ({ revision: at.revision, ageMs: 0 }),
    },
    ...{ policy: await committedPolicy(), alias: TEST_KEYS.alias, records: RECORDS_OFF, uses: { note: () => {} } },
    ...{ now: Date.now, metrics: makeMetrics() },
  });
  const questions = cases
    .filter(({ unstorable }) => unstorable === undefined)
    .map(({ question: { time: _, ...question } }): Question => question);
  ask = async () => {
    const answers = await evaluate.many(questions, 'execute_all', { caller: everyone });
    return answers.map((one) => (one instanceof AppError ? one.code : one.allow ? 'allow' : 'deny'));
  };
  const generation = await client.hget('{m0}:head', 'generation');
  keys = (await client.keysBuffer('*')).filter((key) => key.toString('latin1').startsWith(`{m0}:${generation}:`));
  before = await eventually('every question is answered', async () => {
    const answers = await ask();
    return answers.every(isDecision) && answers;
  });
}, 120_000);
afterAll(() => lifecycle.close());

const isDecision = (answer: string) => answer === 'allow' || answer === 'deny';

/** Of each question: an allow that the register does not give. */
const wrongAllows = (answers: readonly string[]) =>
  answers.filter((one, at) => one === 'allow' && before[at] !== 'allow');

describe('records that vanish from Redis', () => {
  it('were there, and made allows and denials', () => {
    expect(keys.length).toBeGreaterThan(50);
    for (const answer of ['allow', 'deny']) expect(before.filter((one) => one === answer).length).toBeGreaterThan(50);
  });

  it('make no allow that the register does not give, whichever key is lost', async () => {
    const lost = some(keys);
    let changed = 0;
    for (const key of lost) {
      const held = await client.dumpBuffer(key);
      await client.del(key);
      const answers = await ask();
      expect(wrongAllows(answers), key.toString('latin1')).toEqual([]);
      if (answers.some((one, at) => one !== before[at])) changed++;
      await client.restore(key, 0, held);
    }
    // Or nothing was really taken away.
    expect(changed).toBeGreaterThan(lost.length / 8);
    expect(await ask()).toEqual(before);
  }, 3_600_000);

  it('make no allow that the register does not give, whichever record of a hash is lost', async () => {
    for (const [key, field, held] of some(await fields())) {
      await client.hdel(key, field);
      expect(wrongAllows(await ask()), `${key.toString('latin1')} ${field.toString('latin1')}`).toEqual([]);
      await client.hset(key, field, held);
    }
    expect(await ask()).toEqual(before);
  }, 3_600_000);
});

async function fields(): Promise<(readonly [Buffer, Buffer, Buffer])[]> {
  const found = [];
  for (const key of keys) {
    if ((await client.call('TYPE', key)) !== 'hash') continue;
    const held = (await client.callBuffer('HGETALL', key)) as Buffer[];
    for (let at = 0; at < held.length; at += 2) {
      found.push([key, held[at] ?? key, held[at + 1] ?? key] as const);
    }
  }
  return found;
}
