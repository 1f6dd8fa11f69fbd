import { describe, expect, it } from 'vitest';
import type { PartyFacts } from '../../src/domain/facts.ts';
import type { Gathered } from '../../src/evaluate/gather.ts';
import { withoutDetails } from '../../src/evaluate/masking.ts';
import { aDecision } from '../support/http.ts';

const person = (states: PartyFacts['states']): PartyFacts => ({
  party_id: 'c0ffee00-0000-4000-8000-000000000002',
  kind: 'person',
  states,
  has_branches: false,
});

function gathered(change: Partial<Gathered>): Gathered {
  return { request: {}, actor: {}, represented: {}, together: [], services: [], via_needed: false, ...change };
}

describe('what a caller without details is not told', () => {
  it.each(['represented_bankrupt', 'actor_under_curatele', 'intermediary_not_active'])('%s', (reason) => {
    const decision = aDecision({ allow: false, basis: null, reasons: [reason, 'loa_missing'] });
    expect(withoutDetails(decision)).toMatchObject({ reasons: ['loa_missing', 'not_entitled'], changes_at: null });
  });

  it('when a bewind of the actor ends, though he may act', () => {
    const actor = { party: person([{ state: 'bewind', since: 1, until: 1000 }]) };
    expect(withoutDetails(aDecision({ changes_at: 1000 }), gathered({ actor })).changes_at).toBeNull();
  });

  it('but it is told when a mandate ends', () => {
    const actor = { party: person([{ state: 'bewind', since: 1, until: 2000 }]) };
    expect(withoutDetails(aDecision({ changes_at: 1000 }), gathered({ actor })).changes_at).toBe(1000);
  });
});
