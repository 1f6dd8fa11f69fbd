import { randomUUID } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import type { Metrics } from '../../process/metrics.ts';
import type { Records } from '../../records/entry.ts';
import type { Call } from '../call.ts';
import { toAppError } from '../outcome.ts';
import type { BareAsked } from './bare-candidates.ts';
import type { BareFound, BareSearch } from './bare-found.ts';
import { recordBareSearch } from './bare-record.ts';
import { type BareSeekDeps, makeBareSeek, type Sought } from './bare-seek.ts';
import type { Paging } from './found.ts';

export interface BareSearchDeps extends BareSeekDeps {
  records: Records;
  /** Milliseconds since 1970. */
  now: () => number;
  metrics: Pick<Metrics, 'searches' | 'searchSeconds'>;
  /** So many searches at the same time, and no more. */
  atOnce: number;
}

export function makeBareSearch(deps: BareSearchDeps): BareSearch {
  const { records, now, metrics } = deps;
  const seek = makeBareSeek(deps);
  let running = 0;

  async function answer(asked: BareAsked, paging: Paging, call: Call): Promise<BareFound | AppError> {
    const started = performance.now();
    const answered = await seek(asked, paging).then(toFound).catch(toAppError);
    await records.append(recordBareSearch({ asked, paging, answered }, call, { records, now }));
    metrics.searchSeconds.observe((performance.now() - started) / 1000);
    return answered;
  }

  return {
    async find(asked, paging, call) {
      if (running >= deps.atOnce) throw new AppError('too_many_requests', 'as many searches as may be are under way');
      running++;
      try {
        const answered = await answer(asked, paging, call);
        metrics.searches.inc({ search: asked.search, outcome: outcomeOf(answered) });
        if (answered instanceof AppError) throw answered;
        return answered;
      } finally {
        running--;
      }
    },
  };
}

function toFound(sought: Sought): BareFound {
  return { id: randomUUID(), ...sought };
}

function outcomeOf(answered: BareFound | AppError): string {
  if (answered instanceof AppError) return answered.code;
  return answered.results.length > 0 ? 'found' : 'nothing';
}
