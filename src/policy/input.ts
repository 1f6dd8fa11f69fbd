import type { MandateFacts, PartyFacts, ServiceFacts } from '../domain/facts.ts';

/** Someone in the act: the party behind the identifier, if known, and the state of the means used. */
export interface Participant {
  party?: PartyFacts;
  means?: { active: boolean };
  loa?: string;
}

/** A mandate on a path; an onward mandate carries its parent and the parent's delegate. */
export interface PathMandate extends MandateFacts {
  parent?: { mandate?: MandateFacts; delegate?: PartyFacts };
}

/** First links represented → intermediary and second links intermediary → actor, selected for one service. */
export interface ChainCandidate {
  intermediary: PartyFacts;
  first: PathMandate[];
  second: PathMandate[];
}

/** One service with everything that was found for it by key. */
export interface ServiceQuestion {
  service: ServiceFacts;
  /** represented → actor, of all kinds. */
  direct: PathMandate[];
  chains: ChainCandidate[];
}

/** What `authz/decision` reads (bundles with `input: mandates`). JSON Schema: policies/schemas/input.json. */
export interface PolicyInput {
  /** The sidecar's clock, read after all data; milliseconds since 1970. */
  now: number;
  request: {
    loa?: string;
    min_loa?: string;
    branch?: string;
    operation?: string;
    /** `ServiceID#case id` */
    case?: string;
  };
  actor: Participant;
  represented: { party?: PartyFacts; branch_registered?: boolean };
  /** Present when the caller named an intermediary. */
  via?: { party?: PartyFacts };
  together: Participant[];
  /** Why no single service was found for the name asked; absent when one was. */
  service_missing?: 'unknown' | 'ambiguous';
  /** The portal asked for; `services` then holds what lies behind it. */
  portal?: ServiceFacts;
  /** One service, or a portal's sub-services, or none. */
  services: ServiceQuestion[];
  /** The actor has more second-link organisations than are looked up without `via`. */
  via_needed: boolean;
}
