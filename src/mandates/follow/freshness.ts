import { AppError } from '../../domain/errors.ts';
import { formatRevision, isBefore, type Revision } from '../../domain/revision.ts';
import type { Freshness } from '../lookups.ts';
import { type Clock, elapsedSince, type Moment, systemClock, wasSet } from './clock.ts';
import { makeTracks, type Tracks } from './tracks.ts';
import { makeWaiters } from './waiters.ts';

/** The sidecar's clock may differ from the projection's by no more: the rules read the time from it. */
export const MAX_SKEW_MS = 1000;

export interface FreshnessOptions {
  /** Of the projection; 1 unless said otherwise. */
  partitions?: number;
  /** Age beyond which nothing is answered. */
  maxStalenessMs: number;
  /** How long `reach` waits. */
  minRevisionWaitMs: number;
  clock?: Clock;
}

/** One question to the projection's clock: what it said, and when it was asked and answered here. */
export interface Reading {
  timeMs: number;
  asked: Moment;
  answered: Moment;
}

/**
 * The answering side for decisions (ask `position` after the data has been read), and the side on which a follower
 * records what it has seen.
 */
export interface Fresh extends Freshness, Tracks {
  read(reading: Reading): void;
  /** What was read may have to be taken back: nothing is answered until this is lifted with undefined, by whoever raised it. */
  doubt(why: string | undefined, whose?: string): void;
}

/**
 * Data age = the projection's clock now − stamp of the last heartbeat applied. The projection's clock now is its last
 * reading plus the time since it was asked for; and data is never younger than the time since its heartbeat was
 * applied here, so that a projection whose clock was set forward cannot make old data look young.
 */
export function makeFreshness(options: FreshnessOptions): Fresh {
  const { partitions = 1, maxStalenessMs, minRevisionWaitMs, clock = systemClock } = options;
  const waiters = makeWaiters();
  const { applied, beats, ahead, ...tracks } = makeTracks(partitions, clock, waiters.tell);
  let reading: Reading | undefined;
  const doubts = new Map<string, string>();

  function ageOf({ asked, timeMs }: Reading): number {
    const projectionNow = timeMs + elapsedSince(asked, clock);
    let age = 0;
    for (const { stampMs, appliedAt } of beats()) {
      age = Math.max(age, projectionNow - stampMs, elapsedSince(appliedAt, clock));
    }
    return age;
  }

  function position(): { revision: Revision; ageMs: number } {
    const revision = applied();
    for (const why of doubts.values()) throw new AppError('data_stale', why);
    if (reading === undefined) throw new AppError('data_stale', 'the clock of the projection has not been read yet');
    const ageMs = ageOf(reading);
    // So said that an age which is no number is too old.
    if (!(ageMs <= maxStalenessMs)) {
      throw new AppError('data_stale', `the data is ${Math.round(ageMs)} ms old; ${maxStalenessMs} ms is the limit`);
    }
    assertSameTime(reading, clock);
    return { revision, ageMs };
  }

  async function reach(wanted: Revision): Promise<void> {
    if (isBefore(applied(), wanted)) await waiters.wait(wanted, minRevisionWaitMs);
    const at = applied();
    const [asked, have] = [formatRevision(wanted), formatRevision(at)];
    if (at.epoch !== wanted.epoch) throw new AppError('epoch_mismatch', `${asked} is of another epoch than ${have}`);
    if (isBefore(at, wanted)) throw new AppError('revision_not_reached', `${asked} was asked for, ${have} is here`);
  }

  /** Milliseconds pass between the partitions of one change; more when a leader died between two of them. */
  async function together(): Promise<void> {
    const most = ahead();
    if (most === undefined) return;
    await waiters.wait(most, minRevisionWaitMs);
    if (!isBefore(applied(), most)) return;
    throw new AppError('data_stale', 'the partitions of the projection stand at different revisions');
  }

  return {
    ...tracks,
    position,
    reach,
    isTogether: () => ahead() === undefined,
    together,
    maxAgeMs: maxStalenessMs,
    read(taken) {
      reading = taken;
    },
    doubt(why, whose = '') {
      if (why === undefined) doubts.delete(whose);
      else doubts.set(whose, why);
    },
  };
}

/** @throws AppError `clock_skewed` */
function assertSameTime({ asked, answered, timeMs }: Reading, clock: Clock): void {
  const off = timeMs < asked.wallMs - MAX_SKEW_MS || timeMs > answered.wallMs + MAX_SKEW_MS;
  if (off || wasSet(asked, clock, MAX_SKEW_MS)) {
    throw new AppError('clock_skewed', `this clock is more than ${MAX_SKEW_MS} ms off that of the projection`);
  }
}
