import type { ActName, InterventionKind, SystemRole } from '../domain/administration.ts';
import type { Loa, MandateFacts, PartyFacts, PartyId, PartyKind, ServiceFacts, ServiceTerms } from '../domain/facts.ts';
import type { Participant, PathMandate, PolicyInput } from './input.ts';

/** A service that a mandate under an act covers, by name or by set, with the terms of its definition. */
export interface ActService {
  service_uuid: string;
  /** Which grounds reach it, and which states of the represented stop it. */
  domain: ServiceFacts['domain'];
  /** Ids of the owners of its active instances. */
  owners: string[];
  terms: ServiceTerms;
}

/** A mandate as it stands, or as it would stand: facts, its ends, and all that it covers. From SQL: `act_mandate`. */
export interface ActMandate extends Omit<MandateFacts, 'scope'> {
  represented: PartyId;
  represented_kind: PartyKind;
  delegate: PartyId;
  delegate_kind: PartyKind;
  services: ActService[];
  owner?: string;
  all_services?: true;
  channel: 'digital' | 'paper';
  /** Kinds of the evidence kept with it. */
  evidence: string[];
  granted_by?: PartyId;
  renews?: string;
  /** While suspended: the capacity of whoever suspended it last. */
  suspended_by?: string;
}

/** One end of the mandate, or the party itself: whether the actor may manage for it is `authz` on the register's service. */
export interface ManagedParty {
  party: PartyFacts;
  /** The question "may the actor use *manage mandates* for this party?", with its facts. Absent: a system asks. */
  managing?: PolicyInput;
  /** Whoever represents it by law, with the question whether the actor may manage for him (R101: the proxy). */
  representatives: { mandate: PathMandate; managing: PolicyInput }[];
}

/** What `admin/decision` reads. JSON Schema: policies/schemas/admin.json. */
export interface AdminInput {
  /** The clock of the database, read after all data; milliseconds since 1970. */
  now: number;
  act: {
    name: ActName;
    current?: ActMandate;
    mandate?: ActMandate;
    /** The mandate from which it derives (onward). */
    parent?: ActMandate;
    /** Service owners whose services the act concerns. */
    owners?: string[];
    /** The activation code, date of birth and number were right (R68). */
    code_verified?: boolean;
    /** Why the authentication was weaker than the rules ask (R103); it is recorded. */
    deviation?: string;
    /** A qualified electronic signature over the request was verified (R96). */
    signed?: boolean;
    /** Channels over which a court's request was verified (R104), or where a service owner saw what became of a party. */
    verified_by?: string[];
    /** Other managers or legal representatives that the party keeps (R92). */
    managers_left?: number;
    /** A request on paper that the registrar enters; `managing` is then asked of who signed it (R79, R90, R98, R99). */
    paper?: {
      signed_by: PartyId;
      /** Level at which the signer was identified. */
      loa: Loa;
      /** Kinds of the evidence that came with it, the comparison of the signature among them. */
      evidence: string[];
    };
    /** The owner of the means, where an employer issued it (R71). */
    means_owner?: PartyId;
    /** What became of the party (R84, R113-R116). */
    intervention?: InterventionKind;
    /** Level at which an employer identified the employee whom it makes known (R138). */
    identified_at?: Loa;
  };
  /** Who acts in person. `loa` is that of the login. */
  actor?: Participant;
  /** What acts on its own account. */
  system?: { role: SystemRole; owner?: string };
  /**
   * ServiceUUID of the register's own service *manage mandates* (R106). What limits a manager stands in his own mandate
   * on it: `loa` (ceiling, R86), `branches` (R37), and `operations`: `all`, or for each service that he may manage
   * `service:` and its ServiceUUID (R57).
   */
  manage_service: string;
  /** The represented of the mandate, or the party that the act is about. */
  represented?: ManagedParty;
  delegate?: ManagedParty;
  /** Of an onward mandate: the delegate of its parent, who passes it on. */
  parent_delegate?: ManagedParty;
}
