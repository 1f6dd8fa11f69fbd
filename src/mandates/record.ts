import type { AliasFacts, MandateFacts, NameFacts, PartyFacts, PartyId, ServiceFacts } from '../domain/facts.ts';

/**
 * The records a decision may look up, each by an exact key. The same keys name them in process, in Redis, in
 * Postgres and in the stream of changes, so that a change can invalidate precisely what it touched.
 */
export interface Records {
  /** HMAC of an identifier (32 hex digits) → party. */
  alias: AliasFacts;
  party: PartyFacts;
  /** By party, where the register knows more of its name than its KvK number. For searches only. */
  names: NameFacts;
  /** By ServiceID. */
  service: ServiceFacts;
  /** By ServiceUUID: the ServiceIDs of its active instances. */
  definition: { instances: string[] };
  /** Party and branch number; present when the branch is that party's own. */
  branch: true;
  /** Represented, delegate and one scope key: the mandates found there. */
  mandates: MandateFacts[];
  /** Actor: organisations he may be a second link of (mandates with reach, signatory or owner), without doubles. */
  links: PartyId[];
}

export type RecordKind = keyof Records;

/** `kind:part[:part…]`; see `record-key.ts` for the one place that builds and parses them. */
export type RecordKey<K extends RecordKind = RecordKind> = string & { readonly kind?: K };
