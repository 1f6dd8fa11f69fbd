import type { Redis } from 'ioredis';
import { AppError } from '../../domain/errors.ts';
import { toRedisError } from '../../store/redis.ts';
import type { Notice } from '../notice.ts';
import { parseNotice } from '../redis-notice.ts';

/** How long one read waits for something new; heartbeats come more often than that. */
const BLOCK_MS = 500;
const ENTRIES_AT_MOST = 512;

export interface StreamPlace {
  partition: number;
  stream: string;
  /** Of the last entry taken in. */
  id: string;
}

export interface Entry {
  partition: number;
  id: string;
  /** Undefined: it says nothing that this layout writes. What it would have said is unknown, as if it were missing. */
  notice: Notice | undefined;
}

/** Waits for entries behind the places given, and returns them in the order of each stream. */
export async function readEntries(client: Redis, places: readonly StreamPlace[]): Promise<Entry[]> {
  const args = [...places.map(({ stream }) => stream), ...places.map(({ id }) => id)];
  const reply = await client
    .callBuffer('XREAD', 'COUNT', ENTRIES_AT_MOST, 'BLOCK', BLOCK_MS, 'STREAMS', ...args)
    .catch((thrown) => Promise.reject(toRedisError(thrown)));
  if (reply === null) return [];
  return list(reply).flatMap((part) => {
    const [name, entries] = list(part);
    const place = places.find(({ stream }) => stream === String(name));
    if (place === undefined) throw new AppError('store_unavailable', 'Redis answered with a stream not asked for');
    return list(entries).map((entry) => {
      const [id, fields] = list(entry);
      return { partition: place.partition, id: String(id), notice: readNotice(fields) };
    });
  });
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new AppError('store_unavailable', 'Redis answered with something else than a list');
}

function readNotice(fields: unknown): Notice | undefined {
  try {
    return parseNotice(list(fields).filter(Buffer.isBuffer));
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined;
    throw thrown;
  }
}
