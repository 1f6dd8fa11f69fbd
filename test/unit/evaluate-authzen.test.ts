import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { type AuthzenRequest, makeEvaluateAuthzen } from '../../src/evaluate/authzen.ts';
import type { Call } from '../../src/evaluate/call.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { readAuthzenAnswer } from '../../src/policy/result.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { caller, kept, NOW } from '../support/decide-world.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';

const call: Call = { caller };

/** The echo policy answers with what stands under `say`. */
function asking(say: unknown, more: object = {}): AuthzenRequest {
  const request = {
    subject: { type: 'user', id: 'alice@example.org' },
    action: { name: 'read' },
    resource: { type: 'record', id: 'record-1' },
    say,
    ...more,
  };
  return request;
}
const [yes, no] = [asking({ decision: true }), asking({ decision: false })];

async function evaluation(change: { wantsInput?: boolean } = {}) {
  const records = { ...kept(), ...change };
  const policy = makeEngine(await readBundle(fixtureBundle('echo')), readAuthzenAnswer);
  return { records, ...makeEvaluateAuthzen({ policy, records, now: () => NOW, metrics: makeMetrics() }) };
}

describe('a policy that reads the bare request', () => {
  it('answers as it pleases, without lookups', async () => {
    const { one } = await evaluation();
    expect(await one(yes, call)).toEqual({ decision: true });
    const context = { reason: { '403': 'archived' } };
    expect(await one(asking({ decision: false, context }), call)).toEqual({ decision: false, context });
  });

  it('fails when it answers nothing, or anything else', async () => {
    const { one } = await evaluation();
    for (const say of [undefined, true, { decision: 'yes' }]) {
      await expect(one(asking(say), call)).rejects.toMatchObject({ code: 'policy_failed' });
    }
  });

  it('is not asked about requests that are too deep, and answers the next', async () => {
    const { one } = await evaluation();
    let deep: object = {};
    for (let i = 0; i < 40; i++) deep = { deep };
    await expect(one(asking({ decision: true }, { context: deep }), call)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await one(yes, call)).toEqual({ decision: true });
  });

  it('answers several, an error in its place', async () => {
    const { many, records } = await evaluation();
    const fault = new AppError('invalid_request', 'no subject');
    const answers = await many([yes, fault, no, asking(1)], 'execute_all', call);
    expect(answers.map((answer) => (answer instanceof AppError ? answer.code : answer.decision))).toEqual([
      true,
      'invalid_request',
      false,
      'policy_failed',
    ]);
    expect(records.entries).toHaveLength(1);
  });

  it.each([
    ['deny_on_first_deny', 2],
    ['permit_on_first_permit', 1],
  ] as const)('ends where %s ends', async (semantic, count) => {
    const { many } = await evaluation();
    expect(await many([yes, no, yes], semantic, call)).toHaveLength(count);
  });

  it('is recorded without the ids of subject and resource, unless records are full', async () => {
    const plain = await evaluation();
    await plain.one(yes, call);
    expect(plain.records.entries[0]).toMatchObject({
      status: 'Ok',
      body: {
        'adl.core.request': { subject: { type: 'user' }, action: { name: 'read' }, resource: { type: 'record' } },
        'adl.core.response': { decision: true },
      },
    });
    expect(JSON.stringify(plain.records.entries)).not.toContain('alice');
    const full = await evaluation({ wantsInput: true });
    await full.one(yes, call);
    expect(JSON.stringify(full.records.entries)).toContain('alice');
  });

  it('gives no answer without a record', async () => {
    const { one, records } = await evaluation();
    records.append = () => Promise.reject(new AppError('records_unavailable', 'disk full'));
    await expect(one(yes, call)).rejects.toMatchObject({ code: 'records_unavailable' });
  });
});
