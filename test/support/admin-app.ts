import { z } from 'zod';
import type { Administer, Session } from '../../src/administer/acting.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type AdminAppDeps, createAdminApp } from '../../src/http/admin/app.ts';
import type { Authenticate } from '../../src/http/admin/authenticate.ts';
import { defineOperation, type Operation } from '../../src/http/admin/operation.ts';
import type { Connection } from '../../src/http/connection.ts';
import { silent } from './http.ts';

export const remote: Connection = { unixSocket: false, loopback: false, address: '198.51.100.7' };
const local: Connection = { unixSocket: false, loopback: true };

/** `Bearer name` is the person or system of that name; nobody else is known. */
export function knowsBy(find: (name: string) => Session | undefined): Authenticate {
  return async ({ header, requestId }) => {
    const name = /^Bearer (.+)$/.exec(header('authorization') ?? '')?.[1];
    const session = name === undefined ? undefined : find(name);
    if (session === undefined) throw new AppError('unauthenticated', 'nobody we know');
    return { ...session, requestId };
  };
}

const anyone = knowsBy((name) => ({ system: { name, role: 'registrar' }, requestId: '' }));

/** Nothing may be administered in an app that has no register behind it. */
const absent = () => Promise.reject(new Error('no register'));
const nowhere: Administer = { write: absent, count: absent, read: absent, nextChange: absent };

export type Send = (path: string, init?: RequestInit & { connection?: Connection }) => Promise<Response>;

/** An app of these operations; whoever says a name is known by it. */
export function anAdminApp(operations: readonly Operation[], deps: Partial<AdminAppDeps> = {}) {
  const app = createAdminApp({
    operations,
    administer: nowhere,
    authenticate: anyone,
    log: silent,
    pageKey: Buffer.alloc(32, 5),
    now: Date.now,
    ...deps,
  });
  const send: Send = async (path, { connection = local, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('host')) headers.set('host', 'localhost');
    if (!headers.has('authorization')) headers.set('authorization', 'Bearer anna');
    return app.request(`http://localhost${path}`, { ...init, headers }, { connection });
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { app, send, post };
}

/** What a refusal says. */
export const refusal = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  request_id: z.string(),
  errors: z.array(z.object({ at: z.string(), message: z.string() })).optional(),
  reasons: z.array(z.string()).optional(),
});

export async function refusalOf(response: Response) {
  return refusal.parse(await response.json());
}

const thingId = z.string().regex(/^[a-z][a-z0-9:]*$/, 'must be small letters');
const thing = z.object({ id: z.string(), name: z.string() });
const about = { tag: 'Things', summary: 'A thing', requirements: [] };

/** Operations of every form, without a register. `seen` keeps what each was handed. */
export function someOperations() {
  const seen: unknown[] = [];
  const get = defineOperation({
    ...about,
    id: 'getThing',
    method: 'get',
    path: '/things/{thingId}',
    params: z.object({ thingId }),
    query: z.object({ limit: z.coerce.number().int().min(1).max(10).default(3), onlyNew: z.enum(['yes']).optional() }),
    answers: { 200: { description: 'It.', schema: thing } },
    etag: 'answered',
    handle: async ({ params, query, session }) => {
      seen.push({ params, query, session });
      return { status: 200, body: { id: params.thingId, name: 'a', secret: 'never documented' }, etag: '1.7' };
    },
  });
  const search = defineOperation({
    ...about,
    id: 'searchThings',
    method: 'post',
    path: '/things/_search',
    body: z.strictObject({
      name: z.string().min(1).max(20),
      kinds: z
        .array(z.enum(['a', 'b']))
        .max(3)
        .default([]),
      page: z.strictObject({ token: z.string().max(2048).optional() }).default({}),
    }),
    answers: { 200: { description: 'Some.', schema: z.object({ after: z.array(z.unknown()), next: z.string() }) } },
    handle: async ({ body, pages }) => {
      const { page, ...filters } = body;
      const after = pages.read(page.token, filters) ?? [];
      return { status: 200, body: { after, next: pages.write([...after, 'x'], filters) } };
    },
  });
  const change = defineOperation({
    ...about,
    id: 'changeThing',
    method: 'patch',
    path: '/things/{thingId}',
    params: z.object({ thingId }),
    body: z.strictObject({ name: z.string() }),
    answers: { 200: { description: 'Changed.', schema: thing } },
    etag: 'required',
    handle: async ({ params, body, ifMatch, idempotency }) => {
      seen.push({ ifMatch, idempotency });
      if (ifMatch !== '1.7') throw new AppError('precondition_failed', 'changed');
      return { status: 200, body: { id: params.thingId, name: body.name }, etag: '1.8', revision: '1.8' };
    },
  });
  const end = defineOperation({
    ...about,
    id: 'endThing',
    method: 'post',
    path: '/things/{thingId}/ends',
    params: z.object({ thingId }),
    body: z.strictObject({ reason: z.string() }).optional(),
    answers: { 204: { description: 'Gone.' } },
    handle: async ({ body }) => {
      seen.push({ body });
      return { status: 204, revision: '1.9', location: '/things/a' };
    },
  });
  const importing = defineOperation({
    ...about,
    id: 'importThings',
    method: 'post',
    path: '/thing-imports',
    consumes: 'application/xml',
    body: z.string().startsWith('<', 'must be XML'),
    answers: { 200: { description: 'Read.', schema: z.object({ length: z.number() }) } },
    handle: async ({ body }) => ({ status: 200, body: { length: body.length } }),
  });
  return { operations: [get, search, change, end, importing], seen };
}

/** An operation that fails as told. */
export function failing(fail: () => unknown): Operation {
  return defineOperation({
    ...about,
    id: 'fail',
    method: 'post',
    path: '/failures',
    answers: { 204: { description: 'Never.' } },
    handle: async () => {
      throw fail();
    },
  });
}
