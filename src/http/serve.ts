import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import { AppError } from '../domain/errors.ts';
import type { App } from './app.ts';
import { connectionOf } from './connection.ts';
import { type Limits, limitConnections, refusesHeaders } from './limits.ts';
import { toProblem } from './problem.ts';
import { drain, listen, SERVER_OPTIONS, toUrl } from './server.ts';
import type { Shed } from './shed.ts';
import { listenOnSocket } from './socket.ts';
import { readTls, type TlsFiles, watchTls } from './tls.ts';

export interface ListenOptions extends Limits {
  tcp?: { host: string; port: number };
  /** On the TCP port only: nobody listens in on a Unix socket. */
  tls?: TlsFiles;
  socket?: { path: string; mode: number };
  /** How long open requests may take once closing has begun. */
  drainMs: number;
  /** Refuses what could be answered only late; absent: nothing. */
  shed?: Shed;
  /** Told when new certificate files could not be used; the old ones stay in use. */
  onTlsError?: (error: Error) => void;
}

export interface Listening {
  /** `http(s)://host:port` with the real port, when there is a TCP listener. */
  url?: string;
  socket?: string;
  /** Stops accepting, lets open requests end within the limit, then cuts what is left. */
  close(): Promise<void>;
}

/** An app to listen for; what has no `direct` goes to Hono alone. */
export type Served = Pick<App, 'fetch'> & Partial<Pick<App, 'direct'>>;

/** Opens the listeners. If one cannot be opened, those already open are closed again. */
export async function serve(app: Served, options: ListenOptions): Promise<Listening> {
  const open: (() => Promise<void>)[] = [];
  const close = async () => {
    await Promise.all(open.map((closeOne) => closeOne()));
  };
  try {
    const url = options.tcp && (await listenOnTcp(app, options.tcp, options, open));
    if (options.socket) {
      const { handedOver } = options;
      const server = createServer(optionsFor(options), listenerFor(app, true, options.shed));
      limitConnections(server, options);
      options.shed?.watch(server);
      open.push(() => drain(server, options.drainMs));
      await listenOnSocket(server, { ...options.socket, ...(handedOver && { handedOver }) });
    }
    return { ...(url && { url }), ...(options.socket && { socket: options.socket.path }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenOnTcp(
  app: Served,
  tcp: { host: string; port: number },
  options: ListenOptions,
  open: (() => Promise<void>)[],
): Promise<string> {
  const { tls, drainMs, onTlsError, shed } = options;
  const listener = listenerFor(app, false, shed);
  let server: Server;
  if (tls) {
    const secure = createTlsServer({ ...optionsFor(options), ...(await readTls(tls)) }, listener);
    const stop = watchTls(tls, secure, onTlsError);
    open.push(async () => stop());
    server = secure;
  } else server = createServer(optionsFor(options), listener);
  limitConnections(server, options);
  shed?.watch(server);
  open.push(() => drain(server, drainMs));
  await listen(server, () => server.listen({ host: tcp.host, port: tcp.port }));
  return toUrl(tls ? 'https' : 'http', server.address());
}

function optionsFor({ shed }: ListenOptions): ServerOptions {
  return { ...SERVER_OPTIONS, ...shed?.options };
}

/** Questions go straight to their door, all else to Hono. Each request brings the connection it came over. */
function listenerFor(
  app: Served,
  unixSocket: boolean,
  shed: Shed | undefined,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const listener = getRequestListener(
    (request, env) => app.fetch(request, { connection: connectionOf(env.incoming.socket, unixSocket) }),
    { hostname: 'localhost', errorHandler: refuseUnreadable },
  );
  return (incoming, outgoing) => {
    if (refusesHeaders(incoming, outgoing)) return;
    if (shed?.refuses(incoming, outgoing)) return;
    if (app.direct?.(incoming, outgoing, connectionOf(incoming.socket, unixSocket))) return;
    // The listener answers its own failures; a rejection would be one of its bugs and must not end the process.
    listener(incoming, outgoing).catch(() => outgoing.destroy());
  };
}

/** What node:http lets through and is still no request (a Host that is no host, a path that is no path). */
function refuseUnreadable(thrown: unknown): Response {
  const cause = new AppError('invalid_request', 'no readable request', { cause: thrown });
  const problem = toProblem(cause, randomUUID());
  const headers = { 'content-type': 'application/problem+json', ...UNREADABLE_HEADERS };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** On a port where pages may be read, errors are framed by nobody either. */
const UNREADABLE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};
