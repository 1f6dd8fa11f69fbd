import type { AliasFacts, MandateFacts, NameFacts, PartyFacts, PartyId, ServiceFacts } from '../domain/facts.ts';
import type { Revision } from '../domain/revision.ts';
import type { Grant } from './grant.ts';
import type { PlainParty } from './plain-party.ts';
import type { RecordKey } from './record.ts';
import type { ScopeKey } from './record-key.ts';
import type { UseSource } from './use-source.ts';

/**
 * One write to a projection. `mandate` and `link` add or replace one entry (by mandate id) in a list record; the
 * others replace the record. Built from facts by `writes.ts`, applied alike by every projection.
 */
export type Write =
  | { put: 'alias'; hmac: string; facts: AliasFacts }
  | { put: 'party'; party: PartyId; facts: PartyFacts }
  | { put: 'names'; party: PartyId; facts: NameFacts }
  | { put: 'service'; serviceId: string; facts: ServiceFacts }
  | { put: 'definition'; serviceUuid: string; instances: string[] }
  | { put: 'branch'; party: PartyId; branch: string }
  | { put: 'mandate'; represented: PartyId; delegate: PartyId; scope: ScopeKey; facts: MandateFacts }
  | { put: 'link'; actor: PartyId; organisation: PartyId; mandateId: string }
  | { drop: 'alias'; hmac: string }
  | { drop: 'party'; party: PartyId }
  | { drop: 'names'; party: PartyId }
  | { drop: 'service'; serviceId: string }
  | { drop: 'definition'; serviceUuid: string }
  | { drop: 'branch'; party: PartyId; branch: string }
  | { drop: 'mandate'; represented: PartyId; delegate: PartyId; scope: ScopeKey; mandateId: string }
  | { drop: 'link'; actor: PartyId; organisation: PartyId; mandateId: string };

export type Put = Extract<Write, { put: string }>;

/** What a projection holds under one key, as puts; `unreadable`: something that its layout does not write. */
export type HeldRecord = readonly Put[] | 'unreadable';

/** What a projection is called where its operator gives it no name. */
export const MAIN = 'main';

/** What a projection says of itself; a reader that expects other values is *not ready*. */
export interface Header {
  layout: number;
  keyId: string;
  /** Check value of the HMAC key: readers compare it with their own. */
  keyCheck: string;
}

/** Committed changes up to and including `to`, applied all or nothing on top of exactly `from`. */
export interface Batch {
  from: Revision;
  to: Revision;
  /** Hash of the change at `to` (hex), kept beside the cursor: a cursor whose hash Postgres does not know is not its own. */
  hash: string;
  writes: readonly Write[];
}

/**
 * Takes what a register holds as bytes, several times as quick as writes one by one. Ids are 16 bytes; what is given
 * is good until the call returns. Quick only in the order of the first id.
 */
export interface BulkLoad {
  party(id: Buffer, party: PlainParty): void;
  /** `isActive`: of a means; undefined for any other identifier. */
  alias(id: Buffer, party: Buffer, isActive: boolean | undefined): void;
  branch(party: Buffer, branch: Buffer): void;
  /** Of one delegate after the other, each represented once: there is a mandate between them that is not limited to cases. Before all grants. */
  pair(delegate: Buffer, represented: Buffer): void;
  /** In the order of the represented. @throws AppError `internal` when the order is another */
  grant(grant: Grant): void;
  /** Whatever does not fit above. */
  write(write: Write): void;
  /** Waits until there is room for more. */
  settle(): Promise<void>;
  /** Behind the last of a kind. */
  end(): Promise<void>;
}

/** A projection that is being built beside the live one. */
export interface Rebuild {
  load(writes: readonly Write[]): Promise<void>;
  /** Where the projection can take what is frequent as bytes; in place of its writes. */
  bulk?(): BulkLoad;
  /**
   * Makes it the live one, at this revision (`hash` as in `Batch`; empty when there was no change yet); readers see
   * the old or the new, never a mixture. `lineage`: of what was loaded; without it no later epoch can keep this copy.
   * @throws AppError `conflict` when the fence is lower than the one seen.
   */
  swap(at: Revision, hash: string, lineage?: string): Promise<void>;
  /** Clears it away, unless it became the live one though the answer to `swap` was lost. */
  abandon(): Promise<void>;
}

/** How far a part of a projection is: `hash` as in `Batch`, of the last change that was applied to it. */
export interface Reached {
  revision: Revision;
  hash: string;
}

/** What the live projection says of itself. */
export interface ProjectionState extends Reached {
  header: Header;
  /** The highest that was seen. */
  fence: number;
  /** Which copy is the live one. */
  copy: string;
  /** Of the register that it was built from, as the register spells it; empty: not known. */
  lineage: string;
  /** Each partition; after a crash some are ahead of the projection's revision, or in its next epoch already. */
  parts: readonly Reached[];
}

/**
 * The writing side of a projection (in-process or Redis), used by the sync leader only. `fence` is the leader's
 * number; a projection refuses (`AppError conflict`) whoever comes with a lower one than it has seen.
 */
export interface Projection {
  /** Undefined: there is no live projection (empty, flushed, unknown layout). */
  state(): Promise<ProjectionState | undefined>;
  /** @throws AppError `conflict` when the cursor is not `batch.from` or the fence is lower: read `state` again. */
  apply(batch: Batch, fence: number): Promise<void>;
  /**
   * Takes the live copy as it is into another epoch, where it still stands as `seen` says; readers forget what they
   * remember, and believe nothing before the next heartbeat. Whoever dies half-way leaves `parts` in two epochs, from
   * which nobody can go on but by doing this again, or by a rebuild.
   * @throws AppError `conflict` when it stands elsewhere or the fence is lower: read `state` again.
   */
  renew(seen: ProjectionState, epoch: number, fence: number): Promise<void>;
  /** `records`: about how many there will be of the most frequent kind, so that none of it needs much memory. */
  rebuild(header: Header, fence: number, records?: number): Promise<Rebuild>;
  /** The projection's own clock (Redis TIME), milliseconds: what heartbeats are stamped with. */
  time(): Promise<number>;
  /**
   * Tells readers: at `stampMs` (taken before asking Postgres) nothing was committed beyond `revision`.
   * @throws AppError `conflict` when there is no live projection, its cursor is not `revision` or the fence is lower.
   */
  heartbeat(stampMs: number, revision: Revision, fence: number): Promise<void>;
  /** All that the live projection holds, as puts in chunks, in any order: for comparing it with Postgres (`verify`). */
  contents(): AsyncIterable<readonly Write[]>;
  /**
   * The keys of all records that the live projection holds, in any order, some of them twice, in bounded memory.
   * Undefined: something that this layout does not write.
   */
  keys(): AsyncIterable<readonly (RecordKey | undefined)[]>;
  /** What the live projection holds under these keys, and at which revisions it was read: of several partitions, from the lowest to the highest. */
  held(keys: readonly RecordKey[]): Promise<{ from: Revision; to: Revision; records: HeldRecord[] }>;
  /** Where those who read this projection report the use of mandates; the leader writes it back into the register. */
  uses?: UseSource;
}
