import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What somebody wants done over HTTP. */
export interface Wish {
  by: string;
  /** `POST /mandates` */
  to: string;
  body: object;
  /** The mandate that it changes, which he reads first; he sends what he saw as If-Match. */
  seen?: string;
}

export interface Reply {
  status: number;
  etag: string;
  revision: string;
  /** As Retry-After says. */
  waitMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and say what they expect there.
  body: any;
}

/** One request under one Idempotency-Key, with every answer to it. */
export interface Attempt {
  wish: Wish;
  /** X-Request-ID, which stands with every change that comes of it. */
  requestId: string;
  key: string;
  ifMatch?: string;
  replies: Reply[];
  /** That of the first success. */
  done?: Reply;
}

export interface Caller {
  url: string;
  credential(by: string): Promise<string>;
}

export const isDone = ({ status }: Reply): boolean => status >= 200 && status < 300;
export const numberOf = (revision: string): number => Number(revision.replaceAll('"', '').split('.')[1]);

/** Every answer that there was, by status and code: `409 conflict`. */
export type Seen = Map<string, number>;

/** Writes as a portal would: again under the same key on a 429 or 503, with a fresh look on a 412. */
export function makeWriters({ url, credential }: Caller) {
  const seen: Seen = new Map();

  async function send(by: string, to: string, headers: Record<string, string>, body?: object): Promise<Reply> {
    const [method = '', path = ''] = to.split(' ');
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await credential(by)}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const reply = {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      revision: response.headers.get('machtig-revision') ?? '',
      waitMs: Number(response.headers.get('retry-after')) * 1000,
      body: text === '' ? undefined : JSON.parse(text),
    };
    const name = isDone(reply) ? `${reply.status}` : `${reply.status} ${reply.body.code}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return reply;
  }

  /** 429 and 503 say when it is worth another try. */
  async function insist(act: () => Promise<Reply>): Promise<Reply> {
    for (let tries = 0; ; tries++) {
      const reply = await act();
      if (![429, 503].includes(reply.status) || tries === 20) return reply;
      await sleep(reply.waitMs);
    }
  }

  const read = (by: string, path: string) => insist(() => send(by, `GET ${path}`, {}));

  /** The very same request; as a portal does that has not heard. */
  function repeat({ wish, requestId, key, ifMatch }: Omit<Attempt, 'replies' | 'done'>): Promise<Reply> {
    const headers = { 'idempotency-key': key, 'x-request-id': requestId, ...(ifMatch && { 'if-match': ifMatch }) };
    return insist(() => send(wish.by, wish.to, headers, wish.body));
  }

  /** `copies`: so many times the same request at once. */
  async function attempt(wish: Wish, name: string, copies: number): Promise<Attempt> {
    const found = wish.seen === undefined ? undefined : await read(wish.by, `/mandates/${wish.seen}`);
    const request = { wish, requestId: name, key: randomUUID(), ...(found && { ifMatch: found.etag }) };
    const replies = await Promise.all(Array.from({ length: copies }, () => repeat(request)));
    const done = replies.find(isDone);
    return { ...request, replies, ...(done && { done }) };
  }

  return {
    seen,
    read,
    repeat,
    /** Once, and it must succeed. */
    async act(by: string, to: string, body: object, ifMatchOf?: string): Promise<Reply> {
      const { done, replies } = await attempt({ by, to, body, ...(ifMatchOf && { seen: ifMatchOf }) }, randomUUID(), 1);
      if (done === undefined) throw new Error(`${by}: ${to}: ${JSON.stringify(replies)}`);
      return done;
    },
    /** Looks again and tries again as long as somebody else was first. */
    async write(wish: Wish, name: string, copies: number): Promise<Attempt[]> {
      const attempts: Attempt[] = [];
      for (let tries = 0; tries < 6; tries++) {
        const last = await attempt(wish, `${name}.${tries}`, copies);
        attempts.push(last);
        if (last.done || !last.replies.some(({ status }) => status === 412)) break;
      }
      return attempts;
    },
  };
}

export type Writers = ReturnType<typeof makeWriters>;
