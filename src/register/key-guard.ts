import type pg from 'pg';
import { AppError } from '../domain/errors.ts';
import type { Keys } from '../store/keys.ts';

/**
 * The first writer of identifiers puts its key's name and check value into the register; with another key the same
 * identifier would lead nowhere, or to a second party.
 * @throws AppError `conflict` when the register was filled with another key
 */
export async function assertKey(client: pg.ClientBase, keys: Keys): Promise<void> {
  await client.query('update register set key_id = $1, key_check = $2 where key_id is null', [
    keys.keyId,
    keys.check(),
  ]);
  const { rows } = await client.query<{ key_id: string; same: boolean }>(
    'select key_id, (key_id, key_check) = ($1, $2) as same from register',
    [keys.keyId, keys.check()],
  );
  const [register] = rows;
  if (register?.same !== true) {
    throw new AppError('conflict', `the register was filled with HMAC key ${register?.key_id}, and this is another`);
  }
}
