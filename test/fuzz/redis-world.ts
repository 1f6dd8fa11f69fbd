import fc from 'fast-check';
import type { Redis } from 'ioredis';
import type { Question } from '../../src/domain/evaluation.ts';
import type { Found, Lookups } from '../../src/mandates/lookups.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { touchedKey } from '../../src/mandates/writes.ts';
import { registerWrites } from '../../src/workbench/cases/register-writes.ts';
import type { Register } from '../oracle/register.ts';
import { questions } from '../property/questions.ts';
import { registers } from '../property/registers.ts';
import { startRedis } from '../support/redis.ts';

const HEADER = { layout: LAYOUT, keyId: 'test', keyCheck: 'check' };
const REGISTERS = 40;
const QUESTIONS = 60;
/** So small that mandates of few pairs stand in a tree already. */
const LEAF_BYTES = 120;

/** A value as it stands in Redis, and how to put another in its place. */
export interface Place {
  name: string;
  whole: Buffer;
  put(value: Buffer): Promise<unknown>;
}

export interface RedisWorld {
  lookups: Lookups;
  places: readonly Place[];
  /** Every key of a record of the register, with what is found there. */
  truth: ReadonlyMap<RecordKey, Found>;
  questions: readonly Question[];
  close(): Promise<void>;
}

/** A register in a Redis of its own, as `sync` writes it. */
export async function openRedisWorld(seed: number): Promise<RedisWorld> {
  const redis = await startRedis();
  const client = await redis.client();
  const [register] = fc
    .sample(registers, { seed, numRuns: REGISTERS })
    .sort((a, b) => b.mandates.length - a.mandates.length) as [Register];
  const writes = registerWrites(register);
  const projection = await openRedisProjection({ client, leafBytes: LEAF_BYTES });
  const rebuild = await projection.rebuild(HEADER, 1, writes.length);
  await rebuild.load(writes);
  await rebuild.swap({ epoch: 1, n: 1 }, '');
  const lookups = makeRedisLookups({ client, key: HEADER });
  const keys = [...new Set(writes.map(touchedKey))];
  const found = await lookups.read(keys);
  return {
    lookups,
    places: await placesIn(client),
    truth: new Map(keys.map((key, index) => [key, found[index] ?? null])),
    questions: fc.sample(questions, { seed, numRuns: QUESTIONS }),
    close: redis.stop,
  };
}

async function placesIn(client: Redis): Promise<Place[]> {
  const places: Place[] = [];
  for (const key of ((await client.callBuffer('KEYS', '{m0}:*')) as Buffer[]).sort(Buffer.compare)) {
    const name = key.toString('latin1');
    const kind = await client.type(key);
    if (kind === 'string') {
      const whole = (await client.getBuffer(key)) ?? Buffer.alloc(0);
      places.push({ name, whole, put: (value) => client.set(key, value) });
    } else if (kind === 'hash') {
      const fields = (await client.callBuffer('HGETALL', key)) as Buffer[];
      for (let at = 0; at < fields.length; at += 2) {
        const [field, whole] = [fields[at], fields[at + 1]];
        if (field === undefined || whole === undefined) continue;
        places.push({
          name: `${name} ${field.toString('latin1')}`,
          whole,
          put: (value) => client.hset(key, field, value),
        });
      }
    }
  }
  return places;
}
