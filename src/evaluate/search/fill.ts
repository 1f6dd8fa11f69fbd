import type { Caller } from '../../domain/caller.ts';

import type { Gathered } from '../gather.ts';
import type { Asked } from './asked.ts';
import { makeBreathe } from './breathe.ts';
import { candidatesOf, type Sources } from './candidates.ts';
import { type JudgeDeps, judgeAll } from './judge.ts';
import type { Page } from './page.ts';
import { makeSmallest } from './smallest.ts';

const KEEP = 1000;
/** Decisions beside a search wait no longer than this, and one evaluation. */
const SLICE_MS = 2;

export interface FillDeps extends Sources, Omit<JudgeDeps, 'breathe'> {
  /** Of those who come next, so many are kept at once: all that a search needs room for. Default 1000. */
  keep?: number;
}

export interface Filling {
  asked: Asked;
  page: Page;
  caller: Caller;
}

/**
 * Fills a page: goes through all candidates, keeps the smallest beyond where the page stands, judges them in order, and
 * again, until the page is over or nobody is left.
 * @returns whether nobody is left
 */
export function makeFill({ keep = KEEP, ...deps }: FillDeps) {
  const breathe = makeBreathe(SLICE_MS);
  return async function fill(filling: Filling, found: Gathered): Promise<boolean> {
    const { asked, page } = filling;
    for (;;) {
      const smallest = makeSmallest(keep, page.position());
      for await (const chunk of candidatesOf(asked, found, deps)) {
        // Whom a pass that is not finished did not meet, may come before whom it did.
        if (page.isLate()) return false;
        smallest.offer(chunk);
        await breathe();
      }
      const { ids, isMore } = smallest.take();
      await judgeAll(ids, filling, { ...deps, breathe });
      if (!isWhole(ids, page)) return false;
      if (!isMore) return true;
      if (page.isOver()) return false;
    }
  };
}

function isWhole(ids: readonly string[], page: Page): boolean {
  const last = ids.at(-1);
  if (last === undefined) return true;
  const position = page.position();
  return position?.id === last && position.part === undefined;
}
