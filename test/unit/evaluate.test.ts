import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import type { Decision } from '../../src/domain/evaluation.ts';
import type { Call } from '../../src/evaluate/call.ts';
import type { Write } from '../../src/mandates/projection.ts';
import {
  ANNA,
  aParty,
  aWorld,
  CHAIN,
  caller,
  DIRECT,
  FIRM,
  fixed,
  id,
  kept,
  miniPolicy,
  NOW,
  OWNER,
  PEOPLE,
  projected,
  question,
  remote,
  stranger,
} from '../support/decide-world.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const call: Call = { caller, traceparent: `00-${TRACE}-${SPAN}-01` };
const plainCall: Call = { caller: { ...caller, rights: { ...caller.rights, details: false } } };
const BANKRUPT: Write = {
  put: 'party',
  party: FIRM,
  facts: aParty(FIRM, { states: [{ state: 'bankrupt', since: 0 }] }),
};
const unknown = { ...question, actor: stranger };

const settled = async (ask: () => unknown) => {
  try {
    return await ask();
  } catch (thrown) {
    return thrown;
  }
};
const codeOf = async (ask: () => unknown) => {
  const thrown = await settled(ask);
  return thrown instanceof AppError ? thrown.code : thrown;
};

describe('evaluating a question', () => {
  it('answers with the verdict and what it rests on', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT]);
    const decision = await evaluate.one(question, call);
    expect(decision).toMatchObject({
      allow: true,
      basis: 'mandate',
      mandates: [id(10)],
      reasons: [],
      data_revision: '1.7',
      data_age_ms: 12,
      policy_revision: (await miniPolicy()).revision,
    });
    expect(decision.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers at once when all is at hand and no records are kept', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { records: { wantsInput: false, append: () => undefined } });
    expect(evaluate.one(question, call)).not.toBeInstanceOf(Promise);
  });

  it('answers the same by round trips', async () => {
    const lookups = remote(await projected([...PEOPLE, ...CHAIN]));
    const { evaluate } = await aWorld([], { lookups });
    expect(await evaluate.one(question, call)).toMatchObject({
      allow: true,
      basis: 'chain',
      mandates: [id(11), id(12)],
    });
  });

  it('reads the clock after all data', async () => {
    const order: string[] = [];
    const lookups = await projected([...PEOPLE, DIRECT]);
    const { evaluate } = await aWorld([], {
      lookups: {
        ...lookups,
        peek(key) {
          order.push('data');
          return lookups.peek(key);
        },
      },
      now() {
        order.push('clock');
        return NOW;
      },
    });
    await evaluate.one(question, call);
    expect(order.indexOf('clock')).toBe(order.lastIndexOf('data') + 1);
  });

  it('reads what it had to fetch once more from what is then at hand, so that all is of one moment', async () => {
    const before = await projected([...PEOPLE, DIRECT]);
    const after = await projected([...PEOPLE, DIRECT, BANKRUPT]);
    let fetched = false;
    const { evaluate } = await aWorld([], {
      lookups: {
        peek: (key) => (fetched ? after.peek(key) : undefined),
        async read(keys) {
          fetched = true; // the change arrives between two round trips
          return before.read(keys);
        },
      },
    });
    expect(await evaluate.one(question, call)).toMatchObject({
      allow: false,
      reasons: ['represented_bankrupt', 'represented_dissolved'],
    });
  });

  it('reads again when a record is missing that another names, for a change may have come in between', async () => {
    const lookups = remote(await projected([...PEOPLE, DIRECT]));
    let reads = 0;
    const { evaluate } = await aWorld([], {
      lookups: {
        peek: lookups.peek,
        read: async (keys) => (++reads === 2 ? keys.map(() => null) : lookups.read(keys)),
      },
    });
    expect(await evaluate.one(question, call)).toMatchObject({ allow: true });
  });

  it('fails, and denies nothing, when a record that another names stays missing', async () => {
    const lost = [...PEOPLE, DIRECT].filter((write) => !('party' in write));
    const { evaluate, records } = await aWorld(lost);
    expect(await codeOf(() => evaluate.one(question, call))).toBe('store_unavailable');
    const far = await aWorld([], { lookups: remote(await projected(lost)) });
    expect(await codeOf(() => far.evaluate.one(question, call))).toBe('store_unavailable');
    expect(records.entries[0]).toMatchObject({ status: 'Error' });
  });

  it('claims no fresher data than it read, nor data from before what it read', async () => {
    let position = { revision: { epoch: 1, n: 7 }, ageMs: 10 };
    let time = NOW;
    const lookups = remote(await projected([...PEOPLE, DIRECT]));
    const { evaluate } = await aWorld([], {
      freshness: { ...fixed(), position: () => position },
      lookups: {
        peek: lookups.peek,
        read(keys) {
          // A change that is applied during the first reading: what is read from then on is of 1.9.
          if (position.revision.n === 7) position = { revision: { epoch: 1, n: 9 }, ageMs: 1 };
          time += 20;
          return lookups.read(keys);
        },
      },
      now: () => time,
    });
    expect(await evaluate.one({ ...question }, call)).toMatchObject({ data_revision: '1.9', data_age_ms: 41 });
  });

  it('does not claim the revision of a change that came in while it read for the last time', async () => {
    let n = 7;
    const lookups = remote(await projected([...PEOPLE, DIRECT]));
    const { evaluate } = await aWorld([], {
      freshness: { ...fixed(), position: () => ({ revision: { epoch: 1, n }, ageMs: 0 }) },
      lookups: {
        peek: lookups.peek,
        read(keys) {
          n += 1; // two round trips a reading
          return lookups.read(keys);
        },
      },
    });
    expect(await evaluate.one(question, call)).toMatchObject({ data_revision: '1.9' });
  });

  it('never says that data is younger than it is', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { freshness: fixed({ epoch: 1, n: 7 }, 12.01) });
    expect(await evaluate.one(question, call)).toMatchObject({ data_age_ms: 13 });
  });

  it('refuses to be asked about services of other owners', async () => {
    const only = (owners: string[]): Call => ({ caller: { ...caller, owners } });
    const { evaluate, records } = await aWorld([...PEOPLE, DIRECT]);
    expect(await codeOf(() => evaluate.one(question, only([id(77)])))).toBe('forbidden');
    expect(records.entries[0]).toMatchObject({
      status: 'Error',
      body: { 'adl.core.response': { error: 'forbidden' } },
    });
    expect(await evaluate.one(question, only([OWNER]))).toMatchObject({ allow: true });
    const nowhere = { ...question, service: 'urn:unknown' };
    expect(await evaluate.one(nowhere, only([id(77)]))).toMatchObject({ allow: false });
  });

  it('hides from callers without the right what a reason would betray, and records it', async () => {
    const { evaluate, records } = await aWorld([...PEOPLE, DIRECT, BANKRUPT]);
    expect(await evaluate.one(question, plainCall)).toMatchObject({ reasons: ['not_entitled'] });
    expect(await evaluate.one(question, call)).toMatchObject({
      reasons: ['represented_bankrupt', 'represented_dissolved'],
    });
    for (const { body } of records.entries) {
      expect(body['adl.core.response']).toMatchObject({ reasons: ['represented_bankrupt', 'represented_dissolved'] });
    }
  });

  it('shows every other reason to everyone', async () => {
    const { evaluate } = await aWorld(PEOPLE);
    expect(await evaluate.one(question, plainCall)).toMatchObject({ reasons: ['no_mandate'] });
  });

  it('denies what was refused beforehand without evaluating it', async () => {
    const { evaluate, records } = await aWorld(PEOPLE);
    expect(await evaluate.one({ refused: ['identifier_invalid'] }, call)).toMatchObject({
      allow: false,
      reasons: ['identifier_invalid'],
      basis: null,
      data_revision: '1.7',
    });
    expect(records.entries).toHaveLength(1);
  });
});

