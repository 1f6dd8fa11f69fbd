/** The two clocks of this process, in milliseconds. Neither alone measures a pause: one may be set, the other sleeps. */
export interface Clock {
  wallMs(): number;
  monotonicMs(): number;
}

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

export interface Moment {
  wallMs: number;
  monotonicMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/** Time since `moment`: whichever clock saw more of it, so that neither a suspended machine nor a set clock hides any. */
export function elapsedSince(moment: Moment, clock: Clock): number {
  return Math.max(clock.wallMs() - moment.wallMs, clock.monotonicMs() - moment.monotonicMs);
}

/** The wall clock was set, back or forward, by more than `toleranceMs` since `moment`; or the machine slept so long. */
export function wasSet(moment: Moment, clock: Clock, toleranceMs: number): boolean {
  const off = clock.wallMs() - moment.wallMs - (clock.monotonicMs() - moment.monotonicMs);
  return !(Math.abs(off) <= toleranceMs);
}
