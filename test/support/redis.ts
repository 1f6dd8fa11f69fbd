import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { makeRedis, untilReady } from '../../src/store/redis.ts';

/** A redis-server of our own, on a Unix socket in a temporary folder. */
export interface TestRedis {
  url: string;
  /** A connected client; closed by `stop`. */
  client(options?: { commandTimeoutMs?: number }): Promise<Redis>;
  stop(): Promise<void>;
}

/** Takes about 30 ms. `args` are passed to redis-server, as in `['--maxmemory-policy', 'allkeys-lru']`. */
export async function startRedis(args: readonly string[] = []): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-redis-'));
  const socket = join(folder, 'redis.sock');
  const server = spawn(
    'redis-server',
    ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'no', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const end = () => server.kill();
  process.once('exit', end);
  const clients: Redis[] = [];
  const redis: TestRedis = {
    url: `unix://${socket}`,
    async client(options = {}) {
      const client = makeRedis({ url: redis.url, name: 'test', onError: () => {}, ...options });
      clients.push(client);
      await untilReady(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.disconnect();
      process.off('exit', end);
      if (server.exitCode === null && server.kill()) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await untilAccepting(server);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return redis;
}

async function untilAccepting(server: ChildProcess): Promise<void> {
  const missing = once(server, 'error').then(() => {
    throw new Error(
      'These tests need redis-server on PATH: run scripts/provide-redis.sh, or apt-get install redis-server',
    );
  });
  const ready = new Promise<void>((resolve, reject) => {
    let log = '';
    server.stdout?.on('data', (text: Buffer) => {
      log += text.toString();
      if (log.includes('ready to accept connections') || log.includes('server is now ready')) resolve();
    });
    server.once('exit', () => reject(new Error(`redis-server ended:\n${log}`)));
  });
  await Promise.race([ready, missing]);
}
