import type { Socket } from 'node:net';

/** Of a few microseconds each, when nothing has come over them. */
const RELEASED_A_TURN = 500;

/** Connections that wait for a later turn of the event loop, since the present one has held enough. */
export interface Held {
  /** From when it is open until it is closed or belongs to nobody here. */
  add(socket: Socket): void;
  forget(socket: Socket): void;
  /** All wait, from now on, what has come over them already too; those that wait longest go on first. */
  hold(): void;
}

/**
 * libuv hands out what has come over all connections in one turn, up to 2 MiB for each. What it has not handed out yet
 * stays in the kernel when the connection is paused. Released a few in each turn, so that ten thousand of them cost a
 * turn no more than some hundreds do.
 */
export function makeHeld(inNextTurn: (callback: () => void) => void = (callback) => void setImmediate(callback)): Held {
  let open = new Set<Socket>();
  const held = new Set<Socket>();

  function release(): void {
    let left = RELEASED_A_TURN;
    for (const socket of held) {
      if (left-- === 0) break;
      held.delete(socket);
      open.add(socket);
      socket.resume();
    }
    if (held.size > 0) inNextTurn(release);
  }

  const forget = (socket: Socket) => {
    open.delete(socket);
    held.delete(socket);
  };

  return {
    add(socket) {
      open.add(socket);
      socket.once('close', () => forget(socket));
      // What is read of a request sets its connection going again.
      socket.on('resume', () => {
        if (held.has(socket)) socket.pause();
      });
    },
    forget,
    hold() {
      if (open.size === 0) return;
      if (held.size === 0) inNextTurn(release);
      for (const socket of open) {
        held.add(socket);
        socket.pause();
      }
      open = new Set();
    },
  };
}
