import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Use } from '../records/uses.ts';
import { toRedisError } from '../store/redis.ts';
import type { UseSource } from './use-source.ts';

/** The latest moment that a date can hold. */
const LATEST = 8.64e15;

const uses = z.array(
  z.object({
    mandate_id: z.string().regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/),
    count: z.int().min(1).max(1e9),
    last: z.int().min(0).max(LATEST),
  }),
);

/** Reads the stream that `makeRedisUseSink` writes. @throws AppError `store_unavailable` */
export function makeRedisUseSource(client: () => Pick<Redis, 'xrange' | 'xtrim'>, stream: string): UseSource {
  return {
    async read(after, limit) {
      const entries = await client().xrange(stream, `(${after}`, '+', 'COUNT', limit).catch(rethrow);
      return entries.map(([id, fields]) => ({ id, at: Number(id.split('-')[0]), uses: usesIn(fields) }));
    },
    async forget(id) {
      const [ms, nth] = id.split('-');
      await client()
        .xtrim(stream, 'MINID', `${ms}-${BigInt(nth ?? 0) + 1n}`)
        .catch(rethrow);
    },
  };
}

function rethrow(thrown: unknown): never {
  throw toRedisError(thrown);
}

function usesIn([field, text]: string[]): Use[] | undefined {
  if (field !== 'uses' || text === undefined) return undefined;
  try {
    return uses.parse(JSON.parse(text));
  } catch {
    return undefined; // Counted as malformed by whoever reads it.
  }
}
