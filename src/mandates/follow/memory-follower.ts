import type { MemoryStore } from '../memory.ts';
import type { Header } from '../projection.ts';
import { momentOf, systemClock } from './clock.ts';
import { makeFollower } from './follower.ts';
import { type Fresh, type FreshnessOptions, makeFreshness } from './freshness.ts';

/** Lookups read the store itself: nothing is remembered, so nothing needs to be forgotten. */
const NO_CACHE = { drop() {}, clear() {} };

/** Follows a store in this process: the semantics of Redis, with one clock and without connections. */
export function followMemory(
  store: MemoryStore,
  expected: Pick<Header, 'keyId' | 'keyCheck'>,
  options: FreshnessOptions,
): { freshness: Fresh; close(): void } {
  const { clock = systemClock } = options;
  const freshness = makeFreshness({ ...options, partitions: 1 });
  const follow = makeFollower(freshness, NO_CACHE);
  void expected;
  const unwatch = store.watch((notice) => {
    const asked = momentOf(clock);
    freshness.read({ timeMs: asked.wallMs, asked, answered: asked });
    if (notice.notice === 'swap') freshness.positioned(0, notice.at);
    follow(0, notice);
  });
  return { freshness, close: unwatch };
}
