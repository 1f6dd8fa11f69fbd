import type pg from 'pg';
import { AppError } from '../domain/errors.ts';
import type { Keys } from '../store/keys.ts';
import { withReading } from '../store/postgres.ts';

/**
 * Checks until it was so once that the register was filled under this very key: under another, nobody would be found,
 * and whoever is registered would be a second party.
 * @returns a function that throws AppError `not_ready` until then | `store_unavailable`
 */
export function makeKeyCheck(pool: pg.Pool, keys: Keys): () => Promise<void> {
  let same = false;
  return async () => {
    if (same) return;
    const filledWith = await withReading(pool, async (client) => {
      const { rows } = await client.query<{ key_id: string | null; key_check: string | null }>(
        'select key_id, key_check from register',
      );
      return rows[0];
    });
    same = filledWith?.key_id === keys.keyId && filledWith.key_check === keys.check();
    if (!same) throw new AppError('not_ready', 'the register was filled with another HMAC key, or is empty');
  };
}
