import type { PartyFacts } from '../domain/facts.ts';
import { findDirect } from '../evaluate/find-paths.ts';
import { findServices } from '../evaluate/find-services.ts';
import { planScopes } from '../evaluate/scopes.ts';
import type { Strand } from '../evaluate/strand.ts';
import type { Participant, PolicyInput } from '../policy/input.ts';

export interface ManagingQuestion {
  actor: Participant & { party: PartyFacts };
  represented: PartyFacts;
  together: readonly Participant[];
  /** ServiceID of *manage mandates*. */
  service: string;
  now: number;
}

/** The question whether the actor may use *manage mandates* for a party, as a sidecar would ask it of the policy. */
export function* gatherManaging(question: ManagingQuestion): Strand<PolicyInput> {
  const { actor, represented, together, now } = question;
  const services = yield* findServices(question.service);
  const plan = planScopes(services.services, undefined);
  const ends = { actor: actor.party.party_id, represented: represented.party_id };
  const direct = yield* findDirect(ends, { plan });
  return {
    now,
    request: actor.loa === undefined ? {} : { loa: actor.loa },
    actor,
    represented: { party: represented },
    together: [...together],
    services: plan.services.map(({ service }, index) => ({ service, direct: direct[index] ?? [], chains: [] })),
    ...(services.missing && { service_missing: services.missing }),
    via_needed: false,
  };
}
