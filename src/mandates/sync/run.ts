import { AppError, toError } from '../../domain/errors.ts';
import { loop } from '../../process/loop.ts';
import { listenForHints } from './hints.ts';
import { type Lead, makeKeepUp } from './keep-up.ts';
import { tryLead } from './leadership.ts';
import { takePosition } from './position.ts';
import type { Cursor, SyncOptions } from './projector.ts';
import { rebuildProjection } from './rebuild.ts';
import { makeBesides } from './rebuild-beside.ts';
import { reconcile } from './reconcile.ts';
import { makeMending } from './reconcile-mend.ts';
import { openSession, type Session } from './session.ts';
import { writeBackUses } from './write-back.ts';

/** How often a leader that is busy rebuilding shows the database that it lives. */
const SIGN_OF_LIFE_MS = 1000;

/**
 * Keeps the projection equal to the register until `signal` stops it: leads when no other does, stands by otherwise.
 * Every failure is logged, counted and tried again; nothing is thrown. Resolves when everything is closed.
 */
export async function runSync(options: SyncOptions): Promise<void> {
  const { databaseUrl, signal, log, hooks, standbyMs = 500 } = options;
  let session: Session | undefined;

  const report = (error: Error, retryInMs?: number) => {
    log.warn({ error: error.message, retryInMs }, 'sync failed');
    hooks?.onFailure?.(error);
  };

  async function attempt(): Promise<void> {
    if (session === undefined || session.lost.aborted) {
      session = await openSession({ databaseUrl, purpose: 'sync: leader', answerWithinMs: 2000 });
      hooks?.onRole?.('standby');
    }
    const fence = await tryLead(session, options.name);
    if (fence === undefined) return;
    log.info({ fence }, 'sync leads');
    hooks?.onRole?.('leader');
    try {
      await lead(options, session, fence);
    } finally {
      hooks?.onRole?.('standby');
      // The lock goes with the connection, so that another may lead at once.
      await session.close();
    }
  }

  const running = loop(signal, attempt, {
    intervalMs: standbyMs,
    backoff: { minMs: 100, maxMs: 2000 },
    onError: report,
  });
  await running.done;
  await session?.close();
}

/** Leads until the lock's connection is lost or sync is stopped. */
async function lead(options: SyncOptions, session: Session, firstFence: number): Promise<void> {
  const { databaseUrl, projection, layout, log, hooks, pollMs = 200 } = options;
  const signal = AbortSignal.any([options.signal, session.lost]);
  let fence = firstFence;
  let keepUp: ReturnType<typeof makeKeepUp> | undefined;
  let cursor: Cursor | undefined;
  let beyondRepair: string | undefined;
  const besides = makeBesides(options);
  const mending = makeMending(projection, () => following.wake(), signal);

  async function begin(): Promise<Cursor> {
    const position = await takePosition({ session, projection, layout, fence });
    fence = position.fence;
    const leading: Lead = { session, fence, header: position.header, signal, mending };
    keepUp = makeKeepUp(options, leading);
    if ('kept' in position) {
      log.info({ reason: position.kept }, 'sync takes the projection into a new epoch');
      hooks?.onKept?.(position.kept);
    }
    const reason = 'cursor' in position ? beyondRepair : position.rebuild;
    beyondRepair = undefined;
    if ('cursor' in position && reason === undefined) return position.cursor;
    log.info({ reason }, 'sync rebuilds the projection');
    hooks?.onRebuild?.(reason ?? '');
    if ('cursor' in position) {
      besides.begin(leading);
      return position.cursor;
    }
    return whileAlive(session, () => rebuildProjection(options, leading));
  }

  async function step(): Promise<'again' | undefined> {
    try {
      if (beyondRepair !== undefined) cursor = undefined;
      if (cursor === undefined) {
        await besides.forsake();
        mending.reset();
        cursor = await begin();
        mending.reset();
      }
      let round = await keepUp?.(cursor);
      if (round?.behind === false) round = await besides.change(round.cursor);
      cursor = round?.cursor;
      return round === undefined || round.behind ? 'again' : undefined;
    } catch (thrown) {
      // Whatever failed, what we believed of the projection may no longer hold: take the position anew.
      cursor = undefined;
      throw thrown;
    }
  }

  const following = loop(signal, step, {
    intervalMs: pollMs,
    backoff: { minMs: 20, maxMs: 1000 },
    onError: (error, retryInMs) => {
      log.warn({ error: error.message, retryInMs }, 'sync takes its position anew');
      hooks?.onFailure?.(error);
    },
  });
  const hints = listenForHints({ databaseUrl, signal, onHint: following.wake });
  const uses = projection.uses && writeBackUses(options, projection.uses, signal);
  const onBeyondRepair = (why: string) => {
    beyondRepair = why;
    following.wake();
  };
  const { reconcile: settings } = options;
  const comparing = settings && reconcile({ ...options, settings, mending, signal, onBeyondRepair });
  await following.done;
  await besides.forsake();
  await Promise.all([hints.done, uses, comparing]);
  if (!options.signal.aborted) {
    throw new AppError('store_unavailable', `sync lost the lead: ${toError(session.lost.reason).message}`);
  }
}

/** Keeps the lock's connection from looking idle while other connections do the work. */
async function whileAlive<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const signs = loop(done.signal, async () => void (await session.query('select 1')), { intervalMs: SIGN_OF_LIFE_MS });
  try {
    return await work();
  } finally {
    done.abort();
    await signs.done;
  }
}
