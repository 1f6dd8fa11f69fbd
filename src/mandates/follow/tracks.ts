import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { isBefore, type Revision } from '../../domain/revision.ts';
import type { Notice } from '../notice.ts';
import { type Clock, momentOf } from './clock.ts';
import { type Beat, stepTrack, type Track } from './track.ts';

/** The tracks of all partitions together. */
export interface Tracks {
  /** The partition is known to be at `revision`, so much told; nothing is fresh before the next heartbeat. */
  positioned(partition: number, revision: Revision, told?: number): void;
  /** Takes in one notice. False: a gap; the partition must be positioned anew. */
  heard(partition: number, notice: Notice): boolean;
  /** How far one partition has been followed; undefined: not known. */
  appliedIn(partition: number): Revision | undefined;
  /** Nothing can be said until the partition is positioned again, and why. */
  lose(partition: number, code: ErrorCode, why: string): void;
}

const UNKNOWN = { code: 'not_ready', why: 'the projection has not been reached yet' } as const;

export function makeTracks(partitions: number, clock: Clock, onReached: (revision: Revision) => void) {
  const none: Track = { revision: undefined, beat: undefined };
  const tracks: Track[] = Array.from({ length: partitions }, () => none);
  const losses = new Map<number, { code: ErrorCode; why: string }>(tracks.map((_, index) => [index, UNKNOWN]));
  /** Partitions of which something was known once: only what was known can be stale. */
  const reached = new Set<number>();
  let highest: Revision = { epoch: 0, n: 0 };

  function put(partition: number, track: Track): void {
    tracks[partition] = track;
    if (track.revision && isBefore(highest, track.revision)) highest = track.revision;
    const reached = lowestOf(tracks);
    if (reached) onReached(reached);
  }

  return {
    positioned(partition: number, revision: Revision, told?: number): void {
      losses.delete(partition);
      reached.add(partition);
      put(partition, { revision, told, beat: undefined });
    },
    heard(partition: number, notice: Notice): boolean {
      const next = stepTrack(tracks[partition] ?? none, notice, { highest, now: momentOf(clock) });
      if (next) put(partition, next);
      return next !== undefined;
    },
    lose(partition: number, code: ErrorCode, why: string): void {
      losses.set(partition, { code: reached.has(partition) ? code : UNKNOWN.code, why });
      tracks[partition] = none;
    },
    appliedIn: (partition: number) => tracks[partition]?.revision,
    /** The revision of the partition that is furthest, when others are behind it. */
    ahead(): Revision | undefined {
      if (partitions === 1) return undefined;
      const [least, most] = [lowestOf(tracks), furthestOf(tracks)];
      return least && most && isBefore(least, most) ? most : undefined;
    },
    /** What is applied everywhere. @throws AppError with the code given to `lose` */
    applied(): Revision {
      for (const { code, why } of losses.values()) throw new AppError(code, why);
      const at = lowestOf(tracks);
      if (at === undefined) throw new AppError(UNKNOWN.code, UNKNOWN.why);
      return at;
    },
    /** The last heartbeat of each partition. @throws AppError `data_stale` when one has none */
    beats(): Beat[] {
      return tracks.map(({ beat }) => {
        if (beat === undefined)
          throw new AppError('data_stale', 'no heartbeat yet that covers all that was seen before');
        return beat;
      });
    },
  };
}

/** What all have applied; undefined while one of them has no revision. */
function lowestOf(tracks: readonly Track[]): Revision | undefined {
  let least: Revision | undefined;
  for (const { revision } of tracks) {
    if (revision === undefined) return undefined;
    if (least === undefined || isBefore(revision, least)) least = revision;
  }
  return least;
}

function furthestOf(tracks: readonly Track[]): Revision | undefined {
  let most: Revision | undefined;
  for (const { revision } of tracks) {
    if (revision && (most === undefined || isBefore(most, revision))) most = revision;
  }
  return most;
}
