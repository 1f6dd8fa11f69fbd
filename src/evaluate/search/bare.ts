import { randomUUID } from 'node:crypto';
import type { AppError } from '../../domain/errors.ts';
import type { Metrics } from '../../process/metrics.ts';
import type { Records } from '../../records/entry.ts';
import type { Call } from '../call.ts';
import { toAppError } from '../outcome.ts';
import type { BareAsked } from './bare-candidates.ts';
import type { BareFound, BareSearch } from './bare-found.ts';
import { recordBareSearch } from './bare-record.ts';
import { type BareSeekDeps, makeBareSeek, type Sought } from './bare-seek.ts';
import type { Paging } from './found.ts';
import { type GateDeps, makeGate } from './gate.ts';

export interface BareSearchDeps extends BareSeekDeps, GateDeps {
  records: Records;
  /** Milliseconds since 1970. */
  now: () => number;
  metrics: Pick<Metrics, 'searches' | 'searchSeconds'>;
}

export function makeBareSearch(deps: BareSearchDeps): BareSearch {
  const { records, now, metrics } = deps;
  const seek = makeBareSeek(deps);
  const throughGate = makeGate<BareFound>(deps, ({ results }) => results);

  async function answer(asked: BareAsked, paging: Paging, call: Call): Promise<BareFound | AppError> {
    const started = performance.now();
    const answered = await seek(asked, paging).then(toFound).catch(toAppError);
    await records.append(recordBareSearch({ asked, paging, answered }, call, { records, now }));
    metrics.searchSeconds.observe((performance.now() - started) / 1000);
    return answered;
  }

  return { find: (asked, paging, call) => throughGate(asked.search, () => answer(asked, paging, call)) };
}

function toFound(sought: Sought): BareFound {
  return { id: randomUUID(), ...sought };
}
