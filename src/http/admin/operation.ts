import type { z } from 'zod';
import type { Administer, Session } from '../../administer/acting.ts';

/** What an operation is handed: everything checked against its schemas. */
export interface Request<P, Q, B> {
  session: Session;
  params: P;
  query: Q;
  body: B;
  administer: Administer;
  /** From `Idempotency-Key`, with the digest of the request; hand it to `administer.write`. */
  idempotency?: { key: string; digest: string } | undefined;
  /** Revision in `If-Match`, when it was sent. */
  ifMatch?: string;
  /** Makes and reads page tokens that cannot be forged, bound to this session and these filters. */
  pages: Pages;
}

export interface Pages {
  /** @throws AppError `invalid_request` when it is none of ours, or of another question */
  read(token: string | undefined, filters: unknown): readonly unknown[] | undefined;
  write(after: readonly unknown[], filters: unknown): string;
}

export interface Answer {
  status: 200 | 201 | 202 | 204;
  body?: unknown;
  /** Revision of what is answered, as ETag. */
  etag?: string;
  /** `epoch.n` at or beyond what was written; a decision may ask for it as `min_revision`. */
  revision?: string;
  location?: string;
}

/** One operation of the admin API: the route, its documentation, and what it checks. The OpenAPI is made of these. */
export interface Operation {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below /v1: `/mandates/{mandateId}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** Requirements it serves; docs/requirements.md is held against these. */
  requirements: readonly string[];
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Accepts another type than JSON (the service catalogue is XML); the body is then its text. */
  consumes?: string;
  /** Answers another type than JSON (a table is CSV); the body of the answer is then its text. */
  produces?: string;
  /** Reads more than 64 KiB (of JSON) or 2 MiB (of `consumes`). */
  maxBytes?: number;
  /** Answers by status. */
  answers: Readonly<Record<number, { description: string; schema?: z.ZodType }>>;
  /** The answer carries an ETag; `required`: the request must carry If-Match. */
  etag?: 'answered' | 'required';
  handle(request: Request<unknown, unknown, unknown>): Promise<Answer>;
}

type Parsed<S, None> = S extends z.ZodType ? z.output<S> : None;

/** Ties the types of `handle` to the schemas. */
export function defineOperation<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  operation: Omit<Operation, 'params' | 'query' | 'body' | 'handle'> & {
    params?: P;
    query?: Q;
    body?: B;
    handle(
      request: Request<Parsed<P, Record<string, never>>, Parsed<Q, Record<string, never>>, Parsed<B, undefined>>,
    ): Promise<Answer>;
  },
): Operation {
  // What is parsed with the schemas has their types; the list of all operations cannot say so.
  return operation as unknown as Operation;
}
