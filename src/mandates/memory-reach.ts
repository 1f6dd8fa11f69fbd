import { AppError } from '../domain/errors.ts';
import type { PartyId } from '../domain/facts.ts';
import type { Pairs } from './memory-pairs.ts';
import type { Reach } from './reach.ts';
import type { ScopeKey } from './record-key.ts';

const CHUNK = 1000;

/** `live`: the pairs of the copy that is live now, if there is one. */
export function makeMemoryReach(live: () => Pairs | undefined): Reach {
  function now(): Pairs {
    const pairs = live();
    if (pairs === undefined) throw new AppError('not_ready', 'there is no live projection');
    return pairs;
  }

  /** Iterating a Map or Set meets whatever is in it throughout; another copy has others, and is gone through anew. */
  async function* walk(itemsOf: (pairs: Pairs) => Iterable<string>): AsyncGenerator<string[]> {
    for (let pairs: Pairs | undefined; pairs !== now(); ) {
      pairs = now();
      for (const chunk of chunksOf(itemsOf(pairs))) {
        yield chunk;
        if (pairs !== now()) break;
      }
    }
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

function* chunksOf(items: Iterable<string>): Generator<string[]> {
  let chunk: string[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
