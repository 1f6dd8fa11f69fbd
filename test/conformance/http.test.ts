import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { comparable } from '../../src/workbench/cases/comparable.ts';
import { type DecisionStack, startDecisionStack } from '../support/decision-stack.ts';
import { loadCases } from './cases.ts';

const { cases, storable } = loadCases();
let stack: DecisionStack | undefined;

beforeAll(async () => {
  stack = await startDecisionStack(storable);
}, 120_000);

afterAll(async () => {
  await stack?.close();
});

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${stack?.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** The short form knows no `time`: such a question is asked in AuthZEN's form. */
async function decide(body: Record<string, unknown>): Promise<Partial<Verdict>> {
  const answer: Record<string, unknown> = 'time' in body ? await evaluate(body) : await post('/v1/decision', body);
  const { changes_at } = answer;
  // Moments are RFC 3339 on the wire. Values are compared with what is expected, so their types need no check of their own.
  return (
    typeof changes_at === 'string' ? { ...answer, changes_at: Date.parse(changes_at) } : answer
  ) as Partial<Verdict>;
}

async function evaluate({ actor, loa, represented, service, time }: Record<string, unknown>) {
  const { decision, context } = await post('/access/v1/evaluation', {
    subject: { type: 'person', id: actor, properties: { loa } },
    action: { name: service },
    resource: { type: 'organisation', id: represented },
    context: { time },
  });
  return { ...(context as object), allow: decision };
}

describe('the real stack, from Postgres to HTTP, agrees with the case', () => {
  for (const { title, unstorable, now, body, expect: expected } of cases) {
    it.skipIf(unstorable !== undefined)(unstorable === undefined ? title : `${title} (${unstorable})`, async () => {
      stack?.setClock(now);
      expect(comparable(await decide(body), expected)).toEqual(comparable(expected, expected));
    });
  }
});
