import type { Candidate } from '../../policy/candidates-result.ts';
import type { Engine } from '../../policy/engine.ts';
import type { AuthzenAnswer } from '../../policy/result.ts';
import { type BareAsked, inPlace, placeAll } from './bare-candidates.ts';
import { makeBreathe } from './breathe.ts';
import type { Paging } from './found.ts';
import { makePage } from './page.ts';
import type { Position } from './smallest.ts';

export interface BareSeekDeps {
  /** Both ask the bundle of now: their revisions differ at no moment. */
  decision: Engine<AuthzenAnswer>;
  candidates: Engine<readonly Candidate[]>;
  /** A page ends when it has taken so long. */
  deadlineMs: number;
}

export interface Sought {
  results: readonly Candidate[];
  next?: Position;
  total?: number;
  policy_revision: string;
}

/** Decisions beside a search wait no longer than this, and one evaluation. */
const SLICE_MS = 2;

/** Fills a page; the first candidate is judged in the stretch that names them all, so that each page comes further. */
export function makeBareSeek({ decision, candidates, deadlineMs }: BareSeekDeps) {
  const breathe = makeBreathe(SLICE_MS);

  /** @throws AppError */
  return async function seek(asked: BareAsked, paging: Paging): Promise<Sought> {
    const policy_revision = decision.revision;
    const page = makePage({ ...paging, policyRevision: policy_revision, deadline: performance.now() + deadlineMs });
    const results: Candidate[] = [];
    for (const { entity, position } of placeAll(asked, candidates.decide(asked), paging.after)) {
      // What another policy says counts on the next page, with the candidates that it names.
      const next = page.position();
      if (next && (page.isOver() || !page.takes(decision.revision))) return { results, policy_revision, next };
      if (decision.decide(inPlace(asked, entity)).decision) {
        page.add({ id: position.id });
        results.push(entity);
      }
      page.reach(position);
      await breathe();
    }
    return paging.after ? { results, policy_revision } : { results, policy_revision, total: results.length };
  };
}
