import { AppError } from '../../domain/errors.ts';
import type { Metrics } from '../../process/metrics.ts';

export interface GateDeps {
  /** So many searches at the same time, and no more. */
  atOnce: number;
  metrics: Pick<Metrics, 'searches'>;
}

/** Lets searches in while there is room, and counts each by what came of it. */
export function makeGate<F>({ atOnce, metrics }: GateDeps, hitsOf: (found: F) => readonly unknown[]) {
  let running = 0;

  function outcomeOf(answered: F | AppError): string {
    if (answered instanceof AppError) return answered.code;
    return hitsOf(answered).length > 0 ? 'found' : 'nothing';
  }

  /** @throws AppError `too_many_requests`, or what was answered in place of a page */
  return async function throughGate(search: string, answer: () => Promise<F | AppError>): Promise<F> {
    if (running >= atOnce) throw new AppError('too_many_requests', 'as many searches as may be are under way');
    running++;
    try {
      const answered = await answer();
      metrics.searches.inc({ search, outcome: outcomeOf(answered) });
      if (answered instanceof AppError) throw answered;
      return answered;
    } finally {
      running--;
    }
  };
}
