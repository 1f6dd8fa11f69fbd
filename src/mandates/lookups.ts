import type { PartyId } from '../domain/facts.ts';
import type { Revision } from '../domain/revision.ts';
import type { RecordKey, RecordKind, Records } from './record.ts';
import type { ScopeKey } from './record-key.ts';

/** A record, or null: the register is known to hold none under this key. */
export type Found<K extends RecordKind = RecordKind> = Records[K] | null;

/** The mandates between two parties under each of some scopes: as many records. */
export interface PairAsk {
  represented: PartyId;
  delegate: PartyId;
  scopes: readonly ScopeKey[];
}

/**
 * The one way in which decisions read mandate data: by exact key, never by scan. Three stores implement it
 * (in-process, Redis, Postgres) and pass one contract suite (test/contract/lookups.ts).
 */
export interface Lookups {
  /**
   * Answers from this process without waiting, or undefined when the record is not at hand.
   * A store that always has to ask answers undefined.
   */
  peek(key: RecordKey): Found | undefined;
  /**
   * As `peek` of each scope's key, without making the keys: appends a record for each scope to `found`. False as soon as
   * one is not at hand. A store may leave it to `peek`.
   */
  peekPair?(pair: PairAsk, found: Found[]): boolean;
  /**
   * All records in as few round trips as the store can (Redis: one), in the order asked. `also` is handed, before the
   * answer, further records of the same moment that will likely be asked for next; a store may know of none.
   * @throws AppError `store_unavailable` | `not_ready` | `data_stale`: never an answer that is a guess.
   */
  read(keys: readonly RecordKey[], also?: (key: RecordKey, found: Found) => void): Promise<Found[]>;
}

/** How fresh the data behind `Lookups` is. Errors, not denials, when that cannot be said. */
export interface Freshness {
  /** @throws AppError `not_ready` | `data_stale` | `clock_skewed` */
  position(): { revision: Revision; ageMs: number };
  /** Resolves when `revision` has been applied. @throws AppError `revision_not_reached` | `epoch_mismatch` */
  reach(revision: Revision): Promise<void>;
  /** Whether all partitions of the projection are at one revision. If not, facts from several may be of two moments. */
  isTogether(): boolean;
  /** Resolves when those behind have reached the one ahead. @throws AppError `data_stale` after a short wait */
  together(): Promise<void>;
  /** Age in milliseconds beyond which nothing is answered. */
  readonly maxAgeMs: number;
}
