import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What a connection is told before it is closed, by node's code for what is wrong with it; else 400. */
const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Of a microsecond or some tens each: a turn of the event loop stays short. */
const CLOSED_A_TURN = 100;

export interface Limits {
  /** On each listener; further connections are closed at once. */
  connectionsAtMost?: number;
  onConnectionRefused?: () => void;
  /** Another process accepts and shares out the connections. */
  handedOver?: true;
}

/** No caller sends a tenth of it; each costs as much as looking one up. */
const HEADERS_AT_MOST = 100;

/** Refuses a request with more headers than node was told to keep: nothing is known of the others. */
export function refusesHeaders({ rawHeaders }: IncomingMessage, outgoing: ServerResponse): boolean {
  if (rawHeaders.length <= 2 * HEADERS_AT_MOST) return false;
  outgoing.writeHead(431, { connection: 'close' }).end();
  return true;
}

/** Bounds what connections can cost, whatever comes over them. */
export function limitConnections(server: Server, limits: Limits): void {
  const { connectionsAtMost, onConnectionRefused = () => {}, handedOver } = limits;
  // One more than can be held takes the memory and the file handles of those that are.
  if (connectionsAtMost !== undefined) {
    if (handedOver) closeBeyond(server, connectionsAtMost, onConnectionRefused);
    else server.maxConnections = connectionsAtMost;
  }
  server.maxHeadersCount = HEADERS_AT_MOST + 1;
  server.on('drop', onConnectionRefused);
  const close = makeCloser();
  server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
    close(socket, STATUS_LINES[error.code ?? ''] ?? '400 Bad Request');
  });
}

/** By `maxConnections` node would hand it back to be given to another worker: where all are full, round and round. */
function closeBeyond(server: Server, atMost: number, onConnectionRefused: () => void): void {
  let open = 0;
  server.on('connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    if (open <= atMost) return;
    onConnectionRefused();
    socket.destroy();
  });
}

/**
 * Node finds all connections that were too slow in one go, and closing ten thousand of them takes as long as ten
 * thousand decisions: so they are closed a few in each turn of the event loop.
 */
function makeCloser(): (socket: Socket, statusLine: string) => void {
  const waiting: { socket: Socket; statusLine: string }[] = [];
  let next = 0;

  function closeSome(): void {
    for (const { socket, statusLine } of waiting.slice(next, next + CLOSED_A_TURN)) {
      if (socket.writable && !isAnswering(socket)) socket.write(`HTTP/1.1 ${statusLine}\r\nConnection: close\r\n\r\n`);
      socket.destroy();
    }
    next += CLOSED_A_TURN;
    if (next < waiting.length) setImmediate(closeSome);
    else {
      waiting.length = 0;
      next = 0;
    }
  }

  return (socket, statusLine) => {
    waiting.push({ socket, statusLine });
    if (waiting.length === 1) setImmediate(closeSome);
  };
}

/** An answer that has begun must not be followed by another: node keeps it here, and looks at it for the same reason. */
function isAnswering(socket: Socket & { _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent === true;
}