describe('evaluating on fresh data', () => {
  const stale = () => {
    throw new AppError('data_stale', 'too old');
  };

  it('fails when the data is too old, whatever is at hand', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { freshness: { ...fixed(), position: stale } });
    expect(await codeOf(() => evaluate.one(question, call))).toBe('data_stale');
    expect(await codeOf(() => evaluate.one({ refused: ['identifier_invalid'] }, call))).toBe('data_stale');
  });

  it('fails when the data became too old while it was being read', async () => {
    let asked = 0;
    const freshness = { ...fixed(), position: () => (asked++ < 2 ? fixed().position() : stale()) };
    const { evaluate } = await aWorld([], { freshness, lookups: remote(await projected([...PEOPLE, DIRECT])) });
    expect(await codeOf(() => evaluate.one(question, call))).toBe('data_stale');
  });

  it('waits until all partitions are at one revision before it reads', async () => {
    const order: string[] = [];
    let together = false;
    const lookups = await projected([...PEOPLE, DIRECT]);
    const { evaluate } = await aWorld([], {
      freshness: {
        ...fixed(),
        isTogether: () => together,
        async together() {
          order.push('together');
          together = true;
        },
      },
      lookups: {
        ...lookups,
        peek(key) {
          order.push('read');
          return lookups.peek(key);
        },
        read(keys) {
          order.push('read');
          return lookups.read(keys);
        },
      },
    });
    expect(await evaluate.one(question, call)).toMatchObject({ allow: true });
    expect(order[0]).toBe('together');
  });

  it('fails when they do not get there', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], {
      freshness: { ...fixed(), isTogether: () => false, together: async () => stale() },
    });
    expect(await codeOf(() => evaluate.one(question, call))).toBe('data_stale');
  });

  it('fails when the data became too old while the record was written; the record stays', async () => {
    const records = kept();
    const slow: typeof records = {
      ...records,
      async append(entry) {
        await records.append(entry);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    };
    const { evaluate, used, metrics } = await aWorld([...PEOPLE, DIRECT], {
      records: slow,
      freshness: fixed({ epoch: 1, n: 7 }, fixed().maxAgeMs - 5),
    });
    expect(await codeOf(() => evaluate.one(question, call))).toBe('data_stale');
    const [first] = await evaluate.many([question], 'execute_all', call);
    expect(first).toMatchObject({ code: 'data_stale' });
    expect(records.entries.map(({ status }) => status)).toEqual(['Ok', 'Ok']);
    expect(used).toEqual([]);
    expect(await metrics.registry.metrics()).toContain('machtig_decision_errors_total{code="data_stale"} 2');
  });

  it('waits until the revision asked for is there', async () => {
    let n = 6;
    const freshness = {
      ...fixed(),
      position: () => ({ revision: { epoch: 1, n }, ageMs: 0 }),
      reach: async (revision: { n: number }) => {
        n = revision.n;
      },
    };
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { freshness });
    expect(await evaluate.one({ ...question, min_revision: '1.9' }, call)).toMatchObject({ data_revision: '1.9' });
    n = 20;
    expect(await evaluate.one({ ...question, min_revision: '1.9' }, call)).toMatchObject({ data_revision: '1.20' });
  });

  it.each([
    ['2.1', 'epoch_mismatch'],
    ['1.99', 'revision_not_reached'],
  ] as const)('hands on that %s cannot be reached', async (min_revision, code) => {
    const reach = () => Promise.reject(new AppError(code, 'not here'));
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { freshness: { ...fixed(), reach } });
    expect(await codeOf(() => evaluate.one({ ...question, min_revision }, call))).toBe(code);
  });

  it('never ignores a revision that it cannot read', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT]);
    expect(await codeOf(() => evaluate.one({ ...question, min_revision: 'latest' }, call))).toBe('invalid_request');
  });
});

