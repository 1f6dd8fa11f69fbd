import type { Caller } from '../../domain/caller.ts';
import { AppError } from '../../domain/errors.ts';
import type { Revision } from '../../domain/revision.ts';
import type { Freshness } from '../../mandates/lookups.ts';
import type { Gathered } from '../gather.ts';
import type { Asked } from './asked.ts';
import { type FillDeps, makeFill } from './fill.ts';
import type { Found, Paging } from './found.ts';
import { namesOf } from './names.ts';
import { openSearch } from './opening.ts';
import { makePage, type Page } from './page.ts';

export interface SeekDeps extends FillDeps {
  freshness: Pick<Freshness, 'maxAgeMs'>;
  deadlineMs: number;
}

/** What was found, and the position in the register on which the search was opened. */
export interface Sought extends Omit<Found, 'id' | 'data_revision' | 'data_age_ms'> {
  revision: Revision;
  ageMs: number;
}

/** An answer must not be too old when it leaves: this much of its freshness a search may use up. */
const SHARE_OF_FRESHNESS = 0.8;

/** @param tell is told what the question names, as soon as that is known */
export function makeSeek(deps: SeekDeps) {
  const fill = makeFill(deps);
  return async function seek(
    asked: Asked,
    paging: Paging,
    caller: Caller,
    tell: (found: Gathered) => void,
  ): Promise<Sought> {
    const started = performance.now();
    const { reading, reasons, remarks, policyRevision } = await openSearch(asked, caller, deps);
    const { gathered, revision, ageMs } = reading;
    tell(gathered);
    if (reasons.length > 0) {
      return { hits: [], total: 0, reasons, policy_revision: policyRevision, revision, ageMs };
    }
    const budgetMs = Math.min(deps.deadlineMs, (deps.freshness.maxAgeMs - ageMs) * SHARE_OF_FRESHNESS);
    const page = makePage({ ...paging, policyRevision, deadline: started + budgetMs });
    const isLast = await fill({ asked, page, caller }, gathered);
    const next = nextOf(page, isLast);
    const hits = await namesOf(page.hits, caller, deps.lookups);
    const isAll = next === undefined && paging.after === undefined;
    // Services are asked about for the same two parties: what all of them say is said of these.
    const why = asked.search === 'action' && isAll && hits.length === 0 ? page.reasons() : [];
    return {
      hits,
      ...(next && { next }),
      ...(isAll && { total: hits.length }),
      reasons: [...new Set([...remarks, ...why])].sort(),
      policy_revision: page.policyRevision(),
      revision,
      ageMs,
    };
  };
}

function nextOf(page: Page, isLast: boolean) {
  if (isLast) return undefined;
  const position = page.position();
  if (position && page.hasMoved()) return position;
  throw new AppError('overloaded', 'time was up before anybody was judged');
}
