/** Where a page ended: at a candidate that was judged wholly, or behind one of its parts. */
export interface Position {
  id: string;
  /** The branch or operation judged last; absent: nothing is left of this candidate. */
  part?: string;
}

export interface Smallest {
  offer(ids: Iterable<string>): void;
  /** In order, each once; `isMore` when others were left out. */
  take(): { ids: readonly string[]; isMore: boolean };
}

/** Of all ids that are offered, keeps the `max` smallest beyond `after`: room for twice as many, however many come. */
export function makeSmallest(max: number, after?: Position): Smallest {
  let kept: string[] = [];
  let ceiling: string | undefined;

  function isBehind(id: string): boolean {
    if (after === undefined) return false;
    return after.part === undefined ? id <= after.id : id < after.id;
  }

  function settle(): void {
    kept = [...new Set(kept)].sort();
    if (kept.length <= max) return;
    kept.length = max;
    ceiling = kept[max - 1];
  }

  return {
    offer(ids) {
      for (const id of ids) {
        if (isBehind(id) || (ceiling !== undefined && id >= ceiling)) continue;
        kept.push(id);
        if (kept.length >= 2 * max) settle();
      }
    },
    take() {
      settle();
      return { ids: kept, isMore: ceiling !== undefined };
    },
  };
}
