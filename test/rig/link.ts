import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/** Where a link leads; asked for each new connection, so that a server may move. */
export type Target = () => { path: string } | { port: number };

/** A TCP proxy of its own between one process and one server: what goes wrong on it goes wrong for that process alone. */
export interface Link {
  port: number;
  /** Everything gets through, what was held back first. */
  pass(): void;
  /** Nothing gets through, in either direction, and nothing is closed: a cut cable. New connections hang. */
  silence(): void;
  /** The connections there are stay silent for good; new ones get through: an address that moved. */
  strand(): void;
  /** Every chunk comes `delayMs` late, in either direction. */
  slow(delayMs: number): void;
  /** Closes all connections by RST. */
  reset(): void;
  /** After so many more bytes from the server all connections are reset: in the middle of whatever was being said. */
  resetAfter(bytes: number): void;
  /** New connections are reset at once; those there are go on. `pass` ends it. */
  refuse(): void;
  close(): Promise<void>;
}

type Mode = 'pass' | 'silent' | 'refuse';

export async function openLink(target: Target): Promise<Link> {
  const sockets = new Set<Socket>();
  const stranded = new WeakSet<Socket>();
  let mode: Mode = 'pass';
  let delayMs = 0;
  let bytesLeft = Number.POSITIVE_INFINITY;

  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (mode === 'refuse') return void near.resetAndDestroy();
    const far = connect({ ...(target() as NetConnectOpts), allowHalfOpen: true });
    carry(near, far, () => {});
    carry(far, near, count);
  });

  function carry(from: Socket, to: Socket, onBytes: (bytes: number) => void): void {
    sockets.add(from);
    const later = makeDelay(() => delayMs);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      onBytes(chunk.length);
      later(() => void (to.destroyed || to.write(chunk)));
    });
    from.on('end', () => later(() => void to.end()));
    from.on('close', () => {
      sockets.delete(from);
      // Who is silent does not even say that it is gone.
      if (mode !== 'silent' && !stranded.has(to)) later(() => to.destroy());
    });
    from.on('error', () => from.destroy());
    if (mode === 'silent') from.pause();
  }

  function count(bytes: number): void {
    bytesLeft -= bytes;
    if (bytesLeft > 0) return;
    bytesLeft = Number.POSITIVE_INFINITY;
    reset();
  }

  function reset(): void {
    // Only TCP knows a reset; a server behind a Unix socket sees its client close.
    for (const socket of sockets) socket.remoteAddress === undefined ? socket.destroy() : socket.resetAndDestroy();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the link has no port');

  return {
    port: address.port,
    pass() {
      mode = 'pass';
      delayMs = 0;
      bytesLeft = Number.POSITIVE_INFINITY;
      for (const socket of sockets) if (!stranded.has(socket)) socket.resume();
    },
    silence() {
      mode = 'silent';
      for (const socket of sockets) socket.pause();
    },
    strand() {
      for (const socket of sockets) {
        socket.pause();
        stranded.add(socket);
      }
    },
    slow(ms) {
      delayMs = ms;
    },
    reset,
    resetAfter(bytes) {
      bytesLeft = bytes;
    },
    refuse() {
      mode = 'refuse';
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Does things later, in the order in which they were asked for, also when the delay changes meanwhile. */
function makeDelay(delayMs: () => number): (act: () => void) => void {
  const queue: { due: number; act: () => void }[] = [];
  let lastDue = 0;

  function run(): void {
    for (let [next] = queue; next && next.due <= performance.now(); [next] = queue) {
      queue.shift();
      next.act();
    }
    const [next] = queue;
    if (next) setTimeout(run, Math.max(1, next.due - performance.now()));
  }

  return (act) => {
    lastDue = Math.max(lastDue, performance.now() + delayMs());
    queue.push({ due: lastDue, act });
    // Otherwise a timer is under way already.
    if (queue.length === 1) run();
  };
}
