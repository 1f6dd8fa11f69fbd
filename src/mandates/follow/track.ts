import { isBefore, type Revision } from '../../domain/revision.ts';
import type { Notice } from '../notice.ts';
import type { Moment } from './clock.ts';

/** A heartbeat that was applied: what it vouches for, on the projection's clock, and when it came here. */
export interface Beat {
  stampMs: number;
  appliedAt: Moment;
}

/** How far one partition has been followed. */
export interface Track {
  /** Everything up to here is applied; undefined: not positioned, nothing is known. */
  revision: Revision | undefined;
  /** How many changes and swaps were told up to here; undefined where nobody counts. */
  told?: number | undefined;
  /** The last heartbeat applied since the track was positioned. */
  beat: Beat | undefined;
}

function isSame(a: Revision, b: Revision): boolean {
  return a.epoch === b.epoch && a.n === b.n;
}

export interface Steps {
  /** The highest revision ever seen, of whatever partition. */
  highest: Revision;
  now: Moment;
}

/**
 * The track after a notice, or undefined after a gap: the notice does not join on to what was applied before, or as much
 * was told as did not come here.
 * A heartbeat vouches only for data at or beyond the highest revision ever seen: a Redis that came back with older
 * data beats as well, long before it has caught up.
 */
export function stepTrack(track: Track, notice: Notice, { highest, now }: Steps): Track | undefined {
  const { revision, told } = track;
  if (revision === undefined) return undefined;
  const oneMore = told === undefined ? undefined : told + 1;
  switch (notice.notice) {
    case 'change':
      return isSame(notice.from, revision) ? { ...track, revision: notice.to, told: oneMore } : undefined;
    case 'swap':
      return { revision: notice.at, told: oneMore, beat: undefined };
    case 'heartbeat':
      if (!isSame(notice.at, revision) || notice.told !== told) return undefined;
      return isBefore(revision, highest) ? track : { ...track, beat: { stampMs: notice.stampMs, appliedAt: now } };
  }
}
