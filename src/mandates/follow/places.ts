import type { ErrorCode } from '../../domain/errors.ts';
import type { Log } from '../../process/log.ts';
import type { Partition } from '../redis-layout.ts';
import { type Forgetful, makeFollower } from './follower.ts';
import { isIdBefore, type PartitionSight, type Sight } from './sight.ts';
import type { Entry, StreamPlace } from './stream.ts';
import type { Tracks } from './tracks.ts';

export interface PlacesOptions {
  partitions: readonly Partition[];
  tracks: Tracks;
  cache: Forgetful;
  log: Log;
}

export type Places = ReturnType<typeof makePlaces>;

/** Where we are in the stream of each partition, and when a place must be taken anew. */
export function makePlaces({ partitions, tracks, cache, log }: PlacesOptions) {
  const follow = makeFollower(tracks, cache);
  /** By partition: the last entry taken in; undefined: to be placed. */
  let ids: readonly (string | undefined)[] = partitions.map(() => undefined);
  /** By partition: which server, with which past, it was seen on. */
  const identities: (string | undefined)[] = partitions.map(() => undefined);

  function move(partition: number, id: string | undefined): void {
    ids = ids.with(partition, id);
  }

  function lose(partition: number, code: ErrorCode, why: string): void {
    move(partition, undefined);
    tracks.lose(partition, code, why);
    cache.clear();
  }

  function place(partition: number, { revision, told, lastId }: Exclude<PartitionSight, { fault: string }>): void {
    log.info({ partition, from: lastId }, 'follows the projection from here');
    move(partition, lastId);
    tracks.positioned(partition, revision, told);
    // After the position was taken: what is read from now on is at least as new as it.
    cache.clear();
  }

  /** Another server holds the first partition, and has another clock: what the former stamped says nothing any more. */
  function forgetStamps(seen: Sight['partitions']): void {
    for (const partition of partitions.keys()) {
      if (ids[partition] === undefined || seen.some(({ index }) => index === partition)) continue;
      lose(partition, 'data_stale', 'the clock of the projection is another one');
    }
  }

  return {
    /** The places now; hand them back to `see` or `take` with what was asked in their light. */
    now: () => ids,
    /** Of these partitions, those that have a place. */
    known: (among: readonly number[]): StreamPlace[] =>
      among.flatMap((partition) => {
        const [id, stream] = [ids[partition], partitions[partition]?.stream];
        return id === undefined || stream === undefined ? [] : [{ partition, stream, id }];
      }),
    lose,
    /** Takes in a look at Redis that was asked for at `asked`: another Redis, or a stream that ends before us, begins anew. */
    see(sight: Sight, asked: readonly (string | undefined)[]): void {
      const seenIdentity = `${sight.runId} ${sight.replid}`;
      for (const { index: partition, ...seen } of sight.partitions) {
        const isOther = identities[partition] !== seenIdentity;
        if (isOther && partition === 0) forgetStamps(sight.partitions);
        identities[partition] = seenIdentity;
        const id = asked[partition];
        if ('fault' in seen) lose(partition, 'not_ready', seen.fault);
        else if (isOther || id === undefined || isIdBefore(seen.lastId, id)) place(partition, seen);
      }
    },
    /** Takes in an entry that was read from `behind`. False: it does not join on; the place must be taken anew. */
    take({ partition, id, notice }: Entry, behind: string | undefined): boolean {
      // The place was taken anew while this entry was on its way: it will come again, if it counts.
      if (ids[partition] !== behind) return true;
      if (notice === undefined) {
        log.warn({ partition, id }, 'an entry of the stream cannot be read');
        lose(partition, 'not_ready', 'an entry of the stream could not be read; the position is being taken anew');
        return false;
      }
      const joins = follow(partition, notice);
      if (!joins) log.warn({ partition }, 'entries of the stream were missed');
      move(partition, joins ? id : undefined);
      return joins;
    },
  };
}
