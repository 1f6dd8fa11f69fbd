import type { MemoryStore } from '../memory.ts';
import type { Notice } from '../notice.ts';
import { momentOf, systemClock } from './clock.ts';
import { makeFollower } from './follower.ts';
import type { Following } from './following.ts';
import { type FreshnessOptions, makeFreshness } from './freshness.ts';
import { type Expected, headerFault } from './header.ts';

/** Lookups read the store itself: nothing is remembered, so nothing needs to be forgotten. */
const NO_CACHE = { drop() {}, clear() {} };

/** Follows a store in this process: the semantics of Redis, with one clock and without connections. */
export async function followMemory(
  store: MemoryStore,
  expected: Expected,
  options: FreshnessOptions,
): Promise<Following> {
  const { clock = systemClock } = options;
  const freshness = makeFreshness({ ...options, partitions: 1 });
  const follow = makeFollower(freshness, NO_CACHE);
  let positioned = false;

  async function position(): Promise<void> {
    const state = await store.projection.state();
    if (state === undefined) return;
    const fault = headerFault(state.header, expected);
    positioned = fault === undefined;
    if (fault) freshness.lose(0, 'not_ready', fault);
    else freshness.positioned(0, state.revision);
  }

  const unwatch = store.watch((notice: Notice) => {
    const now = momentOf(clock);
    freshness.read({ timeMs: now.wallMs, asked: now, answered: now });
    if (notice.notice === 'swap' || (positioned && !follow(0, notice))) void position();
  });
  await position();
  return { freshness, close: async () => unwatch() };
}
