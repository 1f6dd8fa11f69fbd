import type { IncomingMessage, ServerResponse } from 'node:http';
import { announcedBody, MAX_BODY_BYTES, requireJson, tooLarge } from './body.ts';
import type { Connection } from './connection.ts';
import { type Answer, type Door, type Exchange, type Reply, requestIdOf } from './exchange.ts';
import { headersOf } from './header.ts';
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
    const header = headersOf(incoming);
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
      readBytes(incoming, announcedBody(header('content-length')), fail, (bytes) => {
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

/**
 * Reads at most 64 KiB, then discards the rest: the answer need not wait for the end of a body without one. Nor need
 * the question wait to be told of the end of a body that is as long as was announced.
 */
function readBytes(
  incoming: IncomingMessage,
  announced: number | undefined,
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
    if (size > MAX_BODY_BYTES) {
      incoming.off('data', take).off('end', finish).resume();
      fail(tooLarge());
      return;
    }
    chunks.push(chunk);
    if (size === announced) finish();
  };
  // A body that is cut off never ends: there is nobody left to answer.
  incoming.on('data', take);
  if (!announced) incoming.once('end', finish);
}

/** As node:http keeps it between the two: the bytes of the head, not sent yet. */
type WithHead = ServerResponse & { _header?: unknown };

function send(outgoing: WithHead, { status, headers, body }: Reply): void {
  // Only a failure in the very act of answering comes here twice.
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const length = Buffer.byteLength(body);
  headers.push('content-length', String(length));
  outgoing.writeHead(status, headers);
  // As many bytes as characters: it is ASCII, as the head is.
  if (length !== body.length) outgoing.end(body, 'utf8');
  else if (typeof outgoing._header === 'string') {
    // `end(body)` writes twice, the body and nothing, which the socket has to gather; with the head it is one write.
    outgoing._header += body;
    outgoing.end();
  } else outgoing.end(body, 'latin1');
}
