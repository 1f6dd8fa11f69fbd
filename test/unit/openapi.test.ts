import { expect, test } from 'vitest';
import { z } from 'zod';
import { apiPage } from '../../src/http/api-page.ts';
import { openApi } from '../../src/http/openapi.ts';
import { DECISION_CODES } from '../../src/http/problem.ts';
import { decisionAnswer, evaluationResponse, evaluationsResponse, problem } from '../../src/http/response-schemas.ts';
import { aDecision, anApp, anEvaluate } from '../support/http.ts';

const ask = { actor: 'urn:etoegang:pseudonym:p', represented: 'urn:nl:kvk:90000001', service: 's' };
const authzen = {
  subject: { type: 'person', id: ask.actor },
  action: { name: 's' },
  resource: { type: 'organisation', id: ask.represented },
};

test.each([
  ['an allow', aDecision()],
  [
    'a denial',
    aDecision({
      allow: false,
      reasons: ['no_mandate'],
      basis: null,
      mandates: [],
      branches: null,
      changes_at: null,
      follow_up: null,
    }),
  ],
  [
    'a portal',
    aDecision({
      basis: 'portal',
      services: ['a'],
      loa_required: 'eh3',
      holders_required: 2,
      branches: ['000012345678'],
    }),
  ],
])('what goes out is what is documented: %s', async (_what, decision) => {
  const { post } = anApp({ policy: { input: 'mandates', evaluate: anEvaluate(() => decision).evaluate } });
  decisionAnswer.parse(await (await post('/v1/decision', ask)).json());
  evaluationResponse.parse(await (await post('/access/v1/evaluation', authzen)).json());
  evaluationsResponse.parse(await (await post('/access/v1/evaluations', { ...authzen, evaluations: [{}, 7] })).json());
  problem.parse(await (await post('/v1/decision', {})).json());
});

test('docs/openapi.json is generated from the schemas, and served without credentials', async () => {
  await expect(`${JSON.stringify(openApi(), null, 2)}\n`).toMatchFileSnapshot('../../docs/openapi.json');
  const identify = () => {
    throw new Error('nobody is asked who he is');
  };
  const response = await anApp({ identify }).send('/v1/openapi.json');
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApi())));
});

test('docs/api.md is generated, and names every code of an error', async () => {
  const page = apiPage();
  await expect(page).toMatchFileSnapshot('../../docs/api.md');
  for (const code of DECISION_CODES) expect(page).toContain(`\`${code}\``);
});

test('every reference in the API description leads somewhere', () => {
  const text = JSON.stringify(openApi());
  const parsed = z
    .object({ components: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(text));
  for (const [, kind = '', name = ''] of text.matchAll(/#\/components\/(\w+)\/(\w+)/g))
    expect(parsed.components[kind]).toHaveProperty(name);
});
