import type { IncomingMessage, ServerResponse } from 'node:http';
import { announcedBody, MAX_BODY_BYTES, requireJson, tooLarge } from './body.ts';
import type { Connection } from './connection.ts';
import { type Answer, type Door, type Exchange, type Header, type Reply, requestIdOf } from './exchange.ts';
import { parseJson } from './json.ts';

/** Answers a request and says so, or leaves it to Hono. */
export type Direct = (incoming: IncomingMessage, outgoing: ServerResponse, connection: Connection) => boolean;

/**
 * The doors on bare node:http, for questions alone: Hono and its Request and Response cost as much again as reading,
 * checking and answering together (docs/decisions/0008-http-doors.md). Both ways share door and exchange; a test asks
 * the same of both.
 */
export function makeDirect(doors: ReadonlyMap<string, Door>, exchange: Exchange): Direct {
  return function direct(incoming, outgoing, connection) {
    const path = incoming.method === 'POST' ? incoming.url : undefined;
    const door = path === undefined ? undefined : doors.get(path);
    if (path === undefined || door === undefined) return false;
    const header: Header = (name) => {
      const value = incoming.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const requestId = requestIdOf(header);
    const fail = (thrown: unknown) => send(outgoing, exchange.refuse(thrown, requestId, path));
    const succeed = (answer: Answer) => {
      try {
        send(outgoing, exchange.answer(answer, requestId, path));
      } catch (thrown) {
        fail(thrown);
      }
    };
    try {
      const call = exchange.admit(header, connection, requestId);
      requireJson(header('content-type'));
      announcedBody(header('content-length'));
      readBytes(incoming, fail, (bytes) => {
        const answer = door(parseJson(bytes), call);
        if (answer instanceof Promise) answer.then(succeed, fail);
        else succeed(answer);
      });
    } catch (thrown) {
      fail(thrown);
      incoming.resume();
    }
    return true;
  };
}

/** Reads at most 64 KiB, then discards the rest: the answer need not wait for the end of a body without one. */
function readBytes(
  incoming: IncomingMessage,
  fail: (thrown: unknown) => void,
  next: (bytes: Uint8Array) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = () => {
    try {
      const [first = Buffer.alloc(0)] = chunks;
      next(chunks.length < 2 ? first : Buffer.concat(chunks));
    } catch (thrown) {
      fail(thrown);
    }
  };
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else {
      incoming.off('data', take).off('end', finish).resume();
      fail(tooLarge());
    }
  };
  // A body that is cut off never ends: there is nobody left to answer.
  incoming.on('data', take).once('end', finish);
}

function send(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  // Only a failure in the very act of answering comes here twice.
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const length = Buffer.byteLength(body);
  headers.push('content-length', String(length));
  outgoing.writeHead(status, headers);
  // As many bytes as characters: it is ASCII, and node:http need not count them once more.
  outgoing.end(body, length === body.length ? 'latin1' : 'utf8');
}