describe('evaluating when something fails', () => {
  it('gives no answer without a record', async () => {
    const { evaluate, records, used, metrics } = await aWorld([...PEOPLE, DIRECT]);
    records.fail = new AppError('records_unavailable', 'disk full');
    expect(await codeOf(() => evaluate.one(question, call))).toBe('records_unavailable');
    expect(await codeOf(() => evaluate.many([question, unknown], 'execute_all', call))).toBe('records_unavailable');
    expect(used).toEqual([]);
    const text = await metrics.registry.metrics();
    expect(text).toContain('machtig_decision_errors_total{code="records_unavailable"} 2');
    expect(text).not.toContain('outcome="allow"');
  });

  it('hands on what the policy and the store say', async () => {
    const broken = {
      revision: 'x',
      decide: () => {
        throw new AppError('policy_failed', 'no result');
      },
    };
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { policy: broken });
    expect(await codeOf(() => evaluate.one(question, call))).toBe('policy_failed');
    const down = { peek: () => undefined, read: () => Promise.reject(new AppError('store_unavailable', 'gone')) };
    const far = await aWorld([], { lookups: down });
    expect(await codeOf(() => far.evaluate.one(question, call))).toBe('store_unavailable');
    expect(far.records.entries[0]).toMatchObject({ status: 'Error' });
  });

  it('makes an error of its own of anything else that is thrown', async () => {
    const lookups = {
      peek: () => {
        throw 'a bare string';
      },
      read: async () => [],
    };
    const { evaluate } = await aWorld([], { lookups });
    expect(await codeOf(() => evaluate.one(question, call))).toBe('internal');
  });
});

