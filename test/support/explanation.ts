import type { Explanation, RuleNote } from '../../src/domain/explanation.ts';

export const BAKERY_TO_BALANS = '3a000000-0000-4000-8000-000000000010';
export const BALANS_TO_OLAF = '3a000000-0000-4000-8000-000000000012';
export const BALANS = 'ba1a0000-0000-4000-8000-000000000003';

function aNote(change: Partial<RuleNote>): RuleNote {
  return { title: '', description: '', requirements: [], links: [], file: 'policies/x.rego', reasons: {}, ...change };
}

export const NOTES: Record<string, RuleNote> = {
  'authz.validity.started': aNote({
    title: 'The mandate has started',
    description: 'From the first moment of its period.',
    requirements: ['R47', 'R59'],
    file: 'policies/authz/validity/validity.rego',
    reasons: { mandate_not_started: 'The mandate starts later.' },
  }),
  'authz.chain.reaches_clients': aNote({
    title: 'The second link is for clients',
    description: 'An employee mandate for `own` affairs does not serve clients.',
    requirements: ['R107'],
    links: [
      { ref: 'https://example.org/norm#9', description: 'Norm, article 9' },
      { ref: 'javascript:alert(1)', description: 'no address' },
    ],
    file: 'policies/authz/chain/chain.rego',
    reasons: { reach_own_only: "The employee may act for his employer's own affairs only." },
  }),
  'authz.question.actor_known': aNote({
    title: 'The actor is known',
    reasons: { actor_unknown: 'The identifier of the actor leads to nobody.' },
  }),
};

/** What the policy could say of Olaf, who wants to file for a client with a mandate for the firm itself. */
export function anExplanation(change: Partial<Explanation> = {}): Explanation {
  return {
    at: Date.UTC(2026, 10, 22, 3),
    allow: false,
    verdict: {
      reasons: ['reach_own_only'],
      basis: null,
      mandates: [],
      branches: null,
      branch_verified: false,
      changes_at: null,
      loa_required: null,
      services: null,
      holders_required: null,
      follow_up: null,
    },
    question: [{ rule: 'authz.question.actor_known', holds: true, reasons: [] }],
    paths: [
      {
        service_id: 'urn:etoegang:DV:00000003800000010000:services:1',
        basis: 'chain',
        mandates: [BAKERY_TO_BALANS, BALANS_TO_OLAF],
        intermediary: BALANS,
        holds: false,
        reasons: ['reach_own_only'],
        rules: [
          { rule: 'authz.validity.started', holds: true, reasons: [], mandate: BAKERY_TO_BALANS },
          { rule: 'authz.validity.started', holds: true, reasons: [], mandate: BALANS_TO_OLAF },
          { rule: 'authz.chain.reaches_clients', holds: false, reasons: ['reach_own_only'], mandate: BALANS_TO_OLAF },
        ],
      },
    ],
    nearest: [{ change: 'via', from: null, to: 'urn:nl:kvk:90000003', says: 'Say through whom he acts.' }],
    rules: NOTES,
    policy_revision: 'sha256:abc',
    data_revision: '1.42',
    data_age_ms: 7,
    ...change,
  };
}
