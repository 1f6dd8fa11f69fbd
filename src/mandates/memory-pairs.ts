import type { PartyId } from '../domain/facts.ts';
import type { Write } from './projection.ts';
import type { ScopeKey } from './record-key.ts';

/** Of one copy in this process: who is connected to whom, under which scope keys, and which services there are. */
export interface Pairs {
  /** `isThere`: whether, after the write, anything stands under the record that it touches. */
  write(write: Write, isThere: boolean): void;
  /** Delegate → the scope keys under which `represented` gave him a mandate. */
  delegates(represented: PartyId): ReadonlyMap<PartyId, ReadonlySet<ScopeKey>>;
  represented(delegate: PartyId): ReadonlySet<PartyId>;
  services(): ReadonlySet<string>;
}

const NOBODY: ReadonlyMap<PartyId, ReadonlySet<ScopeKey>> = new Map();
const NONE: ReadonlySet<PartyId> = new Set();

export function makePairs(): Pairs {
  const given = new Map<PartyId, Map<PartyId, Set<ScopeKey>>>();
  const received = new Map<PartyId, Set<PartyId>>();
  const serviceIds = new Set<string>();

  function connect(represented: PartyId, delegate: PartyId, scope: ScopeKey): void {
    const delegates = held(given, represented, () => new Map<PartyId, Set<ScopeKey>>());
    held(delegates, delegate, () => new Set<ScopeKey>()).add(scope);
    held(received, delegate, () => new Set<PartyId>()).add(represented);
  }

  function disconnect(represented: PartyId, delegate: PartyId, scope: ScopeKey): void {
    const delegates = given.get(represented);
    const scopes = delegates?.get(delegate);
    if (!delegates || !scopes?.delete(scope) || scopes.size > 0) return;
    delegates.delete(delegate);
    if (delegates.size === 0) given.delete(represented);
    const clients = received.get(delegate);
    clients?.delete(represented);
    if (clients?.size === 0) received.delete(delegate);
  }

  return {
    write(write, isThere) {
      if ('scope' in write) {
        const change = isThere ? connect : disconnect;
        change(write.represented, write.delegate, write.scope);
      } else if ('serviceId' in write) {
        if (isThere) serviceIds.add(write.serviceId);
        else serviceIds.delete(write.serviceId);
      }
    },
    delegates: (represented) => given.get(represented) ?? NOBODY,
    represented: (delegate) => received.get(delegate) ?? NONE,
    services: () => serviceIds,
  };
}

function held<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
