import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/mandates/follow/clock.ts';
import { takeSight } from '../../src/mandates/follow/sight.ts';
import { headerText, LAYOUT, partition } from '../../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../../src/mandates/redis-lookups.ts';
import { makeRedis, untilReady } from '../../src/store/redis.ts';
import type { CountedRedis } from './redis-server.ts';
import { KEY, stepsFor } from './small-projection.ts';

/** What redis-server spends on one of something. */
export interface Cost {
  cpuUs: number;
  instructions: number | null;
}

async function costOf(redis: CountedRedis, times: number, act: (nth: number) => Promise<unknown>): Promise<Cost> {
  const { spent } = await redis.counting(async () => {
    for (let nth = 0; nth < times; nth++) await act(nth);
  });
  const { instructions } = spent;
  return {
    cpuUs: Math.round((spent.cpuUs / times) * 10) / 10,
    instructions: instructions ? Math.round((instructions.user + instructions.kernel) / times) : null,
  };
}

/** The look that a sidecar takes every 500 ms at each partition it follows. */
export async function costOfLook(redis: CountedRedis, times: number): Promise<Cost> {
  const expected = { layout: LAYOUT, ...KEY };
  const says = { ...expected, text: headerText(expected, 1) };
  const look = () =>
    takeSight(redis.client, [{ index: 0, partition: partition(0) }], { expected: says, clock: systemClock });
  const [seen] = (await look()).partitions;
  if (seen === undefined || 'fault' in seen) throw new Error(`the projection cannot be read: ${seen?.fault}`);
  return costOf(redis, times, look);
}

/** A connection as sidecars make it, until it can be used. */
export async function costOfConnection(redis: CountedRedis, times: number): Promise<Cost> {
  return costOf(redis, times, async () => {
    const client = makeRedis({ url: redis.url, name: 'machtig follow', onError: () => {} });
    await untilReady(client);
    client.disconnect();
  });
}

/** A decision of which nothing is at hand: two scripts, in which every record is found. */
export async function costOfColdDecision(redis: CountedRedis, times: number): Promise<Cost> {
  const lookups = makeRedisLookups({ client: redis.client, key: KEY });
  return costOf(redis, times, async (nth) => {
    for (const keys of stepsFor(nth)) {
      const found = await lookups.read(keys, () => {});
      if (!found.some((record) => record !== null)) throw new Error('nothing was found');
    }
  });
}

/** Bytes of Redis for a connection that waits for the stream. */
export async function bytesOfConnection(redis: CountedRedis, connections: number): Promise<number> {
  const before = await redis.usedBytes();
  const clients = Array.from({ length: connections }, () => new Redis(redis.port, '127.0.0.1'));
  await Promise.all(clients.map((client) => client.ping()));
  for (const client of clients) client.xread('BLOCK', 5000, 'STREAMS', 'nothing', '$').catch(() => {});
  await sleep(500);
  const after = await redis.usedBytes();
  for (const client of clients) client.disconnect();
  return Math.round((after - before) / connections);
}
