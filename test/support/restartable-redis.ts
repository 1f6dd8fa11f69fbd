import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A redis-server that can be killed and started again in the same place, with what it last saved. */
export interface RestartableRedis {
  url: string;
  socket: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRestartableRedis(): Promise<RestartableRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-redis-'));
  const socket = join(folder, 'redis.sock');
  const args = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'no'];

  async function start(): Promise<ChildProcess> {
    await rm(socket, { force: true });
    const started = spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    await eventually('redis-server listens', () => existsSync(socket));
    return started;
  }

  async function end(): Promise<void> {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  let server = await start();
  return {
    url: `unix://${socket}`,
    socket,
    async restart() {
      await end();
      server = await start();
    },
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
