import type { Difference } from './reconcile-compare.ts';

export interface ReconcileSettings {
  /** Share of one core that comparing may take, above 0 and at most 1; 0: only what others ask for is looked at. */
  share: number;
  /** Between the beginnings of two passes; a pass that takes longer is followed by the next at once. */
  everyMs: number;
}

/** What one pass over all records came to. */
export interface Pass {
  records: number;
  ms: number;
}

export interface ReconcileHooks {
  /** So many records were compared. */
  onCompared?: (records: number) => void;
  onDifferences?: (differences: readonly Difference[]) => void;
  onPass?: (pass: Pass) => void;
}
