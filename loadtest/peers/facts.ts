import type { MandateFacts, PartyFacts, Scope, ServiceFacts, ServiceTerms } from '../../src/domain/facts.ts';
import type { Identifier } from '../../src/domain/identifier.ts';
import { parseIdentifier, partyKindOf } from '../../src/domain/identifier.ts';
import type { PathMandate, PolicyInput } from '../../src/policy/input.ts';
import { LEVELS, type PeerMandate, type PeerQuestion, type PeerRegister, type PeerService } from './register.ts';

/** What machtig's own rules read for a question about a register of the peers. */
export function policyInput(register: PeerRegister, question: PeerQuestion): PolicyInput {
  const { actor, represented, service: serviceId, operation, branch, level, now } = question;
  const service = register.services.get(serviceId);
  const loa = LEVELS[level];
  const party = partyFacts(register, represented);
  const selected = (mandates: readonly PeerMandate[]): PathMandate[] =>
    mandates.filter(({ services }) => services === 'all' || services.includes(serviceId)).map(mandateFacts);
  const chains = register.through(represented, actor).map(({ organisation, first, second }) => ({
    intermediary: partyFacts(register, organisation),
    first: selected(first),
    second: selected(second),
  }));
  return {
    now,
    request: { loa, ...(branch !== undefined && { branch }), ...(operation !== undefined && { operation }) },
    actor: { party: partyFacts(register, actor), loa },
    represented: {
      party,
      ...(branch !== undefined && { branch_registered: register.branchesOf(represented).includes(branch) }),
    },
    together: [],
    ...(service === undefined && { service_missing: 'unknown' as const }),
    services: service
      ? [
          {
            service: serviceFacts(service),
            direct: selected(register.between(represented, actor)),
            chains: chains.filter(({ first, second }) => first.length > 0 && second.length > 0),
          },
        ]
      : [],
    via_needed: false,
  };
}

export function partyFacts(register: PeerRegister, urn: string): PartyFacts {
  const { scheme, value } = identifierOf(urn);
  return {
    party_id: urn,
    kind: partyKindOf(scheme),
    states: [],
    has_branches: register.branchesOf(urn).length > 0,
    ...(scheme === 'kvk' && { kvk: value }),
  };
}

export function identifierOf(urn: string): Identifier {
  const parsed = parseIdentifier(urn);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

/** As it is when it was found for a service. */
export function mandateFacts(mandate: PeerMandate): MandateFacts {
  const { id, kind, status, from, until, level, services, operations, branches, reach } = mandate;
  const scope: Scope = services === 'all' ? { by: 'everything' } : { by: 'service' };
  return {
    mandate_id: id,
    kind: kind === 'signatory' ? 'statutory' : kind,
    ...(kind === 'signatory' && { ground: 'signatory' as const }),
    status,
    valid_from: from,
    valid_until: until,
    loa: LEVELS[level] as MandateFacts['loa'],
    ...(kind === 'employee' && { reach }),
    scope,
    operations: operations as MandateFacts['operations'],
    branches: branches as MandateFacts['branches'],
    cases: 'all',
    granted_at: from,
  };
}

const OWNER = '5e000000-0000-4000-8000-00000000000f';

export function serviceFacts({ id, level, chains, branches }: PeerService): ServiceFacts {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const terms: ServiceTerms = {
    active: true,
    loa: LEVELS[level] as ServiceTerms['loa'],
    kinds: { employee: true, business: true, voluntary: true, statutory: true, appointed: true },
    grounds: { signatory: true },
    chains,
    branches,
  };
  const facts: ServiceFacts = {
    service_id: id,
    service_uuid: OWNER,
    owner: OWNER,
    domain: 'general',
    definition: terms,
    instance: terms,
    sets: {},
    sub_services: [],
    follow_up: 'delegate',
  };
  cache.set(id, facts);
  return facts;
}

const cache = new Map<string, ServiceFacts>();
