import { AppError } from '../domain/errors.ts';
import { type Keys, makeKeys } from '../store/keys.ts';
import type { Config } from './config.ts';

/** The keys as configured. @throws AppError `invalid_request` where a role was let through without them. */
export function keysOf({ keys: { hmac, hmacKeyId, seal } }: Config): Keys {
  if (hmac === undefined) throw new AppError('invalid_request', 'MACHTIG_HMAC_KEY must be given');
  return makeKeys({
    hmacKey: hmac.reveal(),
    hmacKeyId,
    ...(seal && { sealKey: seal.reveal() }),
  });
}

/** @throws AppError `invalid_request` when it is absent: `loadConfig` demands it of each role that needs it. */
export function urlOf(config: Config, store: 'databaseUrl' | 'redisUrl'): string {
  const url = config[store]?.reveal();
  if (url !== undefined) return url;
  throw new AppError('invalid_request', `${store === 'redisUrl' ? 'REDIS_URL' : 'DATABASE_URL'} must be given`);
}
