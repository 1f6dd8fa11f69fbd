import { spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import { freePort } from '../../test/support/free-port.ts';
import { type Spent, startCounting } from '../bench/counting.ts';
import { pinned } from '../bench/processes.ts';

export interface CountedRedis {
  port: number;
  url: string;
  client: Redis;
  /** What the server used while `act` ran. */
  counting<T>(act: () => Promise<T>): Promise<{ spent: Spent; result: T }>;
  usedBytes(): Promise<number>;
}

/** A private Redis on TCP, since that is how sidecars reach it, with room for many connections. */
export async function startCountedRedis(lifecycle: Lifecycle, ...settings: string[]): Promise<CountedRedis> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--maxclients', '20000', ...settings];
  const server = spawn(...pinned('redis-server', args, 0), { stdio: 'ignore' });
  lifecycle.onClose('Redis', () => server.kill());
  const client = new Redis(port, '127.0.0.1');
  client.on('error', () => {}); // Until it listens.
  lifecycle.onClose('the Redis client', () => client.disconnect());
  const info = await client.info();
  const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    async counting(act) {
      const stop = startCounting([pid]);
      const result = await act();
      return { spent: await stop(), result };
    },
    usedBytes: async () => Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]),
  };
}
