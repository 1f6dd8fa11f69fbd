import type { PartyId } from '../domain/facts.ts';
import type { ScopeKey } from './record-key.ts';

/**
 * Who is connected to whom, in no order and with doubles: what a search asks besides exact keys, and decisions never
 * do. Whatever is connected from the first chunk to the last is among what is given; what came, went
 * or was written anew meanwhile may be. Chunks are small, so that neither store nor process holds a party's 70,000 clients at once.
 * Every method throws AppError `store_unavailable` | `not_ready` | `data_stale` rather than leave something out.
 */
export interface Reach {
  /** To whom `represented` gave a mandate; under one of `scopes`, if given. */
  delegates(represented: PartyId, scopes?: ReadonlySet<ScopeKey>): AsyncIterable<readonly PartyId[]>;
  /** Who gave `delegate` a mandate. */
  represented(delegate: PartyId): AsyncIterable<readonly PartyId[]>;
  /** Every ServiceID of the catalogue. */
  services(): AsyncIterable<readonly string[]>;
}
