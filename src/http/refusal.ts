import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_BODY_BYTES } from './body.ts';
import { API_VERSION, requestIdOf } from './exchange.ts';
import { headersOf } from './header.ts';
import { ERROR_CLASSES } from './problem.ts';

const { status, title, detail } = ERROR_CLASSES.overloaded;
const PROBLEM = JSON.stringify({ type: 'urn:machtig:problem:overloaded', status, title, detail, code: 'overloaded' });
const BEFORE_ID = `${PROBLEM.slice(0, -1)},"request_id":`;

const HEADERS = [
  ...['content-type', 'application/problem+json', 'cache-control', 'no-store', 'api-version', API_VERSION],
  ...['retry-after', '1'],
];

/** The head as node:http writes it, but for the date, which an error of a server may do without (RFC 9110, 6.6.1). */
const HEAD = [
  `HTTP/1.1 ${status} Service Unavailable`,
  ...HEADERS.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${HEADERS[at + 1]}`] : [])),
  'connection: keep-alive',
].join('\r\n');

/** As node:http keeps it between head and body: the bytes of the head, not sent yet. */
type WithHead = ServerResponse & { _header?: unknown };

/**
 * The answer of `toProblem` to what is not looked at: 503 `overloaded`. Put together beforehand but for the id, and
 * sent in one write: refusing must cost next to nothing.
 */
export function refuse(incoming: IncomingMessage, outgoing: WithHead): void {
  const requestId = requestIdOf(headersOf(incoming));
  const body = `${BEFORE_ID}${JSON.stringify(requestId)}}`;
  if (outgoing.shouldKeepAlive && incoming.method === 'POST' && outgoing._header === null && isShort(incoming)) {
    outgoing._header = `${HEAD}\r\nx-request-id: ${requestId}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    outgoing.end();
    return;
  }
  // A body without end would be read to its end, to find the next request.
  if (!isShort(incoming)) outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, [...HEADERS, 'x-request-id', requestId, 'content-length', String(body.length)]);
  outgoing.end(body);
}

/** What is left of it can be read and thrown away. */
function isShort(incoming: IncomingMessage): boolean {
  const { headers } = incoming;
  return headers['transfer-encoding'] === undefined && !(Number(headers['content-length']) > MAX_BODY_BYTES);
}
