import { randomUUID } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import type { Verdict } from '../../domain/evaluation.ts';
import { formatRevision } from '../../domain/revision.ts';
import { elapsedSince, type Moment, momentOf, systemClock } from '../../mandates/follow/clock.ts';
import type { Freshness, Lookups } from '../../mandates/lookups.ts';
import type { Reach } from '../../mandates/reach.ts';
import type { Engine } from '../../policy/engine.ts';
import type { Metrics } from '../../process/metrics.ts';
import type { Records } from '../../records/entry.ts';
import type { Call } from '../call.ts';
import { makeDecide } from '../decide.ts';
import type { Alias, Gathered } from '../gather.ts';
import { toAppError } from '../outcome.ts';
import { makeReading } from '../reading.ts';
import type { Asked } from './asked.ts';
import type { Found, Paging, RefusedSearch, Search } from './found.ts';
import { type GateDeps, makeGate } from './gate.ts';
import { recordSearch } from './record.ts';
import { makeSeek, type Sought } from './seek.ts';

export interface SearchDeps extends GateDeps {
  lookups: Lookups;
  freshness: Freshness;
  reach: Reach;
  policy: Engine<Verdict>;
  alias: Alias;
  records: Records;
  /** The clock that decides: milliseconds since 1970. */
  now: () => number;
  metrics: Pick<Metrics, 'searches' | 'searchSeconds'>;
  /** A page ends when it has taken so long. */
  deadlineMs: number;
  /** How many candidates a search holds at once. Default 1000. */
  keep?: number;
  /** Operations of a service that the policy itself names; which of them may be done, it says when it is asked. */
  operationsNamed?(serviceId: string): readonly string[];
}

/** Who may act, for whom, with what: the candidates come from exact keys and `Reach`, the policy judges each. */
export function makeSearch(deps: SearchDeps): Search {
  const { freshness, policy, metrics } = deps;
  const seek = makeSeek({ ...deps, ...makeReading(deps), decide: makeDecide({ ...deps, keepInput: false }).decide });
  const throughGate = makeGate<Found>(deps, ({ hits }) => hits);

  function refuse({ refused }: RefusedSearch): Sought {
    return { hits: [], total: 0, reasons: refused, policy_revision: policy.revision, ...freshness.position() };
  }

  /** What was found is as old as what the search was opened on; whatever was read later is younger. */
  function toFound({ revision, ageMs, ...sought }: Sought, began: Moment): Found {
    freshness.position();
    const data_age_ms = Math.ceil(ageMs + elapsedSince(began, systemClock));
    return { id: randomUUID(), ...sought, data_revision: formatRevision(revision), data_age_ms };
  }

  async function answer(asked: Asked | RefusedSearch, paging: Paging, call: Call): Promise<Found | AppError> {
    const began = momentOf(systemClock);
    let gathered: Gathered | undefined;
    let answered: Found | AppError;
    const tell = (found: Gathered) => {
      gathered = found;
    };
    try {
      const sought = 'refused' in asked ? refuse(asked) : await seek(asked, paging, call.caller, tell);
      answered = toFound(sought, began);
    } catch (thrown) {
      answered = toAppError(thrown);
    }
    const decided = momentOf(systemClock);
    await deps.records.append(recordSearch({ asked, paging, answer: answered, gathered }, call, deps.now()));
    metrics.searchSeconds.observe(elapsedSince(began, systemClock) / 1000);
    return stillFresh(answered, elapsedSince(decided, systemClock), freshness.maxAgeMs);
  }

  return { find: (asked, paging, call) => throughGate(asked.search, () => answer(asked, paging, call)) };
}

/** What became too old while it was searched or recorded is not answered. */
function stillFresh(answered: Found | AppError, heldMs: number, maxAgeMs: number): Found | AppError {
  if (answered instanceof AppError || answered.data_age_ms + heldMs <= maxAgeMs) return answered;
  return new AppError('data_stale', 'the data became too old before the page could leave');
}
