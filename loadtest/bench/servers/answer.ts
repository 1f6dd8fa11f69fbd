/** As long as a typical allow, so that all servers send the same number of bytes. */
export const ANSWER = JSON.stringify({
  decision: true,
  context: {
    id: '6f1c9c1e-6f1f-4c40-9a54-2f7a1c1d0b11',
    reasons: [],
    basis: 'mandate',
    mandates: ['0b8f7c5e-3f1d-4a77-8a8e-2d6f5b9c4a10'],
    branches: 'all',
    changes_at: '2030-12-31T23:00:00.000Z',
    policy_revision: '3f0c5a9b2d7e',
    data_revision: '1.1000000',
    data_age_ms: 120,
  },
});