describe('evaluating several questions', () => {
  const outcomes = (answers: (Decision | AppError)[]) =>
    answers.map((answer) => (answer instanceof AppError ? answer.code : answer.allow));

  it('answers each in its place, with one record for the call', async () => {
    const { evaluate, records } = await aWorld([...PEOPLE, DIRECT]);
    const fault = new AppError('invalid_request', 'no subject', {
      faults: [{ at: '/subject', message: 'is missing' }],
    });
    const items = [question, fault, unknown, { refused: ['identifier_invalid'] }, { ...question, min_revision: 'x' }];
    const answers = await evaluate.many(items, 'execute_all', call);
    expect(outcomes(answers)).toEqual([true, 'invalid_request', false, false, 'invalid_request']);
    expect(records.entries).toHaveLength(1);
    expect(records.entries[0]).toMatchObject({
      event_name: 'adl.access_evaluations',
      status: 'Ok',
      body: {
        'adl.core.request': { evaluations: [{ actor: ANNA }, { faults: ['/subject'] }, { actor: null }, {}, {}] },
        'adl.core.response': { evaluations: [{ allow: true }, { error: 'invalid_request' }, {}, {}, {}] },
      },
    });
  });

  it.each([
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
    ['execute_all', [true, false, true]],
  ] as const)('ends where %s ends', async (semantic, expected) => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT]);
    expect(outcomes(await evaluate.many([question, unknown, question], semantic, call))).toEqual(expected);
  });

  it('takes an error for no permit', async () => {
    const { evaluate } = await aWorld([...PEOPLE, DIRECT]);
    const fault = new AppError('invalid_request', 'bad');
    expect(outcomes(await evaluate.many([fault, question], 'deny_on_first_deny', call))).toEqual(['invalid_request']);
    expect(outcomes(await evaluate.many([fault, question], 'permit_on_first_permit', call))).toEqual([
      'invalid_request',
      true,
    ]);
  });

  it('reads all of them at one moment, though one had to be fetched', async () => {
    const lookups = await projected([...PEOPLE, DIRECT]);
    const fetched = new Set<string>();
    let revision = 1;
    const { evaluate } = await aWorld([], {
      freshness: { ...fixed(), position: () => ({ revision: { epoch: 1, n: revision }, ageMs: 0 }) },
      lookups: {
        peek: (key) => (fetched.has(key) ? lookups.peek(key) : undefined),
        async read(keys) {
          for (const key of keys) fetched.add(key);
          revision += 1;
          return lookups.read(keys);
        },
      },
    });
    const answers = await evaluate.many([question, unknown, question], 'execute_all', call);
    expect(new Set(answers.map((answer) => !(answer instanceof AppError) && answer.data_revision)).size).toBe(1);
  });

  it('answers an empty list with an empty list', async () => {
    const { evaluate } = await aWorld(PEOPLE);
    expect(await evaluate.many([], 'execute_all', call)).toEqual([]);
  });
});

