import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { MANAGING } from './cast.ts';
import type { World } from './world.ts';

export interface Chapter {
  title: string;
  play(story: Story): Promise<void>;
}

/** What came back from the admin API. */
export interface Reply {
  status: number;
  // What comes out of JSON; `text` and `list` look into it and say what they missed.
  body: unknown;
  etag: string;
}

export interface Call {
  /** Key in the register file, with the level of the login: `karin`, `karin@eh2`. */
  by: string;
  /** Method and address: `POST /mandates`. */
  to: string;
  body?: unknown;
  ifMatch?: string;
  key?: string;
}

/** Why the admin API refuses. */
export interface Refusal {
  status: number;
  code: string;
  reasons?: string[];
}

/** A question to the sidecar; the level is eh3 unless it is said. */
export interface Question {
  actor: string;
  represented: string;
  service: string;
  loa?: string;
  branch?: string;
  operation?: string;
}

export interface Story {
  world: World;
  /** Says in a sentence what somebody does. */
  tell(sentence: string): void;
  /** Does it, and fails unless it succeeds. */
  act(call: Call): Promise<Reply>;
  /** Tries it, and fails unless it is refused for this. */
  refused(sentence: string, call: Call, refusal: Refusal): Promise<void>;
  /** Asks the sidecar, on data with the last thing done; fails unless the answer is yes on this basis. */
  may(sentence: string, question: Question, basis: string): Promise<void>;
  /** The same; fails unless the answer is no for these reasons. */
  mayNot(sentence: string, question: Question, ...reasons: string[]): Promise<void>;
  /** Runs a job of the register, by the clock of another day where one is given; answers its report. */
  job(name: string, at?: string): Promise<unknown>;
  /** Fails unless both are equal. */
  check(what: string, came: unknown, expected: unknown): void;
  /** Between chapters: ids and revisions. */
  remember(name: string, value: string): void;
  recall(name: string): string;
  /** What the event feed must tell in the end, in this order. */
  expectEvent(subject: string, verb: string): void;
  expectedEvents(): readonly string[];
}

export class StoryError extends Error {
  constructor(what: string, expected: unknown, came: unknown) {
    super(`${what}\n  expected: ${JSON.stringify(expected)}\n  came:     ${JSON.stringify(came)}`);
    this.name = 'StoryError';
  }
}

export function makeStory(world: World, print: (line: string) => void): Story {
  const tokens = new Map<string, string>();
  const memory = new Map<string, string>();
  const events: string[] = [];
  let revision: string | undefined;

  async function tokenOf(by: string): Promise<string> {
    const known = tokens.get(by);
    if (known !== undefined) return known;
    const [as = '', loa = 'eh3'] = by.split('@');
    const token = await world.token({ as, loa });
    tokens.set(by, token);
    return token;
  }

  async function call({ by, to, body, ifMatch, key }: Call): Promise<Reply> {
    const [method = '', path = ''] = to.split(' ');
    const headers = {
      authorization: `Bearer ${await tokenOf(by)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && { 'idempotency-key': key ?? randomUUID() }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${world.admin}/v1${path}`, { method, headers, ...sent });
    const answer = await response.text();
    // From here on decisions are asked of data that knows of this write.
    revision = response.headers.get('machtig-revision') ?? revision;
    const etag = response.headers.get('etag') ?? '';
    return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer), etag };
  }

  async function decide(question: Question): Promise<{ allow: unknown; basis: unknown; reasons: unknown }> {
    const asked = { loa: 'eh3', ...question, ...(revision !== undefined && { min_revision: revision }) };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${world.sidecar}/v1/decision`, {
      method: 'POST',
      headers,
      body: JSON.stringify(asked),
    });
    const answer: unknown = await response.json();
    if (response.status !== 200) throw new StoryError(`no decision on ${JSON.stringify(asked)}`, 200, answer);
    return { allow: field(answer, 'allow'), basis: field(answer, 'basis'), reasons: field(answer, 'reasons') };
  }

  const check = (what: string, came: unknown, expected: unknown) => {
    if (!isDeepStrictEqual(came, expected)) throw new StoryError(what, expected, came);
  };

  return {
    world,
    tell: (sentence) => print(`  ${sentence}`),
    async act(wish) {
      const reply = await call(wish);
      if (reply.status >= 300) throw new StoryError(`${wish.by}: ${wish.to}`, 'success', reply);
      return reply;
    },
    async refused(sentence, wish, { status, code, reasons }) {
      const came = await call(wish);
      const expected = { status, code, ...(reasons && { reasons }) };
      const found = { status: came.status, code: field(came.body, 'code') };
      const why = field(came.body, 'reasons');
      check(sentence, { ...found, ...(reasons && { reasons: why }) }, expected);
      print(`  ${sentence}\n      refused: ${[code, ...(reasons ?? [])].join(', ')}`);
    },
    async may(sentence, question, basis) {
      const { allow, basis: came } = await decide(question);
      check(sentence, { allow, basis: came }, { allow: true, basis });
      print(`    ? ${sentence}\n      yes: ${basis}`);
    },
    async mayNot(sentence, question, ...reasons) {
      const { allow, reasons: came } = await decide(question);
      check(sentence, { allow, reasons: came }, { allow: false, reasons });
      print(`    ? ${sentence}\n      no: ${reasons.join(', ')}`);
    },
    async job(name, at) {
      const clock = at === undefined ? [] : ['--at', at, '--pretend'];
      const report = await world.machtig('jobs', 'run', name, ...clock, '--manage-service', MANAGING.id);
      const answer: unknown = JSON.parse(report);
      revision = String(field(answer, 'revision'));
      print(`    $ machtig jobs run ${[name, ...clock].join(' ')}\n      ${report}`);
      return answer;
    },
    check,
    remember: (name, value) => void memory.set(name, value),
    recall(name) {
      const value = memory.get(name);
      if (value === undefined) throw new StoryError('an earlier chapter tells it', name, [...memory.keys()]);
      return value;
    },
    expectEvent: (subject, verb) => void events.push(`${verb} ${subject}`),
    expectedEvents: () => events,
  };
}

/** What stands at this place in JSON, or undefined. */
export function field(body: unknown, ...path: (string | number)[]): unknown {
  let found = body;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.entries(found).find(([name]) => name === String(step))?.[1];
  }
  return found;
}

/** A text at this place. @throws StoryError where there is none */
export function text({ body }: Reply, ...path: (string | number)[]): string {
  const found = field(body, ...path);
  if (typeof found !== 'string') throw new StoryError(`text at ${path.join('.')}`, 'a text', body);
  return found;
}

/** A list at this place. @throws StoryError where there is none */
export function list({ body }: Reply, ...path: (string | number)[]): unknown[] {
  const found = field(body, ...path);
  if (!Array.isArray(found)) throw new StoryError(`list at ${path.join('.')}`, 'a list', body);
  return found;
}
