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

/** The wall clock was set back by more than `toleranceMs` since `moment`. */
export function wasSetBack(moment: Moment, clock: Clock, toleranceMs: number): boolean {
  return clock.monotonicMs() - moment.monotonicMs - (clock.wallMs() - moment.wallMs) > toleranceMs;
}
