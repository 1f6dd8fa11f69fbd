import { type Difference, differenceOf } from '../domain/difference.ts';
import type { Decision, Verdict } from '../domain/evaluation.ts';
import type { PolicyInput } from '../policy/input.ts';
import { makeShadowTally, type ShadowCounts } from './shadow-tally.ts';
import type { ThreadFailure } from './shadow-thread.ts';

/** Why a sampled decision was not compared: no CPU left for it, too many waiting, or resting after a failure. */
export type ShadowDrop = 'budget' | 'queue' | 'resting';
/** `no_decision`: the candidate threw, or answered what is none. */
export type ShadowFailure = ThreadFailure | 'no_decision';

export interface ShadowOutcome extends ShadowCounts {
  dropped: Record<ShadowDrop, number>;
  failed: Record<ShadowFailure, number>;
}

/** Told of everything that is counted. */
export interface ShadowListener {
  onCompared?: (service: string, difference: Difference | undefined) => void;
  onDropped?: (cause: ShadowDrop) => void;
  onFailed?: (cause: ShadowFailure, times: number) => void;
}

/** What became of the decisions that were sampled. */
export function makeShadowOutcome(now: () => number, { onCompared, onDropped, onFailed }: ShadowListener) {
  const tally = makeShadowTally(now);
  const dropped: Record<ShadowDrop, number> = { budget: 0, queue: 0, resting: 0 };
  const failed: Record<ShadowFailure, number> = { slow: 0, crashed: 0, no_decision: 0 };
  return {
    compare({ portal, services }: PolicyInput, decision: Decision, verdict: Verdict): void {
      const service = portal?.service_id ?? services[0]?.service.service_id ?? '';
      const difference = differenceOf(decision, verdict);
      tally.add(decision.policy_revision, decision.id, service, difference);
      onCompared?.(service, difference);
    },
    drop(cause: ShadowDrop): void {
      dropped[cause] += 1;
      onDropped?.(cause);
    },
    fail(cause: ShadowFailure, times: number): void {
      failed[cause] += times;
      onFailed?.(cause, times);
    },
    now: (): ShadowOutcome => ({ ...tally.counts(), dropped: { ...dropped }, failed: { ...failed } }),
  };
}
