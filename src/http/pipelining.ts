import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that one connection may bring in one turn of the event loop. Whoever waits for answers brings one. */
export const PIPELINED_AT_MOST = 32;

/** Time for the peer to take the answers that are still owed. */
const LINGER_MS = 10_000;

/** What came over a connection. */
export interface Line {
  /** The turn of the event loop that `inTurn` counts for. */
  turn: number;
  inTurn: number;
  /** Requests without an answer. */
  unanswered: number;
  last?: ServerResponse;
  /** To be told of each answer. */
  answered: () => void;
}

const LINE = Symbol('line');
type Tracked = Socket & { [LINE]?: Line };

/** Kept at the socket itself, since it is looked for with each request. */
export function lineOf(socket: Tracked): Line | undefined {
  return socket[LINE];
}

export function keepLine(socket: Tracked, line: Line): void {
  socket[LINE] = line;
}

/**
 * Requests of a server, for `IncomingMessage` of its options. Node parses all that one read has brought, thousands of
 * requests maybe, without a pause. The one way in which it stops in between is that a request changes the protocol: so
 * does one too many. Its bytes and all behind them are not looked at (RFC 9112, 9.3.2: they are to be asked again).
 * @param isOneTooMany Whether a further request of this connection is.
 * @param look Told of each further piece of a body: they can be a byte each.
 */
export function makeRequestClass(isOneTooMany: (socket: Socket) => boolean, look: () => void): typeof IncomingMessage {
  return class Request extends IncomingMessage {
    #pieces = 0;
    private stops = false;

    // Node tells here whether the peer asked for another protocol: nobody here speaks one.
    set upgrade(asked: boolean | null) {
      this.stops = asked !== null && isOneTooMany(this.socket);
    }

    get upgrade(): boolean {
      return this.stops || this.method === 'CONNECT';
    }

    override push(chunk: unknown, encoding?: BufferEncoding): boolean {
      this.#pieces += 1;
      // A body in one piece is a piece and an end.
      if (this.#pieces > 2) look();
      return super.push(chunk, encoding);
    }
  };
}

/** Closes a connection whose parser has stopped once what it brought before is answered. */
export function endAfterAnswers(socket: Socket): void {
  const last = lineOf(socket)?.last;
  socket.on('error', () => {});
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  if (last === undefined || last.closed) {
    socket.destroySoon();
    return;
  }
  last.shouldKeepAlive = false;
  last.once('close', () => socket.destroySoon());
}
