import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Server as TlsServer } from 'node:tls';
import { makeHeld } from './held.ts';
import { endAfterAnswers, keepLine, type Line, lineOf, makeRequestClass, PIPELINED_AT_MOST } from './pipelining.ts';
import { makeQueue, type Spent } from './queue.ts';
import { refuse } from './refusal.ts';

/** Why a request was refused before it was read: too long a queue, or too many that wait for an answer. */
export type ShedCause = 'queue' | 'unanswered';

/** Bounds what servers do in one turn of the event loop that they share. */
export interface Shed {
  /** For the servers it watches. */
  options: Pick<ServerOptions, 'IncomingMessage'>;
  watch(server: Server): void;
  /** Refuses a request and says so, or lets it pass. */
  refuses(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
}

export interface ShedOptions {
  /** As `QueueOptions`. */
  afterMs: number;
  /** Requests that may wait for their answer at the same time, such as for Redis. */
  unansweredAtMost: number;
  onShed?: (cause: ShedCause) => void;
}

/** Costs a quarter of a microsecond. */
function spentHere(): Spent {
  const { user, system } = process.cpuUsage();
  return { idleMs: performance.eventLoopUtilization().idle, cpuMs: (user + system) / 1000 };
}

/**
 * Refuses at once (503 `overloaded`, RFC 9110 Retry-After) what could be answered only late, so that what is accepted is
 * answered in time. One for all doors of a process: they share its event loop.
 */
export function makeShed({ afterMs, unansweredAtMost, onShed }: ShedOptions): Shed {
  const held = makeHeld();
  let turn = 0;
  const atEndOfTurn = (end: () => void) =>
    void setImmediate(() => {
      turn += 1;
      end();
    });
  const queue = makeQueue({ afterMs, spent: spentHere, atEndOfTurn, hold: held.hold });
  const look = () => queue.look(performance.now());
  const unanswered = makeUnanswered();

  function isOneTooMany(socket: Socket): boolean {
    const line = lineOf(socket);
    return line !== undefined && line.turn === turn && line.inTurn >= PIPELINED_AT_MOST;
  }

  function add(socket: Socket): void {
    held.add(socket);
    // Closing costs as much as a refusal, and all connections may be closed at once.
    socket.once('end', look);
  }

  return {
    options: { IncomingMessage: makeRequestClass(isOneTooMany, look) },

    watch(server) {
      // A server for TLS tells of the connection underneath as well.
      server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', add);
      server.on('upgrade', (_incoming: IncomingMessage, socket: Socket) => {
        held.forget(socket);
        endAfterAnswers(socket);
      });
    },

    refuses(incoming, outgoing) {
      const inTime = queue.admits(performance.now());
      const line = lineOf(incoming.socket) ?? unanswered.lineFor(incoming.socket);
      line.inTurn = line.turn === turn ? line.inTurn + 1 : 1;
      line.turn = turn;
      if (line.inTurn > 1) line.last = outgoing; // None is kept of those that wait for their answers.
      if (inTime && unanswered.count() < unansweredAtMost) {
        unanswered.add(line);
        outgoing.on('close', line.answered); // which comes once, or not at all when the connection closes first
        return false;
      }
      onShed?.(inTime ? 'unanswered' : 'queue');
      refuse(incoming, outgoing);
      return true;
    },
  };
}

/** Counts requests without an answer. Of those that wait behind another, node forgets to say that they closed. */
function makeUnanswered() {
  let count = 0;
  return {
    count: () => count,
    add(line: Line): void {
      count += 1;
      line.unanswered += 1;
    },
    lineFor(socket: Socket): Line {
      let isOpen = true;
      const line: Line = {
        turn: -1,
        inTurn: 0,
        unanswered: 0,
        answered() {
          if (!isOpen) return;
          count -= 1;
          line.unanswered -= 1;
        },
      };
      socket.once('close', () => {
        isOpen = false;
        count -= line.unanswered;
      });
      keepLine(socket, line);
      return line;
    },
  };
}
