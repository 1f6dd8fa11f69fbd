import type { Session } from './session.ts';

/** Two-key advisory lock, apart from the one-key lock that writers take: 'mach', 'sync'. */
const LOCK = [0x6d616368, 0x73796e63];

/**
 * Tries to become the one sync leader. The lock belongs to the session: whoever loses the connection has lost the
 * lead. The fencing number is drawn while the lock is held, so a later leader always has a higher one.
 * @returns the fencing number, or undefined while another leads.
 */
export async function tryLead(session: Session): Promise<number | undefined> {
  const [lock] = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', LOCK);
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
