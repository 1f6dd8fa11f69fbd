import { AppError } from '../../domain/errors.ts';
import type { Header, Write } from '../projection.ts';
import { changeWrites } from '../writes.ts';
import { type ChangeRow, type Look, look } from './changes.ts';
import { assertLeading, type Cursor, headerOf, isSameHeader, type SyncOptions } from './projector.ts';
import type { Mending } from './reconcile-mend.ts';
import type { Session } from './session.ts';

/** Changes per batch: one script of a millisecond or two in the projection. */
export const BATCH = 500;

export interface Round {
  cursor: Cursor;
  /** More is waiting: go on at once. */
  behind: boolean;
}

export interface Lead {
  session: Session;
  fence: number;
  /** What the projection says of itself; another key in the register asks for a rebuild. */
  header: Header;
  /** Aborts when the lead is lost. */
  signal: AbortSignal;
  /** What the comparison with the register has found. */
  mending?: Mending;
}

/**
 * Makes the step of following: one look at the register, which applies what was committed since the cursor, then vouches for it. The stamp is taken
 * before the register is asked and sent behind the changes it covers; while a backlog is worked off there is none.
 * @returns undefined when the position must be taken anew: another epoch, another key.
 */
export function makeKeepUp(options: SyncOptions, { session, fence, header, signal, mending }: Lead) {
  const { projection, hooks, pollMs = 200 } = options;
  let lastStampAt = Number.NEGATIVE_INFINITY;

  async function apply(cursor: Cursor, { changes }: Look): Promise<Cursor> {
    const last = changes.at(-1);
    if (last === undefined) return cursor;
    const startedAt = performance.now();
    const writes = changes.flatMap(writesFor);
    const to = { epoch: cursor.epoch, n: last.n };
    assertLeading(signal);
    await projection.apply({ from: { epoch: cursor.epoch, n: cursor.n }, to, hash: last.hash, writes }, fence);
    mending?.applied(writes, to);
    const reached = { ...to, hash: last.hash };
    const ms = performance.now() - startedAt;
    hooks?.onApplied?.({ revision: reached, changes: changes.length, writes: writes.length, ms });
    return reached;
  }

  return async function keepUp(cursor: Cursor): Promise<Round | undefined> {
    const due = performance.now() - lastStampAt >= pollMs - 10;
    const stampMs = due ? await projection.time() : undefined;
    const seen = await look(session, cursor.n, BATCH);
    if (seen === undefined) throw new AppError('not_ready', 'the register has no row any more');
    if (seen.standby) throw new AppError('not_ready', 'this Postgres has become a standby');
    if (seen.epoch !== cursor.epoch || !isSameHeader(headerOf(header.layout, seen), header)) return undefined;
    const reached = await apply(cursor, seen);
    if (seen.complete && stampMs !== undefined) {
      assertLeading(signal);
      await projection.heartbeat(stampMs, { epoch: reached.epoch, n: reached.n }, fence);
      lastStampAt = performance.now();
      hooks?.onHeartbeat?.(stampMs);
    }
    if (seen.complete)
      await mending?.mend({ revision: { epoch: reached.epoch, n: reached.n }, hash: reached.hash, fence });
    return { cursor: reached, behind: !seen.complete };
  };
}

/** A catalogue entry that came with a bulk load was never in a change: what goes is known by its id alone. */
export function writesFor(change: ChangeRow): Write[] {
  if (change.facts_before === null && change.facts_after === null) {
    if (change.entity === 'service') return [{ drop: 'service', serviceId: change.entity_id }];
    if (change.entity === 'definition') return [{ drop: 'definition', serviceUuid: change.entity_id }];
  }
  return changeWrites(change);
}
