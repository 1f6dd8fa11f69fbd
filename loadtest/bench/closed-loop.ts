/**
 * A closed-loop load generator for TCP and Unix sockets: each connection has one request under way. Runs as a process
 * of its own so that it can be pinned. Usage: closed-loop.ts JSON (LoadOptions); prints JSON (Load).
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import type { Load } from './measurement.ts';

const { target, connections, seconds, path, bodies, offset } = z
  .object({
    target: z.union([z.object({ port: z.number() }), z.object({ socket: z.string() })]),
    connections: z.number(),
    seconds: z.number(),
    path: z.string(),
    bodies: z.string(),
    offset: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const headEnd = '\r\n\r\n';
const requests = readFileSync(bodies, 'utf8').trimEnd().split('\n').map(toRequest);
const latenciesUs = new Uint32Array(1_000_000);
let next = offset;
let answered = 0;
let errors = 0;
let stopping = false;

function toRequest(body: string): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json`;
  return Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}${headEnd}${body}`);
}

/** Length of the first whole answer in `text`, or 0 while it is not all there. */
function answerLength(text: string): number {
  const end = text.indexOf(headEnd);
  if (end < 0) return 0;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1]);
  if (Number.isNaN(length)) throw new Error('an answer came without Content-Length');
  const whole = end + headEnd.length + length;
  return text.length >= whole ? whole : 0;
}

function drive(socket: Socket, finished: () => void): void {
  let sentAt = 0;
  let received = '';

  function send(): void {
    if (stopping) {
      socket.destroy();
      finished();
      return;
    }
    const request = requests[next++ % requests.length];
    if (request === undefined) throw new Error('there are no requests to send');
    sentAt = performance.now();
    socket.write(request);
  }

  socket.on('connect', send);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    if (answerLength(received) === 0) return;
    const tookUs = Math.min(Math.round((performance.now() - sentAt) * 1000), latenciesUs.length - 1);
    latenciesUs[tookUs] = (latenciesUs[tookUs] ?? 0) + 1;
    answered++;
    if (!received.startsWith('HTTP/1.1 200')) errors++;
    received = '';
    send();
  });
  socket.on('error', (error) => {
    process.stderr.write(`closed-loop: ${error.message}\n`);
    errors++;
    finished();
  });
}

function percentileUs(share: number): number {
  let left = Math.ceil(answered * share);
  return latenciesUs.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
}

const startedAt = performance.now();
setTimeout(() => {
  stopping = true;
}, seconds * 1000);

await Promise.all(
  Array.from({ length: connections }, () => {
    const socket = 'socket' in target ? connect(target.socket) : connect(target.port, '127.0.0.1');
    socket.setNoDelay(true);
    return new Promise<void>((resolve) => drive(socket, resolve));
  }),
);

const load: Load = {
  requests: answered,
  errors,
  perSecond: (answered * 1000) / (performance.now() - startedAt),
  p50Us: percentileUs(0.5),
  p99Us: percentileUs(0.99),
};
process.stdout.write(`${JSON.stringify(load)}\n`);
