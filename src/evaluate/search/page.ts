import type { PartyFacts } from '../../domain/facts.ts';
import type { Position } from './smallest.ts';

/** One result: the candidate, with the branch or operation without which it would not be allowed. */
export interface Hit {
  /** A party's id, or a ServiceID. */
  id: string;
  part?: string;
  /** Absent where services are searched. */
  party?: PartyFacts;
}

export interface PageOptions {
  limit: number;
  after?: Position;
  /** Moment of `performance.now` beyond which nothing more is begun. */
  deadline: number;
  /** The policy that is to judge all of it. */
  policyRevision: string;
}

export type Page = ReturnType<typeof makePage>;

/** A page that fills. */
export function makePage({ limit, after, deadline, policyRevision }: PageOptions) {
  const hits: Hit[] = [];
  let position = after;
  let moved = false;
  let revision = policyRevision;
  let changed = false;
  let shared: readonly string[] | undefined;
  const isLate = () => performance.now() >= deadline;
  return {
    hits: hits as readonly Hit[],
    /** Up to where everything was judged; the next page goes on there. */
    position: () => position,
    /** Whether this page came any further than the one before. */
    hasMoved: () => moved,
    policyRevision: () => revision,
    /** What all that were denied have in common. */
    reasons: () => shared ?? [],
    isLate,
    /** Nothing more may be added: it is full, time is up, or another policy came. Something is always judged. */
    isOver: () => hits.length >= limit || changed || (moved && isLate()),
    /** Whether a verdict of this policy counts: one page is all of one policy. */
    takes(by: string): boolean {
      if (!moved) revision = by;
      changed ||= by !== revision;
      return !changed;
    },
    add: (hit: Hit) => hits.push(hit),
    deny(reasons: readonly string[]): void {
      shared = shared === undefined ? reasons : shared.filter((reason) => reasons.includes(reason));
    },
    /** Everything up to here was judged. */
    reach(to: Position): void {
      position = to;
      moved = true;
    },
  };
}
