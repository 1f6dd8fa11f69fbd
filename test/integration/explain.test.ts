import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import type { Explained } from '../../src/domain/explanation.ts';
import { type Explain, makeExplain } from '../../src/evaluate/explain.ts';
import { explainAnswer } from '../../src/http/explain-schemas.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { loadCases } from '../conformance/cases.ts';
import {
  ANNA,
  alias,
  aMandate,
  aService,
  CHAIN,
  FIRM,
  fixed,
  id,
  kept,
  mandateWrite,
  NOW as NOW_THERE,
  OFFICE,
  PASSER_ON,
  PEOPLE,
  projected,
  question as theirQuestion,
} from '../support/decide-world.ts';
import { committedBoth, explainer } from '../support/explained.ts';
import { anApp, anEvaluate, everyone } from '../support/http.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const policy = await committedBoth();
const [first] = cases;
const NOW = first?.now ?? 0;
const BSN = /urn:nl:bsn|urn:etoegang:pseudonym/;

function aDoor(explain: Explain, caller: Caller = everyone) {
  const { evaluate } = anEvaluate();
  const { post } = anApp({ policy: { input: 'mandates', evaluate, explain }, identify: () => caller });
  return (body: unknown) => post('/v1/explain', body);
}

const withRights = (rights: Partial<Caller['rights']>): Caller => ({
  ...everyone,
  rights: { ...everyone.rights, ...rights },
});

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('explaining the conformance cases over HTTP', () => {
  it.each(cases)('gives the answer of $title', async ({ body: { time: _, ...body }, now, expect: expected }) => {
    const { explain, lines } = explainer(policy, lookups, () => now);
    const response = await aDoor(explain)(body);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    const answer = explainAnswer.parse(JSON.parse(text));
    expect(answer).toMatchObject({ at: new Date(now).toISOString(), allow: expected.allow });
    expect(answer.verdict.reasons).toEqual(expected.allow ? [] : expected.reasons);
    expect(text).not.toMatch(BSN);
    expect(JSON.stringify(lines)).not.toMatch(BSN);
    expect(lines).toHaveLength(1);
  });
});

describe('what rules say of themselves', () => {
  it('is there for each rule that occurs in a case, with a requirement, and the meaning of each of its own reasons', async () => {
    const bare = new Set<string>();
    const meanings = new Set<string>();
    const reasons = new Set<string>();
    for (const { question, now } of cases) {
      const { explain } = explainer(policy, lookups, () => now);
      const { question: asked, paths, rules } = await explain({ question }, { caller: everyone });
      for (const { rule, reasons: given } of [asked, ...paths.map((path) => path.rules)].flat()) {
        if ((rules[rule]?.requirements.length ?? 0) === 0 || rules[rule]?.title === rule) bare.add(rule);
        for (const code of given) reasons.add(code);
        for (const code of Object.keys(rules[rule]?.reasons ?? {})) meanings.add(code);
      }
    }
    expect([...bare]).toEqual([]);
    // What the mandate on which another rests lacks has one code for all its rules, said by one of them.
    expect([...reasons].filter((code) => !meanings.has(code))).toEqual([]);
  });
});

describe('what would be answered at another moment', () => {
  const ask = first?.body ?? {};

  it('is said as such, and is no answer', async () => {
    const { explain } = explainer(policy, lookups, () => NOW);
    const answer = await (await aDoor(explain)({ ...ask, at: '1999-01-01T00:00:00+01:00' })).json();
    expect(answer).toMatchObject({ at: '1998-12-31T23:00:00.000Z', would_allow: false });
    expect(answer).not.toHaveProperty('allow');
  });

  it.each(['tomorrow', '1995-12-31T00:00:00Z', '2100-01-01T00:00:00Z', '2026-01-01T00:00:00', 1_800_000_000_000])(
    'is not asked for %s',
    async (at) => {
      const { explain } = explainer(policy, lookups, () => NOW);
      const response = await aDoor(explain)({ ...ask, at });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ at: '/at' }] });
    },
  );
});

describe('a question that names an intermediary', () => {
  it('is shown the chains through others, each with the rule by which it does not count', async () => {
    const deps = {
      ...policy,
      freshness: fixed(),
      alias,
      now: () => NOW_THERE,
      records: kept(),
      log: { info: () => {} },
    };
    const question = { ...theirQuestion, via: { party_id: PASSER_ON } };
    const valid_from = NOW_THERE - 1;
    const chain = [
      ...CHAIN,
      mandateWrite(FIRM, OFFICE, aMandate(id(11), { kind: 'business', valid_from })),
      mandateWrite(OFFICE, ANNA, aMandate(id(12), { reach: 'clients', valid_from })),
    ];
    const terms = { ...aService().definition, kinds: { business: true, employee: true } } as const;
    const facts = aService({ definition: terms, instance: terms });
    const found = await projected([...PEOPLE, ...chain]);
    const lookups = await projected([...PEOPLE, ...chain, { put: 'service', serviceId: facts.service_id, facts }]);
    const closed = await makeExplain({ ...deps, lookups: found })({ question }, { caller: everyone });
    expect(closed.paths.map(({ basis, holds }) => [basis, holds])).toEqual([
      ['chain', false],
      ['none', false],
    ]);
    const { allow, paths, nearest } = await makeExplain({ ...deps, lookups })({ question }, { caller: everyone });
    const failing = paths.map(({ rules }) => rules.filter(({ holds }) => !holds).map(({ rule }) => rule));
    expect([allow, failing]).toEqual([false, [['authz.chain.through_named'], ['authz.why.something_found']]]);
    expect(nearest).toContainEqual({
      change: 'via',
      from: 'the one named',
      to: 'urn:nl:kvk:22222222',
      says: 'Through urn:nl:kvk:22222222, it would be allowed.',
    });
  });
});

