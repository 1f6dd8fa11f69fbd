import type { Caller } from '../../src/domain/caller.ts';
import type { AppError } from '../../src/domain/errors.ts';
import type { Decision, Question } from '../../src/domain/evaluation.ts';
import { type Call, type Evaluate, type Item, isRefusal, type Refusal } from '../../src/evaluate/call.ts';
import { type AppDeps, createApp } from '../../src/http/app.ts';
import type { Connection } from '../../src/http/connection.ts';

export const everyone: Caller = { name: 'anyone', owners: 'all', rights: { search: true, bsn: true, details: true } };
export const loopback: Connection = { unixSocket: false, loopback: true };
export const silent = { isLevelEnabled: () => false, debug: () => {}, warn: () => {}, error: () => {} };

export function aDecision(change: Partial<Decision> = {}): Decision {
  return {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    allow: true,
    reasons: [],
    basis: 'mandate',
    mandates: ['c0ffee00-0000-4000-8000-000000000001'],
    branches: 'all',
    branch_verified: true,
    changes_at: Date.UTC(2030, 11, 31),
    loa_required: null,
    services: null,
    holders_required: null,
    follow_up: { to: 'delegate', delegate_may_read: true },
    policy_revision: 'sha256:abc',
    data_revision: '1.42',
    data_age_ms: 7,
    ...change,
  };
}

/** Stands in for the use case: answers each question by a function, and keeps what it was asked. */
export function anEvaluate(answer: (question: Question, call: Call) => Decision = () => aDecision()) {
  const asked: (Question | Refusal)[] = [];
  const calls: Call[] = [];
  const decide = (item: Question | Refusal, call: Call): Decision => {
    asked.push(item);
    return isRefusal(item) ? aDecision({ allow: false, reasons: [...item.refused], basis: null }) : answer(item, call);
  };
  const evaluate: Evaluate = {
    one(item, call) {
      calls.push(call);
      return decide(item, call);
    },
    async many(items, semantic, call) {
      calls.push(call);
      const answers: (Decision | AppError)[] = [];
      for (const item of items) {
        const result = attempt(item, call);
        answers.push(result);
        const allow = 'allow' in result && result.allow;
        if (semantic === 'deny_on_first_deny' && !allow) break;
        if (semantic === 'permit_on_first_permit' && allow) break;
      }
      return answers;
    },
  };
  function attempt(item: Item, call: Call): Decision | AppError {
    if (item instanceof Error) return item;
    try {
      return decide(item, call);
    } catch (error) {
      return error as AppError;
    }
  }
  return { evaluate, asked, calls };
}

/** An app on loopback where anyone may ask; `post` sends JSON, `send` anything. */
export function anApp(deps: Partial<AppDeps> = {}) {
  const app = createApp({
    policy: { input: 'mandates', evaluate: anEvaluate().evaluate },
    identify: () => everyone,
    log: silent,
    ...deps,
  });
  const send = (path: string, init: RequestInit = {}, connection = loopback) =>
    app.request(`http://localhost${path}`, withHost(init), { connection });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return { app, send, post };
}

function withHost(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  if (!headers.has('host')) headers.set('host', 'localhost:8181');
  return { ...init, headers };
}
