import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/domain/evaluation.ts';
import { withoutDetails } from '../../src/evaluate/masking.ts';
import { makeAdminEngine } from '../../src/policy/admin-engine.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { adminInput } from '../../src/workbench/cases/act-input.ts';
import { readDecisionBody } from '../../src/workbench/cases/decision-body.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { manyOrganisations } from '../property/many-organisations.ts';
import { aDecision, anApp, anEvaluate } from '../support/http.ts';
import { policyInput } from '../support/policy.ts';
import { loadActs, loadCases } from './cases.ts';
import { MADE_EXAMPLES } from './reasons.ts';

/** The catalogue must not lie: each of its examples gives the reason under which it stands. */
const page = await readFile('docs/reasons.md', 'utf8');
const sections = page.split(/^## /m).slice(1).map(readSection);
const bundle = await readBundle('bundles/mandates.tar.gz');
const policy = makeEngine(bundle, readVerdict);
const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const acts = loadActs();

/** No register leads the policy to it: the lookups find mandates by what they cover. Its rules have tests of their own. */
const NEVER_FOUND = ['service_not_covered'];
/** Of the admin API, met by the tests of its rules alone. */
const WITHOUT_CASE = ['kind_not_kept_here', 'mandate_below_eh2', 'survivor_by_himself_only'];

function readSection(text: string) {
  const [, code = '', admin] = /^(\w+)( \(admin\))?\n/.exec(text) ?? [];
  const [, title = '', file = '', json = ''] = /\*([^*\n]+)\* \(([^()\n]+)\)\n\n```json\n(.*?)```/s.exec(text) ?? [];
  return { code, title, file, json, managing: admin !== undefined };
}

const ofDecisions = sections.filter(({ managing }) => !managing);
const ofCases = ofDecisions.filter(({ code, json }) => json !== '' && !(code in MADE_EXAMPLES));
const ofActs = sections.filter(({ managing, json }) => managing && json !== '');

describe('the example of a reason', () => {
  it.each(ofCases)('$code', ({ code, title, file, json }) => {
    const found = cases.find((one) => one.title === title && one.file === file);
    const verdict = policy.decide(policyInput(readDecisionBody(JSON.parse(json)), found?.now ?? 0, lookups));
    expect(verdict).toMatchObject({ allow: false, reasons: expect.arrayContaining([code]) });
  });

  it.each(ofActs)('$code of the admin API', async ({ code, title, file, json }) => {
    const found = acts.find((one) => one.title === title && one.file === file);
    expect(found).toBeDefined();
    if (found === undefined) return;
    const { world, question } = found;
    expect(JSON.parse(json)).toMatchObject({ act: question.act });
    const verdict = makeAdminEngine(bundle).decide(adminInput(world, await registerLookups(world.register), question));
    expect(verdict).toMatchObject({ allow: false, reasons: expect.arrayContaining([code]) });
  });

  it('is there for every reason but those that none can be given of', () => {
    const missing = (managing: boolean) =>
      sections.filter((one) => one.managing === managing && one.json === '').map(({ code }) => code);
    expect(missing(false)).toEqual(NEVER_FOUND);
    expect(missing(true)).toEqual(WITHOUT_CASE);
  });
});

describe('the example of a reason that no case meets', () => {
  const exampleOf = (code: string) => JSON.parse(sections.find((one) => one.code === code)?.json ?? 'null');

  it('identifier_invalid', async () => {
    const { post } = anApp({ policy: { input: 'mandates', evaluate: anEvaluate().evaluate } });
    const response = await post('/access/v1/evaluation', exampleOf('identifier_invalid'));
    expect(await response.json()).toMatchObject({ decision: false, context: { reasons: ['identifier_invalid'] } });
  });

  it('not_entitled', () => {
    const input = policyInput(readDecisionBody(exampleOf('not_entitled')), Date.parse('2026-11-21'), lookups);
    const decision: Decision = { ...aDecision(), ...policy.decide(input) };
    expect(decision.reasons).toEqual(['actor_under_curatele', 'represented_under_curatele']);
    expect(withoutDetails(decision).reasons).toEqual(['not_entitled']);
  });

  it('via_required', async () => {
    const { register: many, asked } = manyOrganisations(65);
    const [question] = asked;
    if (question === undefined) throw new Error('it asks something');
    // The same question, in a register that is made for it.
    expect(Object.keys(readDecisionBody(exampleOf('via_required'))).sort()).toEqual(Object.keys(question).sort());
    const verdict = policy.decide(policyInput(question, Date.now(), await registerLookups(many)));
    expect(verdict.reasons).toEqual(['via_required']);
  });

  it('service_condition_unknown', () => {
    const { title, file, json } = sections.find(({ code }) => code === 'service_condition_unknown') ?? {};
    expect([title, file]).toEqual([expect.any(String), expect.any(String)]);
    const question = readDecisionBody(JSON.parse(json ?? 'null'));
    const tables = { conditions: { [question.service]: { firsthnad: true } } };
    const misspelt = { ...bundle, data: JSON.parse(JSON.stringify(bundle.data)) };
    Object.assign(misspelt.data.tables, tables);
    const input = policyInput(question, Date.parse('2026-11-21'), lookups);
    expect(policy.decide(input).allow).toBe(true);
    expect(makeEngine(misspelt, readVerdict).decide(input).reasons).toEqual(['service_condition_unknown']);
  });
});
