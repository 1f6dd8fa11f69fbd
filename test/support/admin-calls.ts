import type { Session } from '../../src/administer/acting.ts';
import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import type { AdminWorld } from './admin.ts';
import { anAdminApp, knowsBy } from './admin-app.ts';
import { silent } from './http.ts';

/** What an answer says, read as JSON; text where it is no JSON. */
export interface Called {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose schema the app has just held them to.
  body: any;
  headers: Headers;
}

/** The whole admin API over a world, in this process; each call is by a session of that world. */
export function callsOf(world: AdminWorld) {
  const sessions = new Map<string, Session>();
  const { send } = anAdminApp(OPERATIONS, {
    administer: world.administer,
    authenticate: knowsBy((name) => sessions.get(name)),
    now: () => world.clock.now,
    // A bug shows itself, not only its 500.
    log: { ...silent, error: (fields) => console.error(fields) },
  });
  return async function call(session: Session, line: string, body?: unknown, headers: Record<string, string> = {}) {
    const [method = 'GET', path = '/'] = line.split(' ');
    const name = `caller${sessions.size}`;
    sessions.set(name, session);
    const response = await send(`/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${name}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text } as Called;
  };
}

export type Call = ReturnType<typeof callsOf>;
