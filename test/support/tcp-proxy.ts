import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** From now on nothing gets through, in either direction, and nothing is closed: a cut cable. New connections hang. */
  silence(): void;
  /** Lets everything through again that was held back, and new connections. */
  speak(): void;
  /** Silences the connections there are, for good; new ones get through: the peer moved, and its old address swallows all. */
  strand(): void;
  /** Closes all connections, as a restart of the server would. */
  cut(): void;
  close(): Promise<void>;
}

/** A proxy before a server (`host:port`, or the path of a Unix socket) that can go silent without closing. */
export async function startTcpProxy(target: { host: string; port: number } | { path: string }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const stranded = new WeakSet<Socket>();
  let silent = false;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ ...target, allowHalfOpen: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => void to.write(chunk));
      from.on('end', () => void to.end());
      from.on('close', () => {
        sockets.delete(from);
        // Who is silent does not even say that it is gone.
        if (!silent && !stranded.has(to)) to.destroy();
      });
      from.on('error', () => from.destroy());
      if (silent) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    port: address.port,
    silence() {
      silent = true;
      for (const socket of sockets) socket.pause();
    },
    speak() {
      silent = false;
      for (const socket of sockets) if (!stranded.has(socket)) socket.resume();
    },
    strand() {
      for (const socket of sockets) {
        socket.pause();
        stranded.add(socket);
      }
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
