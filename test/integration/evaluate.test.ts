import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../src/evaluate/call.ts';
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeRecords } from '../../src/records/records.ts';
import { verifyRecords } from '../../src/records/verify.ts';
import {
  aMandate,
  aWorld,
  CHAIN,
  caller,
  DIRECT,
  FIRM,
  id,
  mandateWrite,
  OFFICE,
  office,
  PASSER_ON,
  PEOPLE,
  question,
} from '../support/decide-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const KEY = { keyId: 'test', keyCheck: 'check' };
const call: Call = { caller };
const onward = aMandate(id(31), { kind: 'business', derived_from: { mandate_id: id(30), delegate: PASSER_ON } });
const WRITES = [
  ...PEOPLE,
  DIRECT,
  ...CHAIN,
  mandateWrite(FIRM, PASSER_ON, aMandate(id(30))),
  mandateWrite(FIRM, OFFICE, onward),
];

let redis: TestRedis;
let trips = 0;

beforeAll(async () => {
  redis = await startRedis();
  const projection = await openRedisProjection({ client: await redis.client() });
  const rebuild = await projection.rebuild({ layout: LAYOUT, ...KEY }, 1);
  await rebuild.load(WRITES);
  await rebuild.swap({ epoch: 1, n: 7 }, '');
});
afterAll(() => redis.stop());

/** A sidecar's lookups on a cold cache; round trips are counted. */
async function coldLookups(): Promise<Lookups> {
  const far = makeRedisLookups({ client: await redis.client(), key: KEY });
  trips = 0;
  const counted: Lookups = {
    peek: far.peek,
    read(keys, also) {
      trips += 1;
      return far.read(keys, also);
    },
  };
  return makeCachedLookups(counted, { maxBytes: 1024 * 1024 });
}

describe('evaluating on Redis', () => {
  it('takes at most two round trips cold, and none warm', async () => {
    const { evaluate } = await aWorld([], { lookups: await coldLookups() });
    expect(await evaluate.one(question, call)).toMatchObject({ allow: true, mandates: [id(10)] });
    expect(trips).toBe(2);
    expect(await evaluate.one(question, call)).toMatchObject({ allow: true });
    expect(trips).toBe(2);
  });

  it('shares the round trips of what is asked at the same time', async () => {
    const { evaluate } = await aWorld([], { lookups: await coldLookups() });
    await Promise.all(Array.from({ length: 50 }, () => evaluate.one(question, call)));
    expect(trips).toBe(2);
    await evaluate.many([question, { ...question, via: office }], 'execute_all', call);
    expect(trips).toBe(3);
  });

  it('answers what it knows, and fails on what it does not, when Redis is gone', async () => {
    const own = await startRedis();
    const client = await own.client();
    const projection = await openRedisProjection({ client });
    const rebuild = await projection.rebuild({ layout: LAYOUT, ...KEY }, 1);
    await rebuild.load(WRITES);
    await rebuild.swap({ epoch: 1, n: 7 }, '');
    const lookups = makeCachedLookups(makeRedisLookups({ client, key: KEY }), { maxBytes: 1024 * 1024 });
    const { evaluate } = await aWorld([], { lookups });
    await evaluate.one(question, call);
    await own.stop();
    expect(await evaluate.one(question, call)).toMatchObject({ allow: true });
    const elsewhere = { ...question, represented: office };
    await expect(async () => evaluate.one(elsewhere, call)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('leaves one chain of records, one for each call, in the order decided', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'machtig-evaluate-'));
    const path = join(folder, 'decisions.jsonl');
    const log = makeLog({ level: 'silent' });
    const records = makeRecords({ path, mode: 'written', version: '0', now: Date.now, log });
    const { evaluate } = await aWorld([], { lookups: await coldLookups(), records });
    const nobody = { ...question, service: 'urn:unknown' };
    await Promise.all(Array.from({ length: 100 }, (_, n) => evaluate.one(n % 2 ? question : nobody, call)));
    await evaluate.many([question, nobody], 'execute_all', call);
    await records.close();
    expect(await verifyRecords([path])).toMatchObject({ records: 102, faults: [] });
    rmSync(folder, { recursive: true });
  });
});
