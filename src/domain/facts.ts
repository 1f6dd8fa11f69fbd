/**
 * Facts: what the register knows, in the shape in which the rules read it. One spelling (snake_case) from the SQL
 * views through the projection into the policy input, so that nothing is renamed on the way. Moments are integer
 * milliseconds since 1970 (UTC). See docs/decisions/0003-facts-have-one-shape.md.
 *
 * The lists are the one place where the values are spelled. The codec of the projection writes places in them: append
 * only, for their order is part of its layout.
 */

/** A party's internal id: 16 random bytes, written as a lower-case UUID. */
export type PartyId = string;

export const PARTY_KINDS = ['organisation', 'person'] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

export const PARTY_STATES = [
  'bankrupt',
  'wsnp',
  'dissolved',
  'deregistered',
  'deceased',
  'curatele',
  'bewind',
] as const;
export type PartyState = (typeof PARTY_STATES)[number];

/** A party is in `state` while `since <= now < until`; without `until` it stays so. No states: active. */
export interface StateFact {
  state: PartyState;
  since: number;
  until?: number;
}

export interface PartyFacts {
  party_id: PartyId;
  kind: PartyKind;
  states: StateFact[];
  /** Persons only: `YYYY-MM-DD`; needed for parental authority (ends at the 18th birthday). */
  birth_date?: string;
  /** Organisations with a KvK number: eight digits. */
  kvk?: string;
  /** Has at least one branch of its own in the register (R23, R24). */
  has_branches: boolean;
}

/** What an identifier leads to. `means` only for issued means (pseudonyms); R13, R71. */
export interface AliasFacts {
  party_id: PartyId;
  means?: { active: boolean };
}

/**
 * What a party may be called by whoever searches, as far as `PartyFacts.kvk` does not say it; no decision reads it.
 * Organisations without a KvK number: their other public numbers. Persons: their BSN as it rests in the register.
 */
export interface NameFacts {
  rsin?: string;
  oin?: string;
  /** `sealed` (base64) under MACHTIG_SEAL_KEY, bound to `alias`, its HMAC (32 hex digits). */
  bsn?: { alias: string; sealed: string };
}

/** Levels of assurance, the lowest first. */
export const LOAS = ['eh2', 'eh2plus', 'eh3', 'eh4'] as const;
export type Loa = (typeof LOAS)[number];

export const MANDATE_KINDS = ['employee', 'business', 'voluntary', 'statutory', 'appointed'] as const;
export type MandateKind = (typeof MANDATE_KINDS)[number];

export const GROUNDS = [
  'signatory',
  'owner',
  'parental_authority',
  'curatele',
  'bewind',
  'mentorschap',
  'bankruptcy_curator',
  'liquidator',
] as const;
export type Ground = (typeof GROUNDS)[number];

export const MANDATE_STATUSES = [
  'requested',
  'offered',
  'active',
  'suspended',
  'revoked',
  'rejected',
  'withdrawn',
  'lapsed',
] as const;
export type MandateStatus = (typeof MANDATE_STATUSES)[number];

export const FOLLOW_UPS = ['delegate', 'represented', 'both'] as const;
export type FollowUp = (typeof FOLLOW_UPS)[number];

/** Whose affairs an employee's mandate serves: the employer's own, its clients', or both. */
export const REACHES = ['own', 'clients', 'both'] as const;

/** On whose authority a mandate was granted, where that matters. */
export const AUTHORITIES = ['bankruptcy_curator', 'liquidator', 'appointed', 'curatele', 'bewind'] as const;

export const DOMAINS = ['assets', 'personal_care', 'general'] as const;

/** What a service asks of whoever uses it. Sets are objects with `true`, which Rego in WASM looks up by key. */
export interface ServiceTerms {
  active: boolean;
  loa: Loa;
  /** Mandate kinds for which the owner accepts mandates (R43). */
  kinds: Partial<Record<MandateKind, true>>;
  /** Statutory grounds accepted (R120: phased in per service). */
  grounds: Partial<Record<Ground, true>>;
  chains: boolean;
  branches: boolean;
}

/** One instance (ServiceID) of a definition (ServiceUUID). An instance may only narrow its definition. */
export interface ServiceFacts {
  service_id: string;
  service_uuid: string;
  /** Owner (party providing the instance): UUID. */
  owner: string;
  domain: (typeof DOMAINS)[number];
  definition: ServiceTerms;
  instance: ServiceTerms;
  /** Sets that contain the service now → the version of the set in which it (last) became a member (R46, R55). */
  sets: Record<string, number>;
  /** ServiceIDs behind this portal, or none when it is no portal (R45). */
  sub_services: string[];
  follow_up: FollowUp;
}

/** The key by which a mandate was selected: what of its scope covers the service asked for. */
export type Scope =
  | { by: 'service' }
  | { by: 'set'; set: string; version: number }
  | { by: 'owner' }
  | { by: 'everything' };

/** One mandate as the rules read it, selected for one service. Absent optional fields mean: not granted. */
export interface MandateFacts {
  mandate_id: string;
  kind: MandateKind;
  ground?: Ground;
  status: MandateStatus;
  valid_from: number;
  /** Exclusive. Absent only for statutory mandates (open-ended). */
  valid_until?: number;
  loa: Loa;
  /** Employee mandates only. */
  reach?: (typeof REACHES)[number];
  scope: Scope;
  operations: 'all' | string[];
  branches: 'all' | string[];
  /** A case is (ServiceID, case id), written `ServiceID#case id`. */
  cases: 'all' | string[];
  /** Joint authority: so many holders in all (the delegate included), the others taken from `with`. */
  joint?: { required: number; with: PartyId[] };
  /** `appointed`: a public organisation's. */
  granted_under?: (typeof AUTHORITIES)[number];
  granted_at: number;
  survivor?: true;
  /** Onward mandate under the right of substitution: the parent mandate and its delegate. */
  derived_from?: { mandate_id: string; delegate: PartyId };
  follow_up?: FollowUp;
  /** The delegate may read the messages that follow (R127). */
  reads_messages?: true;
  /** The right of substitution itself (R50): may its delegate pass it on? */
  substitution?: true;
}
