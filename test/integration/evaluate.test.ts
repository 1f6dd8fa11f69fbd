import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../src/evaluate/call.ts';
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeRecords } from '../../src/records/records.ts';
import { verifyRecords } from '../../src/records/verify.ts';
import {
  aMandate,
  aService,
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
  SERVICE,
  SERVICE_UUID,
} from '../support/decide-world.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const KEY = { keyId: 'test', keyCheck: 'check' };
const call: Call = { caller };
const onward = aMandate(id(31), { kind: 'business', derived_from: { mandate_id: id(30), delegate: PASSER_ON } });
const PORTAL = 'urn:etoegang:DV:00000003111111110000:services:9';
const portal = aService({ service_id: PORTAL, service_uuid: id(101), sub_services: [SERVICE] });
const WRITES: Write[] = [
  { put: 'definition', serviceUuid: SERVICE_UUID, instances: [SERVICE] },
  { put: 'service', serviceId: PORTAL, facts: portal },
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
  await load(redis);
});
afterAll(() => redis.stop());

async function load(server: TestRedis, partitions = 1): Promise<void> {
  const projection = await openRedisProjection({ client: await server.client(), partitions });
  const rebuild = await projection.rebuild({ layout: LAYOUT, ...KEY }, 1);
  await rebuild.load(WRITES);
  await rebuild.swap({ epoch: 1, n: 7 }, '');
}

/** A sidecar's lookups on a cold cache; round trips are counted. */
async function coldLookups(server = redis, partitions = 1): Promise<Lookups> {
  const far = makeRedisLookups({ client: await server.client(), key: KEY, partitions });
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

  it('takes two round trips cold for a service by its UUID, a portal, and an intermediary named', async () => {
    const asked = [{ service: SERVICE_UUID }, { service: PORTAL }, { via: office }, { service: 'urn:unknown' }];
    for (const change of asked) {
      const { evaluate } = await aWorld([], { lookups: await coldLookups() });
      await evaluate.one({ ...question, ...change }, call);
      expect([change, trips]).toEqual([change, 2]);
    }
  });

  it('takes at most four round trips cold over several partitions', async () => {
    const own = await startRedis();
    await load(own, 5);
    const { evaluate } = await aWorld([], { lookups: await coldLookups(own, 5) });
    expect(await evaluate.one(question, call)).toMatchObject({ allow: true, mandates: [id(10)] });
    expect(trips).toBeGreaterThan(2);
    expect(trips).toBeLessThanOrEqual(4);
    await own.stop();
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
    await load(own);
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
