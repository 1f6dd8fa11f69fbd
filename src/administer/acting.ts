import type pg from 'pg';
import type { ActName, AdminVerdict, SystemRole } from '../domain/administration.ts';
import type { PartyId } from '../domain/facts.ts';
import type { Identifier } from '../domain/identifier.ts';
import type { AdminInput } from '../policy/admin-input.ts';
import type { Keys } from '../store/keys.ts';

/** Who calls the admin API, as authenticated; nothing of it comes from the body. */
export interface Session {
  /** The natural person who logged in. */
  person?: {
    identifier: Identifier;
    /** Level of this login (`acr`), in any spelling that the policy knows. */
    loa?: string;
    /** The party for which he logged in, where the token names one: then he acts for no other. */
    party?: Identifier;
  };
  /** A system on its own account: by client certificate or API key. */
  system?: {
    name: string;
    role: SystemRole;
    oin?: string;
    /** What it may do of all that its role may; absent: all of that. */
    acts?: readonly ActName[];
  };
  /** A verified qualified signature over this very request (R96): fingerprint of the certificate. */
  signature?: { fingerprint: string };
  requestId: string;
  traceparent?: string;
}

/** One row of `mandates` as JSON by column name (`to_jsonb`): moments in ISO 8601, ids as text. */
export type MandateRow = Readonly<Record<string, unknown>> & {
  readonly mandate_id: string;
  readonly represented: PartyId;
  readonly delegate: PartyId;
};

/** What somebody wants to do. The sides are those of the mandate, or `party`. */
export interface Act
  extends Pick<
    AdminInput['act'],
    | 'code_verified'
    | 'deviation'
    | 'verified_by'
    | 'managers_left'
    | 'means_owner'
    | 'identified_at'
    | 'intervention'
    | 'paper'
  > {
  name: ActName;
  /** The mandate as it stands; lock it first. */
  current?: MandateRow;
  /** The mandate as it would stand, not yet written. */
  mandate?: MandateRow;
  party?: PartyId;
  /** Ids of the service owners concerned. */
  owners?: readonly string[];
  /** Who makes himself known: the party that he becomes, and that acts. */
  newcomer?: PartyId;
  /** Co-grantors who have consented before, with the level of their logins (R51). */
  together?: readonly { party_id: PartyId; loa?: string }[];
}

/** What a use case is handed inside its transaction. */
export interface Acting {
  client: pg.PoolClient;
  /** The clock of this transaction. */
  now: Date;
  session: Session;
  keys: Keys;
  /** The register's own service *manage mandates* (R106). */
  manage: { serviceId: string; serviceUuid: string };
  /** The person who acts, once found; undefined for systems and for a person whom the register does not know. */
  actor: PartyId | undefined;
  /** The party behind an identifier. */
  find(identifier: Identifier): Promise<PartyId | undefined>;
  /**
   * Asks the policy, before anything is written: what is written in this transaction would count as authority.
   * Locks the parties and the actor's own mandates first. All or nothing.
   * @throws AppError `act_refused` with the reasons | `policy_failed`
   */
  authorise(...acts: readonly Act[]): Promise<AdminVerdict[]>;
  /**
   * Whether somebody else, who did this before with a login that was good enough, might still do it alone or together
   * with those who agreed. It authorises nothing; locks what his authority rests on.
   */
  mightStill(person: PartyId, act: Act): Promise<boolean>;
}

/** What is handed to `count`. */
export type Counting = Omit<Acting, 'authorise'>;

export interface WriteOptions {
  /** Kept with every change. */
  reason?: string;
  /** Idempotency-Key, with a digest of the request it came with. */
  idempotency?: { key: string; digest: string } | undefined;
}

/** What was written; a repeat under the same key gives the same again. */
export interface Written<T> {
  value: T;
  /** `epoch.n`, at or beyond every change of this transaction. */
  revision: string;
  /** The answer was given before. */
  repeated: boolean;
}

export interface Administer {
  /**
   * One transaction: `act` authorises first, then writes. Nothing is committed that was not authorised.
   * @throws AppError `act_refused` | `conflict` | `idempotency_conflict` | `store_unavailable` | what `act` throws
   */
  write<T>(session: Session, options: WriteOptions, act: (acting: Acting) => Promise<T>): Promise<Written<T>>;
  /**
   * Counts what stays counted although the act that follows it fails: tries of an activation code (R68). Nothing is
   * authorised here, and the register refuses to be written, since nobody is said to act.
   */
  count<T>(session: Session, note: (counting: Counting) => Promise<T>): Promise<T>;
  /** One read-only transaction on one moment; authorises as well. */
  read<T>(session: Session, look: (acting: Acting) => Promise<T>): Promise<T>;
  /**
   * Resolves when something may have been committed, after `waitMs` at the latest. A hint: go and look.
   * False: there is no more waiting here, because the process stops.
   */
  nextChange(waitMs: number): Promise<boolean>;
}
