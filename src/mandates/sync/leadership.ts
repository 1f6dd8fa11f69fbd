import { crc32 } from 'node:zlib';
import { MAIN } from '../projection.ts';
import type { Session } from './session.ts';

/** Two-key advisory lock, apart from the one-key lock that writers take: 'mach', and 'sync' or what stands for another projection. */
const LOCK = 0x6d616368;
const SYNC = 0x73796e63;

/** Signed, as PostgreSQL has it. */
const lockOf = (projection: string) => [LOCK, projection === MAIN ? SYNC : crc32(projection) | 0];

/**
 * Tries to become the one sync leader of this projection. The lock belongs to the session: whoever loses the connection has lost the
 * lead. The fencing number is drawn while the lock is held, so a later leader always has a higher one.
 * @returns the fencing number, or undefined while another leads.
 */
export async function tryLead(session: Session, projection = MAIN): Promise<number | undefined> {
  const keys = lockOf(projection);
  const [lock] = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', keys);
  if (lock?.held !== true) return undefined;
  return drawFence(session, 0);
}

/**
 * Draws a fencing number above `seen`. A projection may have seen a higher one than this Postgres ever gave out when
 * Postgres was restored from a backup: holding the lock here, it is ours to pass it.
 */
export async function drawFence(session: Session, seen: number): Promise<number> {
  const [drawn] = await session.query<{ fence: string }>(
    `select case when next > $1 then next else setval('sync_fence', $1 + 1) end as fence
     from (select nextval('sync_fence') as next) drawn`,
    [seen],
  );
  return Number(drawn?.fence);
}
