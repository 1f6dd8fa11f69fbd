import { createServer } from 'node:net';

/** Below those that the kernel hands to connections (32768 and up): between asking and listening, none of them takes it. */
const [FIRST, COUNT] = [10_000, 22_000];

/** A port of the loopback on which nobody listens now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
