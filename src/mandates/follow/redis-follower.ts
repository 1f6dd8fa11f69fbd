import type { Redis } from 'ioredis';
import { AppError } from '../../domain/errors.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Log } from '../../process/log.ts';
import { type Loop, loop } from '../../process/loop.ts';
import { makeRedis } from '../../store/redis.ts';
import { LAYOUT, partitions } from '../redis-layout.ts';
import { systemClock } from './clock.ts';
import type { Forgetful } from './follower.ts';
import type { Following } from './following.ts';
import { type FreshnessOptions, makeFreshness } from './freshness.ts';
import type { Expected } from './header.ts';
import { makePlaces, type Places } from './places.ts';
import { askRunId, takeSight } from './sight.ts';
import { readEntries } from './stream.ts';
import { makeTwoConnections, TWO_SERVERS } from './two-connections.ts';

export interface RedisFollowerOptions extends FreshnessOptions {
  /** For a connection of its own, which waits for the stream. */
  url: string;
  /** The connection through which lookups read: what it is connected to is what must be looked at. */
  client: Redis;
  key: Omit<Expected, 'layout'>;
  cache: Forgetful;
  log: Log;
  /** Pause between two looks at who Redis is, what time it has and what the head says. Default 500 ms. */
  checkMs?: number;
}

export interface RedisFollowing extends Following {
  /** How far a partition has been followed: what is read of it from before that comes from another Redis. */
  appliedIn(partition: number): Revision | undefined;
}

const QUICKLY = { minMs: 25, maxMs: 500 };

/**
 * Follows the projection in Redis: forgets what changes touched, and knows how fresh the rest is. A look at Redis, in
 * one round trip, decides where to begin and whether it is still the same Redis; the stream tells what happens.
 */
export function followRedis(options: RedisFollowerOptions): RedisFollowing {
  const { client, cache, log, url, checkMs = 500, clock = systemClock } = options;
  const all = partitions(options.partitions ?? 1);
  const expected: Expected = { layout: LAYOUT, ...options.key };
  const freshness = makeFreshness(options);
  const places = makePlaces({ partitions: all, tracks: freshness, cache, log });
  const stream = makeRedis({ url, name: 'machtig follow', commandTimeoutMs: 3000, onError: () => {} });

  const servers = makeTwoConnections(client, stream);

  async function check(): Promise<void> {
    const asked = places.now();
    const sight = await takeSight(client, all, { expected, clock });
    servers.set('lookups', sight.runId);
    freshness.read(sight.reading);
    places.see(sight, asked);
    freshness.doubt(servers.leadToTwo() ? TWO_SERVERS : undefined);
    if (servers.leadToTwo()) {
      servers.connectAnew();
      throw new AppError('data_stale', TWO_SERVERS);
    }
    reading.wake();
  }

  async function read(): Promise<'again' | undefined> {
    if (stream.status !== 'ready') return undefined;
    if (!servers.isKnown('changes')) {
      servers.set('changes', await askRunId(stream));
      checking.wake();
    }
    if (servers.leadToTwo()) freshness.doubt(TWO_SERVERS);
    if (!servers.leadToOne()) return undefined;
    if (places.known().length === 0) return undefined;
    if (await takeEntries(stream, places)) checking.wake();
    return 'again';
  }

  const stop = new AbortController();
  const warn = (failed: string) => (error: Error) => log.warn({ error: error.message }, failed);
  const pace = { intervalMs: checkMs, backoff: QUICKLY };
  const checking: Loop = loop(stop.signal, check, { ...pace, onError: warn('Redis could not be looked at') });
  const reading: Loop = loop(stop.signal, read, { ...pace, onError: warn('the stream could not be read') });

  // Whoever answers on a new connection may be another Redis, or the same one with an older memory.
  const onReady = () => {
    servers.set('lookups', undefined);
    freshness.doubt('the connection to Redis is new; it has not been looked at yet');
    checking.wake();
  };
  client.on('ready', onReady);
  stream.on('ready', reading.wake);
  stream.on('close', () => servers.set('changes', undefined));

  return {
    freshness,
    appliedIn: freshness.appliedIn,
    async close() {
      stop.abort();
      client.off('ready', onReady);
      stream.disconnect();
      await Promise.all([checking.done, reading.done]);
    },
  };
}

/** Takes in what comes next. True: Redis is to be looked at again, after a gap or a rebuild. */
async function takeEntries(stream: Redis, places: Places): Promise<boolean> {
  const known = places.known();
  const behind = new Map(known.map(({ partition, id }) => [partition, id]));
  let isToBeSeen = false;
  for (const entry of await readEntries(stream, known)) {
    const joins = places.take(entry, behind.get(entry.partition));
    behind.set(entry.partition, entry.id);
    if (!joins || entry.notice?.notice === 'swap') isToBeSeen = true;
  }
  return isToBeSeen;
}
