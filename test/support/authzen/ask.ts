import { expect } from 'vitest';
import type { Names } from './names.ts';

export interface Raw {
  status: number;
  headers: Headers;
  text: string;
}

/** One request to the decision point under test, by path. */
export type Send = (
  path: string,
  init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<Raw>;

/** Levels as they are certified. */
export const LEVELS = [
  'Basic Core',
  'Basic Properties',
  'Batch Core',
  'Batch Properties',
  'Search Core',
  'Search Properties',
  'Discovery',
] as const;

export type Level = (typeof LEVELS)[number];

/** One case of the scenario: the section that it is from, and what is asked of the decision point. */
export interface ScenarioCase {
  level: Level;
  section: string;
  title: string;
  /** What it holds for: any decision point (form), or the scenario's fixture alone. */
  about: 'form' | 'fixture';
  run(ask: Ask, names: Names): Promise<void>;
}

export interface Entity {
  type?: string;
  id?: string;
  name?: string;
}

/** What may stand in an answer; a case looks at what it expects. */
export interface Body {
  decision?: unknown;
  evaluations?: { decision: unknown; context?: unknown }[];
  results?: Entity[];
  page?: { next_token?: unknown };
}

export type Ask = ReturnType<typeof makeAsk>;

export const EVALUATION = '/access/v1/evaluation';
export const EVALUATIONS = '/access/v1/evaluations';
export const SEARCH = {
  subject: '/access/v1/search/subject',
  resource: '/access/v1/search/resource',
  action: '/access/v1/search/action',
};

export function makeAsk(send: Send, baseUrl: string) {
  const raw = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  /** What was answered with 200 and JSON. */
  async function ok(path: string, body: unknown): Promise<Body> {
    const { status, headers, text } = await raw(path, body);
    expect(status, text).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json\b/);
    return JSON.parse(text) as Body;
  }

  return {
    baseUrl,
    raw,
    ok,
    get: (path: string) => send(path, { method: 'GET', headers: {} }),
    async decides(body: unknown, decision: boolean, path = EVALUATION) {
      const answer = await ok(path, body);
      expect(answer.decision).toBe(decision);
      if ('context' in answer) expect(answer.context).toBeTypeOf('object');
    },
    async decidesAll(body: unknown, decisions: readonly (boolean | 'either')[]) {
      const answer = await ok(EVALUATIONS, body);
      expect(answer).not.toHaveProperty('decision');
      expect(answer.evaluations).toHaveLength(decisions.length);
      for (const [index, { decision }] of (answer.evaluations ?? []).entries()) {
        if (decisions[index] === 'either') expect(decision).toBeTypeOf('boolean');
        else expect(decision).toBe(decisions[index]);
      }
    },
    async refuses(path: string, body: unknown, headers?: Record<string, string>) {
      const { status, text } = await raw(path, body, headers);
      expect(status, text).toBe(400);
    },
    async finds(path: string, body: unknown): Promise<Entity[]> {
      const { results, page } = await ok(path, body);
      expect(Array.isArray(results)).toBe(true);
      if (page !== undefined) expect(page.next_token).toBeTypeOf('string');
      return results ?? [];
    },
  };
}
