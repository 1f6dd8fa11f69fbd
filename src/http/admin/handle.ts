import { createHash } from 'node:crypto';
import type { Administer, Session } from '../../administer/acting.ts';
import { AppError } from '../../domain/errors.ts';
import type { Connection } from '../connection.ts';
import type { Authenticate } from './authenticate.ts';
import type { Limits } from './limits.ts';
import type { Answer, Operation } from './operation.ts';
import { refuseForeignPage } from './origin.ts';
import type { makePages } from './pages.ts';
import { type Raw, readRequest } from './read-request.ts';

export interface HandleDeps {
  administer: Administer;
  authenticate: Authenticate;
  limits: Limits;
  pages: ReturnType<typeof makePages>;
}

export interface Incoming extends Raw {
  method: string;
  connection: Connection;
  requestId: string;
}

/** What leaves, but for the headers that all answers share. */
export interface Handled {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

/** Knows the caller, judges the request, lets the operation do its work, and closes its answer. */
export function makeHandle({ administer, authenticate, limits, pages }: HandleDeps) {
  async function sessionOf(incoming: Incoming): Promise<Session> {
    const { connection, body } = incoming;
    refuseForeignPage(incoming.header);
    try {
      return await authenticate(incoming, connection, body);
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'unauthenticated') await limits.wasUnknown(connection);
      throw thrown;
    }
  }

  return async function handle(operation: Operation, incoming: Incoming): Promise<Handled> {
    const session = await sessionOf(incoming);
    const subject = subjectOf(session);
    await limits.calls(subject);
    const read = readRequest(operation, incoming);
    const at = operation.method === 'get' ? '?after' : '/page/token';
    const owner = { subject, operation: operation.id, at };
    return toHandled(operation, await operation.handle({ ...read, session, administer, pages: pages(owner) }));
  };
}

/** Who called, for limits and page tokens; no identifier stands in memory for it. */
function subjectOf({ system, person }: Session): string {
  if (system) return `system:${system.name}`;
  if (!person) throw new AppError('unauthenticated', 'a session of nobody');
  return createHash('sha256')
    .update(JSON.stringify([person.identifier, person.party ?? null]))
    .digest('base64url');
}

/** ETag of what was loaded without a change of its own; `NEVER_CHANGED` in src/administer/if-match.ts. */
const UNCHANGED = '0';

function toHandled(operation: Operation, { status, body, etag, revision, location }: Answer): Handled {
  const tag = etag ?? (operation.etag && status !== 204 ? UNCHANGED : undefined);
  const headers = {
    ...(tag !== undefined && { etag: `"${tag}"` }),
    ...(revision !== undefined && { 'machtig-revision': revision }),
    ...(location !== undefined && { location: location.startsWith('/v1/') ? location : `/v1${location}` }),
  };
  const closed = closeAnswer(operation, status, body);
  if (closed === undefined) return { status, headers };
  const isText = operation.produces !== undefined && typeof closed === 'string';
  return { status, headers, body: isText ? closed : JSON.stringify(closed) };
}

/**
 * Nothing leaves that is not documented: what the schema does not name is taken off, what does not fit is a bug.
 * @throws AppError `internal`
 */
function closeAnswer(operation: Operation, status: number, body: unknown): unknown {
  const described = operation.answers[status];
  if (described === undefined) throw new AppError('internal', `${operation.id} does not document ${status}`);
  if (described.schema === undefined) {
    if (body === undefined) return undefined;
    throw new AppError('internal', `${operation.id} documents no body for ${status}`);
  }
  const parsed = described.schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path, code }) => `/${path.join('/')} ${code}`).slice(0, 10);
  throw new AppError('internal', `the answer of ${operation.id} is not as documented: ${places.join(', ')}`);
}
