import type { Redis } from 'ioredis';
import { followCluster, followRedis, type RedisFollowing } from '../mandates/follow/redis-follower.ts';
import { partitions } from '../mandates/redis-layout.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Log } from '../process/log.ts';
import { makeRedis, untilReady } from '../store/redis.ts';
import { isClusterUrl, makeRedisCluster } from '../store/redis-cluster.ts';
import { oneServer, type RedisServers } from '../store/redis-servers.ts';
import type { Config } from './config.ts';
import { urlOf } from './keys.ts';

/** Redis as it is configured: one server, or the masters of a cluster. */
export interface ProjectionServers {
  servers: RedisServers;
  /** @throws AppError `store_unavailable` after `timeoutMs` */
  untilReady(timeoutMs?: number): Promise<void>;
  /** Follows the projection there. */
  follow(options: Omit<Parameters<typeof followCluster>[0], 'cluster'>): RedisFollowing;
}

export interface ConnectOptions {
  config: Config;
  lifecycle: Lifecycle;
  log: Log;
  /** Shown by CLIENT LIST. */
  name: string;
  commandTimeoutMs?: number;
}

/** Connects to the projection, until the lifecycle closes. */
export function connectServers({ config, lifecycle, log, name, ...rest }: ConnectOptions): ProjectionServers {
  const url = urlOf(config, 'redisUrl');
  const onError = (error: Error) => log.warn({ error: error.message }, `connection to Redis (${name})`);
  if (isClusterUrl(url)) {
    const keys = partitions(config.partitions).map(({ head }) => head);
    const cluster = makeRedisCluster({ url, name, keys, onError, ...rest });
    lifecycle.onClose(`the connections to the Redis Cluster (${name})`, cluster.close);
    return {
      servers: cluster,
      untilReady: cluster.untilReady,
      follow: (options) => followCluster({ ...options, cluster }),
    };
  }
  const client: Redis = makeRedis({ url, name, onError, ...rest });
  lifecycle.onClose(`the Redis connection (${name})`, () => client.disconnect());
  return {
    servers: oneServer(client, config.partitions),
    untilReady: (timeoutMs) => untilReady(client, timeoutMs),
    follow: (options) => followRedis({ ...options, client, url }),
  };
}
