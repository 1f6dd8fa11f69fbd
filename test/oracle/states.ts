import type { Ground, MandateFacts, PartyFacts, PartyState, ServiceFacts } from '../../src/domain/facts.ts';

/** When and for what a mandate is to be used. */
interface Use {
  now: number;
  service: ServiceFacts;
}

const REASONS: Record<PartyState, string> = {
  bankrupt: 'represented_bankrupt',
  wsnp: 'represented_in_wsnp',
  dissolved: 'represented_dissolved',
  deregistered: 'represented_deregistered',
  deceased: 'represented_deceased',
  curatele: 'represented_under_curatele',
  bewind: 'represented_under_bewind',
};

/** States of a party that are in effect. */
export function statesAt(party: PartyFacts, now: number): PartyFacts['states'] {
  return party.states.filter(({ since, until }) => since <= now && (until === undefined || now < until));
}

export function hasState(party: PartyFacts, state: PartyState, now: number): boolean {
  return statesAt(party, now).some((one) => one.state === state);
}

/** What the states of who granted a mandate say against it (docs/decisions/0009). */
export function grantorStates(facts: MandateFacts, grantor: PartyFacts, { now, service }: Use): string[] {
  const bankrupt = hasState(grantor, 'bankrupt', now);
  const holds: Record<PartyState, (since: number) => boolean> = {
    bankrupt: (since) => answersFor(['bankruptcy_curator'], facts, since),
    wsnp: (since) => answersFor(['bankruptcy_curator'], facts, since),
    dissolved: (since) => answersFor(bankrupt ? ['liquidator', 'bankruptcy_curator'] : ['liquidator'], facts, since),
    deregistered: () => false,
    deceased: () => facts.survivor === true,
    curatele: (since) => standsInByLaw(facts) || grantedFor('curatele', facts, since),
    bewind: (since) => service.domain !== 'assets' || standsInByLaw(facts) || grantedFor('bewind', facts, since),
  };
  return statesAt(grantor, now).flatMap(({ state, since }) => (holds[state](since) ? [] : [REASONS[state]]));
}

/** Is it the mandate of one of these, of an appointee, or granted on the authority of such a one since then? */
function answersFor(who: Ground[], { kind, ground, granted_under, granted_at }: MandateFacts, since: number): boolean {
  if (kind === 'appointed') return true;
  if (kind === 'statutory' && ground !== undefined && who.includes(ground)) return true;
  if (granted_under === undefined || granted_at < since) return false;
  return granted_under === 'appointed' || who.includes(granted_under);
}

/** Authority over a protected person comes from the law or from an appointment, never from himself. */
function standsInByLaw({ kind, ground }: MandateFacts): boolean {
  return kind === 'appointed' || (kind === 'statutory' && ground !== 'signatory' && ground !== 'owner');
}

/** Granted in the name of a protected person, since he is, by who stands in for him. */
function grantedFor(state: 'curatele' | 'bewind', { granted_under, granted_at }: MandateFacts, since: number): boolean {
  return granted_under === state && granted_at >= since;
}
