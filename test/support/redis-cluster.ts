import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

type Command = [string, ...(string | number | Buffer)[]];

/** One redis-server of a cluster. */
export interface ClusterNode {
  port: number;
  call(...command: Command): Promise<unknown>;
  /** As `call`; texts as Buffers. */
  raw(...command: Command): Promise<unknown>;
  freeze(): void;
  resume(): void;
  /** SIGKILL; what it knew of the cluster stays. */
  kill(): Promise<void>;
  isRunning(): boolean;
  /** Again where it was, without data. */
  start(): Promise<void>;
}

/** A Redis Cluster of our own on loopback: masters that share all slots between them, each with as many replicas. */
export interface TestCluster {
  url: string;
  masters: ClusterNode[];
  /** The first of each master, in the order of the masters. */
  replicas: ClusterNode[];
  /** Which master holds the slot of this key now. */
  holder(key: string): Promise<ClusterNode>;
  slot(key: string): Promise<number>;
  idOf(node: ClusterNode): Promise<string>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Takes some seconds. */
export async function startCluster({
  masters: count = 3,
  replicas: mirrored = false,
  nodeTimeoutMs = 15_000,
} = {}): Promise<TestCluster> {
  const nodes = await Promise.all(Array.from({ length: count * (mirrored ? 2 : 1) }, () => startNode(nodeTimeoutMs)));
  const masters = nodes.slice(0, count);
  const replicas = nodes.slice(count);
  const idOf = async (node: ClusterNode) => String(await node.call('CLUSTER', 'MYID'));

  async function join(): Promise<void> {
    for (const [index, node] of masters.entries()) {
      const [from, to] = [index, index + 1].map((edge) => Math.floor((edge * SLOTS) / count));
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      await node.call('CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
    }
    const [first, ...others] = nodes;
    for (const { port, busPort } of others) await first?.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
    await eventually('all nodes know each other', async () => {
      const said = await Promise.all(nodes.map((node) => node.call('CLUSTER', 'INFO')));
      return said.every((text) => String(text).includes(`cluster_known_nodes:${nodes.length}`));
    });
    for (const [index, replica] of replicas.entries()) {
      const master = masters[index];
      if (master) await replica.call('CLUSTER', 'REPLICATE', await idOf(master));
    }
    await eventually('the cluster is whole', async () => {
      const said = await Promise.all(nodes.map((node) => node.call('CLUSTER', 'INFO')));
      const links = await Promise.all(replicas.map((replica) => replica.call('INFO', 'replication')));
      const isLinked = links.every((text) => String(text).includes('master_link_status:up'));
      return isLinked && said.every((text) => String(text).includes('cluster_state:ok'));
    });
  }

  async function stop(): Promise<void> {
    await Promise.all(nodes.map((node) => node.end()));
  }

  await join().catch(async (error) => {
    await stop();
    throw error;
  });
  const slot = async (key: string) => Number(await masters[0]?.call('CLUSTER', 'KEYSLOT', key));
  return {
    url: `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    masters,
    replicas,
    slot,
    idOf,
    async holder(key) {
      const wanted = await slot(key);
      for (const node of nodes) {
        const mine = String(await node.call('CLUSTER', 'NODES').catch(() => '')).split('\n');
        const [, , flags = '', , , , , , ...ranges] = mine.find((line) => line.includes('myself'))?.split(' ') ?? [];
        const holds = ranges.some((range) => {
          const [from = '', to = from] = range.split('-');
          return Number(from) <= wanted && wanted <= Number(to);
        });
        if (flags.includes('master') && holds) return node;
      }
      throw new Error(`nobody holds the slot of ${key}`);
    },
    stop,
  };
}

interface StartedNode extends ClusterNode {
  /** Where the nodes talk among themselves. */
  busPort: number;
  end(): Promise<void>;
}

const STORE = ['--save', '', '--appendonly', 'no', '--cluster-enabled', 'yes', '--repl-diskless-sync-delay', '0'];

async function startNode(nodeTimeoutMs: number): Promise<StartedNode> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-cluster-'));
  const [port, busPort] = [await freePort(), await freePort()];
  const addressed = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const clustered = ['--cluster-port', String(busPort), '--cluster-node-timeout', String(nodeTimeoutMs)];
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    server = spawn('redis-server', [...STORE, ...addressed, ...clustered], { stdio: ['ignore', 'ignore', 'inherit'] });
    await eventually(`redis-server answers on ${port}`, () => call('PING'));
  }

  const end = () => void server?.kill('SIGKILL');
  process.once('exit', end);

  async function connected(ask: (client: Redis) => Promise<unknown>): Promise<unknown> {
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null, commandTimeout: 5000 });
    client.on('error', () => {}); // The command fails as well.
    try {
      await client.connect();
      return await ask(client);
    } finally {
      client.disconnect();
    }
  }

  const call = (...[name, ...args]: Command) => connected((client) => client.call(name, ...args));
  const raw = (...[name, ...args]: Command) => connected((client) => client.callBuffer(name, ...args));

  const isRunning = () => server !== undefined && server.exitCode === null && server.signalCode === null;

  async function kill(): Promise<void> {
    if (server === undefined || !isRunning()) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  }

  await start();
  return {
    port,
    busPort,
    call,
    raw,
    freeze: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    kill,
    isRunning,
    start,
    async end() {
      process.off('exit', end);
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