describe('what is left of a decision', () => {
  it('is a record of who asked whom, without a single identifier', async () => {
    const { evaluate, records } = await aWorld([...PEOPLE, DIRECT]);
    await evaluate.one(
      { ...question, time: '2026-01-01T00:00:00Z', together: [{ id: stranger }] },
      { ...call, requestId: 'r-1' },
    );
    const [entry] = records.entries;
    expect(entry).toMatchObject({
      trace_id: TRACE,
      parent_span_id: SPAN,
      event_name: 'adl.access_evaluation',
      timestamp: NOW,
      status: 'Ok',
      attributes: { 'machtig.caller': 'portal', 'machtig.request_id': 'r-1' },
      body: {
        'adl.core.request': {
          actor: ANNA,
          represented: FIRM,
          loa: 'eh3',
          service: question.service,
          time: '2026-01-01T00:00:00Z',
          together: [{ party: null }],
        },
        'adl.core.response': { allow: true, mandates: [id(10)], basis: 'mandate' },
        'adl.core.policies': { revision: (await miniPolicy()).revision },
        'adl.core.information': { revision: '1.7', age_ms: 12 },
      },
    });
    expect(entry?.span_id).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(entry)).not.toMatch(/urn:nl:|anna|99999999/);
  });

  it('starts a trace of its own when the caller names none that can be read', async () => {
    const { evaluate, records } = await aWorld(PEOPLE);
    for (const traceparent of [`00-${'0'.repeat(32)}-${SPAN}-01`, `ff-${TRACE}-${SPAN}-01`, 'x']) {
      await evaluate.one(question, { caller, traceparent });
    }
    for (const entry of records.entries) {
      expect(entry.trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(entry).not.toHaveProperty('parent_span_id');
    }
  });

  it('holds what the policy read when records are full', async () => {
    const { records: kept } = await aWorld([]);
    const { evaluate } = await aWorld([...PEOPLE, DIRECT], { records: { ...kept, wantsInput: true } });
    await evaluate.one(question, call);
    const information = kept.entries[0]?.body['adl.core.information'];
    expect(information).toMatchObject({ inputs: [{ now: NOW, actor: { party: { party_id: ANNA } } }] });
  });

  it('counts the mandates used, on an allow only', async () => {
    const { evaluate, used } = await aWorld([...PEOPLE, ...CHAIN]);
    await evaluate.one(question, call);
    await evaluate.one(unknown, call);
    expect(used).toEqual([id(11), id(12)]);
  });

  it('counts outcomes by first reason, and errors by code', async () => {
    const { evaluate, metrics } = await aWorld([...PEOPLE, DIRECT]);
    await evaluate.one(question, call);
    await evaluate.one(unknown, call);
    await settled(() => evaluate.one({ ...question, min_revision: 'x' }, call));
    const text = await metrics.registry.metrics();
    expect(text).toContain('machtig_decisions_total{outcome="allow",reason="none"} 1');
    expect(text).toContain('machtig_decisions_total{outcome="deny",reason="no_mandate"} 1');
    expect(text).toContain('machtig_decision_errors_total{code="invalid_request"} 1');
    expect(text).toContain('machtig_decision_seconds_count 3');
  });
});
