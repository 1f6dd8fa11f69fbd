import type { AUTHORITIES, FollowUp, Ground, Loa, MandateKind, REACHES } from '../../domain/facts.ts';
import type { PartyRef } from '../party-ref.ts';

/** What is to be granted, as a request names it; the schemas stand in src/http/admin/operations/grant-terms.ts. */
export interface MandateWish {
  /** In the citizen's words; made up when absent. */
  name?: string | undefined;
  kind: MandateKind;
  ground?: Ground | undefined;
  services?: readonly string[] | undefined;
  /** Without a version: the newest is confirmed. */
  sets?: readonly { set_id: string; version?: number | undefined }[] | undefined;
  /** OIN of the owner all of whose services are meant. */
  owner?: string | undefined;
  all_services?: boolean | undefined;
  operations: Limit;
  branches: Limit;
  /** `ServiceID#case id`. */
  cases: Limit;
  loa: Loa;
  reach?: (typeof REACHES)[number] | undefined;
  substitution?: boolean | undefined;
  joint?: { required: number; with: readonly PartyWish[] } | undefined;
  /** RFC 3339. Absent: now. */
  valid_from?: string | undefined;
  /** Exclusive. Absent only for statutory mandates. */
  valid_until?: string | undefined;
  survivor?: boolean | undefined;
  follow_up?: FollowUp | undefined;
  reads_messages?: boolean | undefined;
  evidence?: readonly object[] | undefined;
}

/** Unlimited is always said in so many words. */
export type Limit = 'all' | readonly string[];

/** The other side, as a request names it. */
export interface PartyWish {
  party: PartyRef;
  /** Goes with a citizen service number: a number alone names nobody, so that numbers cannot be tried out. */
  birth_date?: string | undefined;
  /** The delegate's own branch (R34). */
  branch?: string | undefined;
}

/** As much of a wish as is said; the rest is taken from elsewhere. */
export type Said<T> = { [K in keyof T]?: T[K] | undefined };

/** Columns of `mandates`, by name. */
export type Columns = Readonly<Record<string, unknown>>;

export type Authority = (typeof AUTHORITIES)[number];
