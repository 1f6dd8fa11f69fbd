import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '../support/eventually.ts';
import { type Link, openLink, type Target } from './link.ts';

/** One redis-server, on a socket in a folder of its own. */
export interface RigRedis {
  name: string;
  socket: string;
  target: Target;
  /** Straight to it, past every link. */
  call(...command: (string | number | Buffer)[]): Promise<unknown>;
  freeze(): void;
  resume(): void;
  /** SIGKILL; what it last saved stays. */
  kill(): Promise<void>;
  /** With what it last saved; `empty`: without. */
  start(options?: { empty?: boolean }): Promise<void>;
  /** SAVE: what it will hold after `kill` and `start`. */
  save(): Promise<void>;
  end(): Promise<void>;
}

export async function startRigRedis(name: string): Promise<RigRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-rig-redis-'));
  const socket = join(folder, 'redis.sock');
  let server: ChildProcess | undefined;

  async function start({ empty = false } = {}): Promise<void> {
    await rm(socket, { force: true });
    if (empty) await rm(join(folder, 'dump.rdb'), { force: true });
    const options = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'no'];
    const replicating = ['--repl-diskless-sync-delay', '0', '--repl-timeout', '3600'];
    server = spawn('redis-server', [...options, ...replicating], { stdio: ['ignore', 'ignore', 'inherit'] });
    const said = once(server, 'error').then(([error]) => Promise.reject(error));
    await Promise.race([eventually(`${name} answers`, async () => existsSync(socket) && (await call('ping'))), said]);
  }

  async function call(...command: (string | number | Buffer)[]): Promise<unknown> {
    const client = new Redis(socket, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => {}); // The command fails as well.
    try {
      await client.connect();
      const [first = '', ...args] = command;
      return await client.call(String(first), ...args);
    } finally {
      client.disconnect();
    }
  }

  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  }

  const end = () => void server?.kill('SIGKILL');
  process.once('exit', end);
  await start();
  return {
    name,
    socket,
    target: () => ({ path: socket }),
    call,
    freeze: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    kill,
    start,
    save: async () => void (await call('save')),
    async end() {
      process.off('exit', end);
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A primary with its replica behind a link, and an address that follows whichever is the primary. */
export interface RedisPair {
  primary(): RigRedis;
  replica(): RigRedis;
  /** Between the two: silent, the replica lags. */
  replication: Link;
  /** Of whichever is the primary. */
  target: Target;
  /** A link in the file system to the socket of whichever is the primary, for who connects without a link of the rig. */
  address: string;
  /** The replica has all that the primary has. */
  caughtUp(): Promise<void>;
  /**
   * The replica becomes the primary, and new connections lead to it. The old primary lives on, alone; connections to
   * it stay until they are reset. `rejoin` makes it the replica.
   */
  failOver(): Promise<void>;
  rejoin(): Promise<void>;
  end(): Promise<void>;
}

export async function startRedisPair(): Promise<RedisPair> {
  const [one, other] = [await startRigRedis('redis 1'), await startRigRedis('redis 2')];
  let [primary, replica] = [one, other];
  const replication = await openLink(() => primary.target());
  const follow = () => replica.call('replicaof', '127.0.0.1', replication.port);
  await follow();
  const folder = await mkdtemp(join(tmpdir(), 'machtig-rig-address-'));
  const address = join(folder, 'redis.sock');

  async function point(): Promise<void> {
    await symlink(primary.socket, `${address}.new`);
    await rename(`${address}.new`, address);
  }
  await point();

  /** The replica tells once a second how far it is; the primary goes on meanwhile. */
  async function caughtUp(): Promise<void> {
    let wanted: number | undefined;
    await eventually('the replica has caught up', async () => {
      const said = String(await primary.call('info', 'replication'));
      const [, sent] = /master_repl_offset:(\d+)/.exec(said) ?? [];
      const [, state, got] = /slave0:.*state=(\w+),offset=(\d+)/.exec(said) ?? [];
      if (state !== 'online') return false;
      wanted ??= Number(sent);
      return Number(got) >= wanted;
    });
  }

  return {
    primary: () => primary,
    replica: () => replica,
    replication,
    target: () => primary.target(),
    address,
    caughtUp,
    async failOver() {
      await replica.call('replicaof', 'no', 'one');
      [primary, replica] = [replica, primary];
      await point();
    },
    async rejoin() {
      replication.pass();
      replication.reset();
      await follow();
      await caughtUp();
    },
    async end() {
      await one.end();
      await other.end();
      await replication.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
