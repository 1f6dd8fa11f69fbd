import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { loop, pause } from '../process/loop.ts';
import { makeRedis, type RedisClientOptions, untilReady } from './redis.ts';
import { type ClusterAddress, mastersIn, type SlotHolder, slotOf } from './redis-cluster-nodes.ts';
import type { RedisServer, RedisServers } from './redis-servers.ts';

export interface RedisClusterOptions extends RedisClientOptions {
  /** One key of each part of the data; all keys of a part carry one hash tag. */
  keys: readonly string[];
  /** Pause between two looks at who holds what, when nothing fails. Default 5 s. */
  lookMs?: number;
}

export interface RedisCluster extends RedisServers {
  /** Of the server that holds a part, for further connections; undefined while nobody is known to. */
  urlOf(part: number): string | undefined;
  /** Who is told whenever parts are held by others than before. */
  onChange(told: () => void): void;
  /** Resolves when all parts are held by servers that answer. @throws AppError `store_unavailable` after `timeoutMs` */
  untilReady(timeoutMs?: number): Promise<void>;
  close(): void;
}

const ASK_WITHIN_MS = 1000;
const AT_MOST_EVERY_MS = 100;

/**
 * Connections to the masters of a Redis Cluster, one each. No redirection is ever followed: in a slot that is on its way to another
 * server, a key that is absent here may stand there, and scripts would take it for absent. There Redis
 * answers with an error (MOVED, ASK), which stays one.
 */
export function makeRedisCluster(options: RedisClusterOptions): RedisCluster {
  const { keys, lookMs = 5000 } = options;
  let tell = () => {};
  const seeds = clusterSeeds(options.url);
  const slots = keys.map(slotOf);
  const clients = new Map<string, Redis>();
  let holders: readonly (string | undefined)[] = slots.map(() => undefined);
  let servers: readonly RedisServer[] | undefined;

  function connect(address: string): Redis {
    const client = makeRedis({ ...options, url: seeds.urlOf(address) });
    client.on('close', looking.wake);
    // Each part that is followed there listens.
    client.setMaxListeners(keys.length + 10);
    return client;
  }

  function take(found: readonly SlotHolder[]): void {
    const now = slots.map((slot) => newestHolder(found, slot));
    if (now.every((address, part) => address === holders[part])) return;
    holders = now;
    for (const address of new Set(now)) {
      if (address !== undefined && !clients.has(address)) clients.set(address, connect(address));
    }
    for (const [address, client] of clients) {
      if (now.includes(address)) continue;
      clients.delete(address);
      client.disconnect();
    }
    servers = now.includes(undefined)
      ? undefined
      : [...clients].map(([address, client]) => ({ client, parts: partsOf(now, address) }));
    tell();
  }

  /** What every master that answers says; where one does not, also what the servers of the URL say. */
  async function look(): Promise<void> {
    const asked = [...clients].filter(([, client]) => client.status === 'ready');
    const said = await Promise.all(asked.map(([address, client]) => ask(client, address).catch(() => [])));
    const isWhole = clients.size > 0 && said.length === clients.size && said.every((one) => one.length > 0);
    const others = isWhole ? [] : seeds.addresses.filter((address) => !clients.has(address));
    const saidThere = others.map((address) => askOnce(address, seeds.urlOf(address), options));
    const found = [...said, ...(await Promise.all(saidThere))].flat();
    if (found.length === 0)
      throw new AppError('store_unavailable', 'no server of the Redis Cluster says who holds what');
    take(found);
  }

  const stop = new AbortController();
  const pace = { intervalMs: lookMs, backoff: { minMs: AT_MOST_EVERY_MS, maxMs: 1000 } };
  const looking = loop(stop.signal, look, { ...pace, onError: options.onError });

  return {
    of(part) {
      const client = clients.get(holders[part] ?? '');
      if (client === undefined)
        throw new AppError('store_unavailable', 'nobody is known to hold this part of the data');
      return client;
    },
    all() {
      if (servers === undefined)
        throw new AppError('store_unavailable', 'a part of the data is held by nobody that is known');
      return servers;
    },
    urlOf(part) {
      const address = holders[part];
      return address === undefined ? undefined : seeds.urlOf(address);
    },
    onChange(told) {
      tell = told;
    },
    doubt: atMostEvery(AT_MOST_EVERY_MS, looking.wake),
    untilReady: (timeoutMs = 5000) => untilAllReady(() => servers, timeoutMs),
    close() {
      stop.abort();
      for (const client of clients.values()) client.disconnect();
    },
  };
}

async function untilAllReady(servers: () => readonly RedisServer[] | undefined, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (servers() === undefined && performance.now() < end) await pause(20);
  const known = servers();
  if (known === undefined) {
    throw new AppError('store_unavailable', `the Redis Cluster did not answer within ${timeoutMs} ms`);
  }
  await Promise.all(known.map(({ client }) => untilReady(client, Math.max(1, end - performance.now()))));
}

function atMostEvery(ms: number, act: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    act();
  };
}

function partsOf(holders: readonly (string | undefined)[], address: string): number[] {
  return holders.flatMap((holder, part) => (holder === address ? [part] : []));
}

/** Of several that claim a slot, a failover gave the right one the highest epoch. */
function newestHolder(found: readonly SlotHolder[], slot: number): string | undefined {
  let newest: SlotHolder | undefined;
  for (const holder of found) {
    if (holder.epoch < (newest?.epoch ?? 0) || !holder.ranges.some(([from, to]) => from <= slot && slot <= to))
      continue;
    newest = holder;
  }
  return newest?.address;
}

/** A server that is silent must not keep from hearing the others. */
async function ask(client: Redis, address: string): Promise<SlotHolder[]> {
  const silence = new AbortController();
  const says = await Promise.race([client.cluster('NODES'), pause(ASK_WITHIN_MS, silence.signal)]).finally(() =>
    silence.abort(),
  );
  return says === undefined ? [] : mastersIn(String(says), address);
}

async function askOnce(address: string, url: string, options: RedisClientOptions): Promise<SlotHolder[]> {
  const client = makeRedis({ ...options, url, commandTimeoutMs: ASK_WITHIN_MS });
  try {
    await untilReady(client, ASK_WITHIN_MS);
    return await ask(client, address);
  } catch (thrown) {
    options.onError(thrown instanceof Error ? thrown : new Error('the Redis Cluster could not be asked'));
    return [];
  } finally {
    client.disconnect();
  }
}

/** `redis+cluster://user:password@host:port,host:port`, or with `rediss`; without a database: a cluster has but one. */
export const CLUSTER_URL =
  /^(rediss?)\+cluster:\/\/(?:([^@/]+)@)?((?:[\w.-]+|\[[0-9a-f:.]+\]):\d+(?:,(?:[\w.-]+|\[[0-9a-f:.]+\]):\d+)*)\/?$/;

export function isClusterUrl(url: string): boolean {
  return CLUSTER_URL.test(url);
}

function clusterSeeds(url: string): { addresses: string[]; urlOf(address: ClusterAddress): string } {
  const [, scheme, user, hosts] = CLUSTER_URL.exec(url) ?? [];
  if (hosts === undefined) throw new RangeError('not the URL of a Redis Cluster');
  return {
    addresses: hosts.split(','),
    urlOf: (address) => `${scheme}://${user === undefined ? '' : `${user}@`}${address}`,
  };
}
