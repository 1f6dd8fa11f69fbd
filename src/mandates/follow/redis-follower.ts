import type { Redis } from 'ioredis';
import type { Revision } from '../../domain/revision.ts';
import type { Log } from '../../process/log.ts';
import type { RedisCluster } from '../../store/redis-cluster.ts';
import { headerText, LAYOUT, partitions } from '../redis-layout.ts';
import { systemClock } from './clock.ts';
import type { Forgetful } from './follower.ts';
import type { Following } from './following.ts';
import { type FreshnessOptions, makeFreshness } from './freshness.ts';
import type { Expected } from './header.ts';
import { followLane, type Lane } from './lane.ts';
import { makePlaces } from './places.ts';

interface CommonOptions extends FreshnessOptions {
  key: Omit<Expected, 'layout'>;
  cache: Forgetful;
  log: Log;
  /** Pause between two looks at who Redis is, what time it has and what the head says. Default 500 ms. */
  checkMs?: number;
}

export interface RedisFollowerOptions extends CommonOptions {
  /** For a connection of its own, which waits for the stream. */
  url: string;
  /** The connection through which lookups read: what it is connected to is what must be looked at. */
  client: Redis;
}

export interface ClusterFollowerOptions extends CommonOptions {
  /** Through which lookups read. */
  cluster: RedisCluster;
}

export interface RedisFollowing extends Following {
  /** How far a partition has been followed: what is read of it from before that comes from another Redis. */
  appliedIn(partition: number): Revision | undefined;
}

/**
 * Follows the projection in Redis: forgets what changes touched, and knows how fresh the rest is.
 */
export function followRedis({ client, url, ...options }: RedisFollowerOptions): RedisFollowing {
  const { shared, freshness, everything } = begin(options);
  const lane = followLane({ ...shared, client, url, partitions: everything, onFailure: () => {} });
  return { freshness, appliedIn: freshness.appliedIn, close: lane.close };
}

/**
 * The same in a Redis Cluster, each partition for itself. One that another server holds than before is forgotten, and
 * begun anew there: nothing is answered until a heartbeat came from everywhere.
 */
export function followCluster({ cluster, ...options }: ClusterFollowerOptions): RedisFollowing {
  const { shared, freshness, places, everything } = begin(options);
  const lanes = new Map<number, { url: string; lane: Lane }>();
  let closing: Promise<unknown> = Promise.resolve();

  function end(index: number): void {
    closing = Promise.all([closing, lanes.get(index)?.lane.close()]);
    lanes.delete(index);
    places.lose(index, 'data_stale', 'another server of the cluster holds this partition now');
  }

  function arrange(): void {
    for (const one of everything) {
      const url = cluster.urlOf(one.index);
      if (lanes.get(one.index)?.url === url) continue;
      if (lanes.has(one.index)) end(one.index);
      if (url === undefined) continue;
      const client = cluster.of(one.index);
      const lane = followLane({ ...shared, client, url, partitions: [one], onFailure: cluster.doubt });
      lanes.set(one.index, { url, lane });
    }
  }

  cluster.onChange(arrange);
  arrange();
  return {
    freshness,
    appliedIn: freshness.appliedIn,
    async close() {
      cluster.onChange(() => {});
      for (const index of [...lanes.keys()]) end(index);
      await closing;
    },
  };
}

function begin(options: CommonOptions) {
  const { cache, log, key, checkMs = 500, clock = systemClock } = options;
  const all = partitions(options.partitions ?? 1);
  const expected: Expected = { layout: LAYOUT, ...key };
  const freshness = makeFreshness(options);
  const places = makePlaces({ partitions: all, tracks: freshness, cache, log });
  const everything = all.map((partition, index) => ({ index, partition }));
  const says = { ...expected, text: headerText(expected, all.length) };
  return { freshness, places, everything, shared: { expected: says, freshness, places, clock, log, checkMs } };
}
