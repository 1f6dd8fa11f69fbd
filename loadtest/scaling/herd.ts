import { hitShareAfter, hitShareOf, type Popularity } from './zipf.ts';

/** All sidecars have forgotten everything at the same moment: a failover, another copy, a batch that names no records. */
export interface Herd {
  popularity: Popularity;
  sidecars: number;
  /** Decisions that each is asked for a second. */
  decisionsPerSecond: number;
  /** Cold decisions that all masters together can serve a second. */
  capacityPerSecond: number;
  /** Parties for which a sidecar has room. */
  room: number;
}

export interface HerdMoment {
  second: number;
  /** Of the decisions asked for, the share that Redis could not serve. */
  refused: number;
  missing: number;
}

const STEP_SECONDS = 0.25;

/**
 * What is refused, until Redis can serve all that is missing (or `limitSeconds` have passed). A party is warm once one question about it was
 * served; those refused come again with the next question, not at once: applications that repeat make it worse.
 */
export function playHerd(herd: Herd, limitSeconds = 3600): HerdMoment[] {
  const { popularity, sidecars, decisionsPerSecond, capacityPerSecond, room } = herd;
  const steady = 1 - hitShareOf(popularity, room);
  const moments: HerdMoment[] = [];
  /** Questions that warmed one sidecar, counted as if all of them had been served. */
  let served = 0;
  for (let second = 0; second <= limitSeconds; second += STEP_SECONDS) {
    const missing = Math.max(steady, 1 - hitShareAfter(popularity, served));
    const demand = missing * decisionsPerSecond * sidecars;
    const share = Math.min(1, capacityPerSecond / demand);
    moments.push({ second, missing, refused: missing * (1 - share) });
    if (share === 1) break;
    served += decisionsPerSecond * STEP_SECONDS * share;
  }
  return moments;
}
