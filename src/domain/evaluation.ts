import type { FollowUp, Loa } from './facts.ts';
import type { PartyName } from './identifier.ts';

/** A question, validated. Identifiers are parsed; nothing in it is trusted beyond its form. */
export interface Question<Name extends PartyName = PartyName> {
  actor: Name;
  /** The loa of this login, in any known spelling (eTD, eIDAS, DigiD); the policy maps it. */
  loa?: string;
  represented: Name;
  branch?: string;
  /** ServiceID, or ServiceUUID with one active instance. */
  service: string;
  operation?: string;
  case?: string;
  /** The intermediary through whom the actor acts, when the caller knows it. */
  via?: Name;
  min_loa?: string;
  /** `epoch.n`: answer from data at or beyond this revision, or not at all. */
  min_revision?: string;
  together?: { id: Name; loa?: string }[];
  /** Recorded, never used as now. */
  time?: string;
}

export type Basis = 'self' | 'statutory' | 'appointed' | 'mandate' | 'chain' | 'portal';

/** What the policy's `authz/decision` answers, with what it left out filled in; its shape is checked each time. */
export interface Verdict {
  allow: boolean;
  /** Stable codes, sorted; empty on allow. Catalogue: docs/reasons.md, generated from the policy's METADATA. */
  reasons: string[];
  basis: Basis | null;
  mandates: string[];
  branches: 'all' | string[] | null;
  branch_verified: boolean;
  /** Milliseconds since 1970; the earliest moment at which this answer may change by itself; null: never. */
  changes_at: number | null;
  loa_required: Loa | null;
  /** Portal: ServiceIDs behind it that are allowed (R45); each must be asked again. */
  services: string[] | null;
  /** Joint authority: how many holders must act together. */
  holders_required: number | null;
  follow_up: { to: FollowUp; delegate_may_read: boolean } | null;
}

/** An answered question: the verdict with its provenance. */
export interface Decision extends Verdict {
  id: string;
  policy_revision: string;
  data_revision: string;
  data_age_ms: number;
}
