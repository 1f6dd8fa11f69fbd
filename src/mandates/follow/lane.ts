import type { Redis } from 'ioredis';
import { AppError } from '../../domain/errors.ts';
import type { Log } from '../../process/log.ts';
import { type Loop, loop } from '../../process/loop.ts';
import { makeRedis } from '../../store/redis.ts';
import type { Partition } from '../redis-layout.ts';
import type { Clock } from './clock.ts';
import type { Fresh } from './freshness.ts';
import type { Places } from './places.ts';
import { askRunId, takeSight } from './sight.ts';
import { readEntries } from './stream.ts';
import { makeTwoConnections, TWO_SERVERS } from './two-connections.ts';

/** One server, and the partitions that are followed there together. */
export interface LaneOptions {
  /** Through which lookups read. */
  client: Redis;
  /** Of the same server, for a connection that waits for the stream. */
  url: string;
  /** Those of this lane; a cluster lets one connection wait for the streams of one slot only. */
  partitions: readonly { index: number; partition: Partition }[];
  /** What the head of each must say. */
  expected: Parameters<typeof takeSight>[2]['expected'];
  freshness: Fresh;
  places: Places;
  clock: Clock;
  log: Log;
  checkMs: number;
  /** A look failed: it may be that another server holds these partitions now. */
  onFailure(): void;
}

export interface Lane {
  close(): Promise<void>;
}

const QUICKLY = { minMs: 25, maxMs: 500 };

/**
 * Follows some partitions on one server. A look at it, in one round trip, decides where to begin and whether it is
 * still the same server; the stream tells what happens.
 */
export function followLane(options: LaneOptions): Lane {
  const { client, url, partitions, expected, freshness, places, clock, log, checkMs } = options;
  const indices = partitions.map(({ index }) => index);
  const name = `lane ${indices[0]}`;
  const stream = makeRedis({ url, name: 'machtig follow', commandTimeoutMs: 3000, onError: () => {} });
  const servers = makeTwoConnections(client, stream);
  const stop = new AbortController();

  async function check(): Promise<void> {
    const asked = places.now();
    const looked = takeSight(client, partitions, { expected, clock });
    const sight = await looked.catch((error) => {
      options.onFailure();
      throw error;
    });
    if (stop.signal.aborted) return;
    servers.set('lookups', sight.runId);
    // Stamps come from the clock of whoever holds the first partition: no other clock tells how old they are.
    if (indices.includes(0)) freshness.read(sight.reading);
    places.see(sight, asked);
    freshness.doubt(servers.leadToTwo() ? TWO_SERVERS : undefined, name);
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
    if (servers.leadToTwo()) freshness.doubt(TWO_SERVERS, name);
    if (!servers.leadToOne()) return undefined;
    if (places.known(indices).length === 0) return undefined;
    if (await takeEntries()) checking.wake();
    return 'again';
  }

  /** Takes in what comes next. True: Redis is to be looked at again, after a gap or a rebuild. */
  async function takeEntries(): Promise<boolean> {
    const known = places.known(indices);
    const behind = new Map(known.map(({ partition, id }) => [partition, id]));
    const entries = await readEntries(stream, known);
    if (stop.signal.aborted) return false;
    let isToBeSeen = false;
    for (const entry of entries) {
      const joins = places.take(entry, behind.get(entry.partition));
      behind.set(entry.partition, entry.id);
      if (!joins || entry.notice?.notice === 'swap') isToBeSeen = true;
    }
    return isToBeSeen;
  }

  const warn = (failed: string) => (error: Error) => log.warn({ error: error.message }, failed);
  const pace = { intervalMs: checkMs, backoff: QUICKLY };
  const checking: Loop = loop(stop.signal, check, { ...pace, onError: warn('Redis could not be looked at') });
  const reading: Loop = loop(stop.signal, read, { ...pace, onError: warn('the stream could not be read') });

  // Whoever answers on a new connection may be another Redis, or the same one with an older memory.
  const onReady = () => {
    servers.set('lookups', undefined);
    freshness.doubt('the connection to Redis is new; it has not been looked at yet', name);
    checking.wake();
  };
  client.on('ready', onReady);
  stream.on('ready', reading.wake);
  stream.on('close', () => servers.set('changes', undefined));

  return {
    async close() {
      stop.abort();
      client.off('ready', onReady);
      stream.disconnect();
      freshness.doubt(undefined, name);
      await Promise.all([checking.done, reading.done]);
    },
  };
}
