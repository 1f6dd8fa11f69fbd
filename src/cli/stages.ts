import { type Progress, type Screen, startProgress } from '../process/progress.ts';

/** Progress of work in stages, each with a total of its own: one bar after another. */
export interface Stages {
  reach(stage: string, done: number, total: number): void;
  end(): void;
}

/** Small stages say nothing: a bar is for what takes time. */
const WORTH_SHOWING = 20_000;

export function trackStages(screen: Screen, unit: string): Stages {
  let current: { stage: string; progress: Progress } | undefined;
  let ended: string | undefined;

  function end(): void {
    current?.progress.end();
    current = undefined;
  }

  return {
    reach(stage, done, total) {
      if (total < WORTH_SHOWING || stage === ended) return;
      if (current?.stage !== stage) {
        end();
        current = { stage, progress: startProgress({ label: stage, unit, total, screen }) };
      }
      current.progress.reach(done);
      if (done < total) return;
      ended = stage;
      end();
    },
    end,
  };
}
