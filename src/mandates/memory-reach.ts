import { AppError } from '../domain/errors.ts';
import type { PartyId } from '../domain/facts.ts';
import type { Pairs } from './memory-pairs.ts';
import type { Reach } from './reach.ts';
import type { ScopeKey } from './record-key.ts';

/** How often a walk begins anew because the copy was replaced. */
const LOOKS_AT_MOST = 8;

/** `live`: the pairs of the copy that is live now, if there is one. `atOnce`: the size of a chunk. */
export function makeMemoryReach(live: () => Pairs | undefined, atOnce: number): Reach {
  function now(): Pairs {
    const pairs = live();
    if (pairs === undefined) throw new AppError('not_ready', 'there is no live projection');
    return pairs;
  }

  /** Iterating a Map or Set meets whatever is in it throughout; another copy has others, and is gone through anew. */
  async function* walk(itemsOf: (pairs: Pairs) => Iterable<string>): AsyncGenerator<string[]> {
    for (let looks = 0; looks < LOOKS_AT_MOST; looks++) {
      const pairs = now();
      for (const chunk of chunksOf(itemsOf(pairs), atOnce)) {
        yield chunk;
        if (pairs !== now()) break;
      }
      if (pairs === now()) return;
    }
    throw new AppError('not_ready', 'the projection is being replaced');
  }

  return {
    delegates: (represented, scopes) => walk((pairs) => under(pairs.delegates(represented), scopes)),
    represented: (delegate) => walk((pairs) => pairs.represented(delegate)),
    services: () => walk((pairs) => pairs.services()),
  };
}

function* under(
  delegates: ReadonlyMap<PartyId, ReadonlySet<ScopeKey>>,
  scopes: ReadonlySet<ScopeKey> | undefined,
): Generator<PartyId> {
  for (const [delegate, held] of delegates) if (scopes === undefined || hasAny(held, scopes)) yield delegate;
}

function hasAny(held: ReadonlySet<ScopeKey>, scopes: ReadonlySet<ScopeKey>): boolean {
  for (const scope of scopes) if (held.has(scope)) return true;
  return false;
}

function* chunksOf(items: Iterable<string>, atOnce: number): Generator<string[]> {
  let chunk: string[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < atOnce) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
