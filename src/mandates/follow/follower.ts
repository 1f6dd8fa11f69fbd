import type { Notice } from '../notice.ts';
import type { RecordKey } from '../record.ts';
import type { Tracks } from './tracks.ts';

/** What this process remembers of the projection; it may forget at any time. */
export interface Forgetful {
  drop(keys: readonly RecordKey[]): void;
  clear(): void;
}

/**
 * Takes in the notices of the projection, in order: what a change touched is forgotten before its revision counts as
 * applied. False: something was missed; everything is forgotten and the partition must be positioned anew.
 */
export function makeFollower(tracks: Tracks, cache: Forgetful) {
  return function follow(partition: number, notice: Notice): boolean {
    if (notice.notice === 'swap' || (notice.notice === 'change' && notice.keys === 'all')) cache.clear();
    else if (notice.notice === 'change' && notice.keys !== 'all') cache.drop(notice.keys);
    if (tracks.heard(partition, notice)) return true;
    tracks.lose(partition, 'data_stale', 'changes were missed; the position is being taken anew');
    cache.clear();
    return false;
  };
}