describe('whoever asks why', () => {
  const ask = first?.body ?? {};
  const { explain } = explainer(policy, lookups, () => NOW);

  it('needs the right details, before anything else is said', async () => {
    const response = await aDoor(explain, withRights({ details: false }))({ nonsense: true });
    expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
  });

  it('needs it of the use case as well', async () => {
    const question = first?.question ?? { actor: { party_id: '' }, represented: { party_id: '' }, service: '' };
    const caller = withRights({ details: false });
    await expect(explain({ question }, { caller })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('needs the right to name persons by BSN where he does', async () => {
    const body = { ...ask, actor: 'urn:nl:bsn:999990019' };
    expect((await aDoor(explain, withRights({ bsn: false }))(body)).status).toBe(403);
  });

  it('asks about services of its own owners only', async () => {
    const response = await aDoor(explain, { ...everyone, owners: [] })(ask);
    expect([response.status, await codeOf(response)]).toEqual([403, 'forbidden']);
  });

  it('learns every fault of its request', async () => {
    const response = await aDoor(explain)({ ...ask, actor: 5, brnach: '1' });
    const { errors } = (await response.json()) as { errors: { at: string }[] };
    expect(errors.map(({ at }) => at).sort()).toEqual(['/actor', '/brnach']);
  });

  it('is told when there is too much to tell', async () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => i);
    const writes = [
      ...many(10).map((i) => mandateWrite(FIRM, OFFICE, aMandate(id(1000 + i), { kind: 'business' }))),
      ...many(9).map((i) => mandateWrite(OFFICE, ANNA, aMandate(id(2000 + i), { reach: 'clients' }))),
    ];
    const crowded = await projected([...PEOPLE, ...CHAIN, ...writes]);
    const asked = { question: theirQuestion };
    const whole = { ...policy, lookups: crowded, freshness: fixed(), alias, now: () => NOW };
    const deps = { ...whole, records: kept(), log: { info: () => {} } };
    await expect(makeExplain(deps)(asked, { caller: everyone })).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ message: expect.stringContaining('110 paths') }],
    });
  });

  it('waits while another is answered, and is told so', async () => {
    let finish = () => {};
    const slow: Explain = async (wish, call) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return explain(wish, call);
    };
    const door = aDoor(slow);
    const running = door(ask);
    await new Promise(setImmediate);
    const refused = await door(ask);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    finish();
    expect((await running).status).toBe(200);
    finish = () => {};
    const next = door(ask);
    await new Promise(setImmediate);
    finish();
    expect((await next).status).toBe(200);
  });

  it('finds no door where the bundle knows of no mandates', async () => {
    const { post } = anApp({ policy: { input: 'mandates', evaluate: anEvaluate().evaluate } });
    expect((await post('/v1/explain', ask)).status).toBe(404);
  });
});

describe('a policy that contradicts itself or changes', () => {
  const question = first?.question ?? { actor: { party_id: '' }, represented: { party_id: '' }, service: '' };
  const call = { caller: everyone };

  it('gives no explanation of another answer than its own', async () => {
    const lying = {
      ...policy.explain,
      decide: (input: object): Explained => ({ ...policy.explain.decide(input), allow: false }),
    };
    const { explain } = explainer({ ...policy, explain: lying }, lookups, () => NOW);
    await expect(explain({ question }, call)).rejects.toMatchObject({ code: 'policy_failed' });
  });

  it('is asked anew when another policy came into use meanwhile', async () => {
    let asked = 0;
    const swapped = {
      get revision() {
        return asked < 3 ? 'old' : 'new';
      },
      decide(input: object) {
        asked += 1;
        // Longer than a slice: others come in between.
        const until = performance.now() + 3;
        while (performance.now() < until);
        return policy.policy.decide(input);
      },
    };
    const { explain } = explainer({ ...policy, policy: swapped }, lookups, () => NOW);
    expect(await explain({ question }, call)).toMatchObject({ policy_revision: 'new' });
  });

  it('does not speak of data that became too old meanwhile', async () => {
    const slow = {
      ...policy.policy,
      decide(input: object) {
        const until = performance.now() + 10;
        while (performance.now() < until);
        return policy.policy.decide(input);
      },
    };
    const { explain } = explainer({ ...policy, policy: slow }, lookups, () => NOW, { ...fixed(), maxAgeMs: 20 });
    await expect(explain({ question }, call)).rejects.toMatchObject({ code: 'data_stale' });
  });

  it('is given up when it never stands still', async () => {
    let revision = 0;
    const restless = {
      get revision() {
        return String(revision);
      },
      decide(input: object) {
        setImmediate(() => {
          revision += 1;
        });
        const until = performance.now() + 3;
        while (performance.now() < until);
        return policy.policy.decide(input);
      },
    };
    const { explain } = explainer({ ...policy, policy: restless }, lookups, () => NOW);
    await expect(explain({ question }, call)).rejects.toMatchObject({ code: 'policy_failed' });
  });
});
